# IN USE: some process has it attached, whatever its lifetime.
make small file.h5
cute-shm load -q file.h5 kept
cute-shm load --lifetime owner file.h5 held >out 2>&1 &
until grep -qs 'held until' out; do sleep 0.01; done
run cute-shm list
run cute-shm list --json
kill $!
wait $!
cat out
run cute-shm list
run cute-shm unlink kept

# Output that cannot be written is a failure.
make small file.h5
cute-shm load -q file.h5
sh -c 'cute-shm list >/dev/full'
echo "exit $?"
sh -c 'cute-shm show file >/dev/full'
echo "exit $?"
run cute-shm unlink file

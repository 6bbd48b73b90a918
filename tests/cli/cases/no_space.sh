# Not enough shared memory: on a /dev/shm of 8 MiB, as in a small container.
make large file.h5
make small small.h5
cat >inside.sh <<'SCRIPT'
mount -t tmpfs -o size=8m tmpfs /dev/shm
cute-shm load -q small.h5 kept
cute-shm load file.h5
echo "exit $?"
cute-shm load --overwrite file.h5 kept
echo "exit $?"
cute-shm list | cut -c1-30
ls /dev/shm | wc -l
cute-shm unlink kept
SCRIPT
unshare -m sh inside.sh

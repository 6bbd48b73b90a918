# Errors are one line that begins with Error, and exit status 1, whatever it was.
make truncated half.h5
make large large.h5
make small file.h5
run cute-shm-hdf5 p missing.h5
run cute-shm-hdf5 p half.h5
echo text >text
run cute-shm-hdf5 p text
run cute-shm-hdf5 p .
run cute-shm-hdf5 a/b file.h5
run cute-shm-hdf5 .hidden file.h5
run cute-shm-unlink ""
run cute-shm-list
cute-shm-hdf5 p file.h5 >/dev/full
echo "exit $?"
run cute-shm-unlink p
cat >inside.sh <<'SCRIPT'
mount -t tmpfs -o size=8m tmpfs /dev/shm
cute-shm-hdf5 p large.h5
echo "exit $?"
SCRIPT
unshare -m sh inside.sh
run env CUTE_SHM_ROOT=/proc/nowhere cute-shm-hdf5 p file.h5
touch plain
run env CUTE_SHM_ROOT="$PWD/plain" cute-shm-list

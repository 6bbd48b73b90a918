# The life of a project: load, list, show, unlink.
make small file.h5
run cute-shm load file.h5
run cute-shm list
run cute-shm show file
run cute-shm show file group
run cute-shm show file counts
run cute-shm show file /group/inner/
run cute-shm show file group/again
run cute-shm load file.h5 second
run cute-shm load --name third file.h5
run cute-shm load -q file.h5 fourth
run cute-shm list
run cute-shm unlink file second third
run cute-shm --root "$CUTE_SHM_ROOT" list
run cute-shm unlink fourth -r "$CUTE_SHM_ROOT"
run cute-shm list
run cute-shm list --root=elsewhere

# The environment says in which syntax manifests are written; both are read.
make small file.h5
export CUTE_SHM_MANIFEST=toml
run cute-shm load file.h5
run ls "$CUTE_SHM_ROOT"
export CUTE_SHM_MANIFEST=
run cute-shm list
run cute-shm load file.h5
run cute-shm load --overwrite file.h5
run ls "$CUTE_SHM_ROOT"
CUTE_SHM_MANIFEST=toml run cute-shm show file group
echo "cute-shm = 'one'" >"$CUTE_SHM_ROOT/cute-shm.file.toml"
run cute-shm show file
run cute-shm list
run cute-shm unlink file
rm "$CUTE_SHM_ROOT/cute-shm.file.toml"
run cute-shm unlink file
export CUTE_SHM_MANIFEST=json
run cute-shm list

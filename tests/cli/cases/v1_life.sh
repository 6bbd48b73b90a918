# The programs of cute-shm 1.2: load, list, unlink, as its users' scripts call them.
make small file.h5
run cute-shm-list
run cute-shm-hdf5 myproject file.h5
run cute-shm-hdf5 -no-progress "my second" "$PWD/file.h5"
run cute-shm-list | squeeze
run cute-shm-list -short | squeeze
run cute-shm-list -s | squeeze
run cute-shm list
run cute-shm-hdf5 myproject file.h5
run cute-shm-hdf5 -o myproject file.h5 -no-progress
run cute-shm-unlink "my second"
run cute-shm-unlink "my second"
run cute-shm-unlink myproject
run cute-shm-list
run cute-shm-list -s
# They write TOML, whatever else the store holds or the environment says; and they read both.
cute-shm load file.h5 yaml
run cute-shm-hdf5 yaml file.h5
run cute-shm-list -s | squeeze
export CUTE_SHM_MANIFEST=yaml
run cute-shm-hdf5 -o yaml file.h5
run cute-shm-list -s | squeeze
ls "$CUTE_SHM_ROOT"
run cute-shm-unlink yaml

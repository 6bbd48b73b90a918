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

# Program, library and HDF5.
run cute-shm version | sed 's/2\.0\.0/$RELEASE/g'
run cute-shm --version | head -1 | wc -l

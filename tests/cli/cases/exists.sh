# A project that is there stays untouched, unless it is to be overwritten; and then if anything goes wrong.
make small small.h5
make hostile_names other.h5
make truncated broken.h5
run cute-shm load small.h5 data
run cute-shm load other.h5 data
run cute-shm load --overwrite broken.h5 data
run cute-shm load --overwrite missing.h5 data
run cute-shm list
run cute-shm load -o small.h5 data
run cute-shm load -oq other.h5 data
run cute-shm list
run cute-shm unlink data

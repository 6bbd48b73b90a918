# A project is written to an HDF5 file; what is there already is not touched.
make small small.h5
run cute-shm load small.h5
run cute-shm save small saved.h5
run cute-shm save small saved.h5
run cute-shm save -q --overwrite --deflate 9 --threads 1 small saved.h5
run cute-shm load saved.h5 again
run cute-shm save small nowhere/saved.h5
run cute-shm save nobody new.h5
run cute-shm save --deflate 10 small new.h5
run cute-shm save --chunk 1k small new.h5
run cute-shm save small
run ls
run cute-shm unlink small again

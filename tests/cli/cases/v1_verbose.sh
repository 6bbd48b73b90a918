# -v tells on stderr what is done; stdout stays as it is.
make filtered file.h5
run cute-shm-hdf5 -v noisy file.h5 2>&1 >/dev/null
run cute-shm-hdf5 --verbose --overwrite noisy file.h5 2>/dev/null
run cute-shm-hdf5 -vo noisy file.h5 2>&1 >/dev/null | wc -l
run cute-shm-unlink -v noisy
run cute-shm-unlink -v noisy

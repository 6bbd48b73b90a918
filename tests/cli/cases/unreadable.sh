# A dataset that turns out to be damaged while it is read does not stop the file.
make damaged_data file.h5
run cute-shm load file.h5
run cute-shm show file
run cute-shm load --strict file.h5 whole
run cute-shm list
run cute-shm unlink file

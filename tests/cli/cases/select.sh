# Only some of a file is loaded, and notes tell so.
make small file.h5
cute-shm load --select group --exclude '**/name' file.h5 part
cute-shm show part | sed '/hdf5.library/d'
run cute-shm load -o --select counts --select 'group/e*' --max-bytes-per-dataset 1K --threads 1 file.h5 part
run cute-shm load -o --max-bytes-per-dataset=4k file.h5 part
run cute-shm load -o --threads 0 file.h5 part
run cute-shm load -o --select '*/nothing' file.h5 part
cute-shm unlink part

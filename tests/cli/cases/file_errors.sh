# Files that cannot be loaded: each in its own words, and nothing is created.
run cute-shm load missing.h5
run cute-shm load missing/file.h5
mkdir folder.h5
run cute-shm load folder.h5
: >empty.h5
run cute-shm load empty.h5
echo 'Not an HDF5 file, and long enough to be one.' >text.h5
run cute-shm load text.h5
printf 'CDF\001 and so on' >classic.nc
run cute-shm load classic.nc
mkfifo fifo.h5
run cute-shm load fifo.h5
make truncated truncated.h5
run cute-shm load truncated.h5
head -c 40 truncated.h5 >stub.h5
run cute-shm load stub.h5
make newer newer.h5
run cute-shm load newer.h5
make newer_superblock superblock.h5
run cute-shm load superblock.h5
run cute-shm list

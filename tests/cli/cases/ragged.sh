# Strings and sequences of any length are one line each, like arrays, and what they are made of is shown when asked for.
make ragged file.h5
run cute-shm load --strict file.h5
run cute-shm show file
run cute-shm show file names
run cute-shm show file names/offsets
run cute-shm unlink file

# What cannot be represented is told after the load and by show; strict refuses it before anything is created.
make skipping file.h5
run cute-shm load file.h5
run cute-shm show file
run cute-shm show --skipped file
run cute-shm load --strict file.h5 whole
run cute-shm load --quiet file.h5 quiet
run cute-shm list
run cute-shm unlink file quiet
make skipping_much much.h5
run cute-shm load much.h5
run cute-shm load -s much.h5 whole
run cute-shm unlink much
make filtered filtered.h5
run cute-shm load filtered.h5
run cute-shm unlink filtered

# Projects and paths that are not there.
run cute-shm show recording
make small file.h5
cute-shm load -q file.h5 recording
cute-shm load -q file.h5 reading
run cute-shm show recordng
run cute-shm unlink recordings
run cute-shm show something-else
run cute-shm show recording group/enrgy
run cute-shm show recording counts/deeper
run cute-shm unlink nothing recording
run cute-shm list
run cute-shm unlink reading

# The help of the program and of every command, out of one table.
run cute-shm help
for command in load save list show unlink gc repair version help; do
    run cute-shm help $command
done
run cute-shm --help
run cute-shm load -h

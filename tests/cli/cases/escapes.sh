# Names from a file cannot steer the terminal.
make hostile_names file.h5
esc=$(printf '\033')
run cute-shm load file.h5 "bold $esc[1m"
run cute-shm list
run cute-shm show "bold $esc[1m" | cat -v
run cute-shm show "bold $esc[1m" "no $esc[2J"
run cute-shm unlink "bold $esc[1m"
run cute-shm unlink "bold $esc[1m"

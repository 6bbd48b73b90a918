# The tables: every dtype, names with dots, names that would steer the terminal.
make kinds kinds.h5
make hostile_names names.h5
cute-shm-hdf5 kinds kinds.h5 >/dev/null
cute-shm-hdf5 "red $(printf '\033')[31m 日本語" names.h5 >/dev/null
run cute-shm-list | squeeze
run cute-shm-list -s | squeeze
run cute-shm-unlink kinds
run cute-shm-unlink "red $(printf '\033')[31m 日本語" | cat -v

# The tables: every dtype, elements of any length, names with dots, names that would steer the terminal.
make kinds kinds.h5
make hostile_names names.h5
make ragged ragged.h5
cute-shm-hdf5 kinds kinds.h5 >/dev/null
cute-shm-hdf5 "red $(printf '\033')[31m 日本語" names.h5 >/dev/null
cute-shm-hdf5 ragged ragged.h5 | tail -2
run cute-shm-list | squeeze
run cute-shm-list -s | squeeze
run cute-shm-unlink kinds
run cute-shm-unlink ragged
run cute-shm-unlink "red $(printf '\033')[31m 日本語" | cat -v

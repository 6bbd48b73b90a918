# Flags as cute-shm 1.2 took them, and wrong ones.
make small file.h5
for program in hdf5 list unlink; do
    run cute-shm-$program -h
    cute-shm-$program --help | head -1
done
run cute-shm-hdf5
run cute-shm-hdf5 project
run cute-shm-hdf5 project file.h5 more
run cute-shm-hdf5 project file.h5 --no-progress
run cute-shm-hdf5 project file.h5 -vx
run cute-shm-hdf5 project file.h5 --force
run cute-shm-list --short
run cute-shm-list -l
run cute-shm-list -
run cute-shm-unlink
run cute-shm-unlink one two
run cute-shm-unlink "--esc$(printf '\033')"
run cute-shm-hdf5 -no -- -dash file.h5
run cute-shm-hdf5 -n --over -- -dash file.h5
run cute-shm-unlink -- -dash
run cute-shm-list
# It is the last part of argv[0] that counts, wherever the program lies, and however it was started.
program=$(command -v cute-shm)
export LD_LIBRARY_PATH="${program%/*}/../lib"
mkdir elsewhere
ln -s "$program" elsewhere/cute-shm-list
run elsewhere/cute-shm-list
cp "$program" elsewhere/program
called() {
    "$PYTHON" -c 'import os, sys; os.execv("elsewhere/program", sys.argv[1:])' "$@"
}
run called "/any where/cute-shm-list" -s
run called cute-shm-lis list

# What the dead have left: told by --dry-run, removed by gc, with the reason and what that gives back.
make small file.h5

# dead LIFETIME PROJECT: the project of a process that was killed.
dead() {
    cute-shm load --lifetime "$1" file.h5 "$2" >"$2.out" 2>&1 &
    until grep -qs 'held until' "$2.out"; do sleep 0.01; done
    kill -9 $!
    wait $! 2>"$2.out"
    rm "$2.out"
}

run cute-shm gc
cute-shm load -q file.h5 alive
cute-shm load -q file.h5 lost
make break gone lost >gone
cute-shm load -q file.h5 filled
make break filled filled >segment
dead owner owned
dead last-user used
: >"$CUTE_SHM_ROOT/.cute-shm.0123456789abcdef.tmp"
run cute-shm gc --dry-run
run cute-shm gc --dry-run --json
run cute-shm gc
run cute-shm gc -n
run cute-shm list
ls -A "$CUTE_SHM_ROOT"
dead owner owned
run cute-shm gc -j
run cute-shm unlink alive
run cute-shm gc --root elsewhere

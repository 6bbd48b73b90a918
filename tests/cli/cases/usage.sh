# Wrong usage: one line, with the nearest word there is, and exit status 2.
run cute-shm
run cute-shm lst
run cute-shm unlik x
run cute-shm frobnicate
run cute-shm help shw
run cute-shm list --jason
run cute-shm load --strct x.h5
run cute-shm list --overwrite
run cute-shm load -x file.h5
run cute-shm load
run cute-shm load one two three
run cute-shm list something
run cute-shm show
run cute-shm unlink
run cute-shm list --root
run cute-shm list --json=yes
run cute-shm load --name=a x.h5 b
run cute-shm load --lifetime=forever x.h5
run cute-shm gc --dry
run cute-shm gc something
run cute-shm gc -o
run cute-shm load -j x.h5
run cute-shm list --access rw
run cute-shm list --group root --access all
run cute-shm list --group

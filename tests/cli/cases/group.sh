# A store shared with a group: who may do what, and what is said to those who may not. No name of a group is needed.
make small file.h5
chmod 755 .. .
chmod 644 file.h5
store=$(cd .. && pwd)/all/store
mkdir -m 1777 "${store%/store}"
# Users without rights of root: two of the group 4242, and one who is not.
member() {
    setpriv --reuid 65001 --regid 65001 --groups 4242 "$@"
}
other() {
    setpriv --reuid 65002 --regid 65002 --groups 4242 "$@"
}
stranger() {
    setpriv --reuid 65003 --regid 65003 --clear-groups "$@"
}
run member cute-shm -r "$store" --group 4242 load file.h5
stat -c '%a %g %n' "$store" "$store"/* /dev/shm/cute-shm.file.*
run other cute-shm -r "$store" --group 4242 list
run other cute-shm -r "$store" --group 4242 show file counts
run other cute-shm -r "$store" -g 4242 load file.h5 theirs
run other cute-shm -r "$store" -g 4242 unlink file
run other cute-shm -r "$store" list
run stranger cute-shm -r "$store" --group 4242 list
run stranger cute-shm -r "$store" list
run member cute-shm -r "$store" list
run member cute-shm -r "$store" --group 4242 --access rw load -o file.h5
stat -c '%a %g %n' "$store" "$store"/* /dev/shm/cute-shm.file.*
run other cute-shm -r "$store" --group 4242 load file.h5 theirs
run other cute-shm -r "$store" --group 4242 gc
run member cute-shm -r "$store" --group 4242 unlink theirs file
run other cute-shm -r "$store" --group 4242 gc
run cute-shm --group nosuchgroup list
CUTE_SHM_GROUP=4242 CUTE_SHM_ACCESS=all run member cute-shm -r "$store" list

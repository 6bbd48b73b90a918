# A file that this user may not read, and a store that is someone else's.
make small file.h5
chmod 600 file.h5
chmod 755 .. .
as_nobody() {
    # root may read everything: be somebody else
    setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}
run as_nobody cute-shm load file.h5
mkdir ../store
chown 65534 ../store
run cute-shm list
run cute-shm load file.h5

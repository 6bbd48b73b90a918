# Manifests written anew from their segments: those that are gone, damaged, or another generation's.
make small file.h5
run cute-shm repair
kinds='manifest generation'
for how in $kinds whole lost; do
    cute-shm load -q file.h5 $how
done
for how in $kinds; do
    make break $how $how >/dev/null
done
run cute-shm repair
run cute-shm repair
run cute-shm show manifest counts
rm "$CUTE_SHM_ROOT"/cute-shm.whole.yaml "$CUTE_SHM_ROOT"/cute-shm.generation.yaml
make break gone lost >/dev/null
run cute-shm repair whole nosuch lost generation .hidden
run cute-shm repair whole
run cute-shm list
# What attaches by name does it, too.
rm "$CUTE_SHM_ROOT"/cute-shm.whole.yaml
run cute-shm show whole counts
ls "$CUTE_SHM_ROOT"
run cute-shm unlink manifest generation whole lost

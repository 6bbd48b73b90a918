# Lost segments and damaged manifests: listed, and no failure.
make small file.h5
kinds='truncated magic gone generation manifest'
for how in $kinds; do
    cute-shm-hdf5 $how file.h5 >/dev/null
    make break $how $how >segment.$how
done
cute-shm-hdf5 "gone again" file.h5 >/dev/null
make break gone "gone again" >/dev/null
run cute-shm-list | squeeze
run cute-shm-list -s | squeeze
run cute-shm-hdf5 truncated file.h5
run cute-shm-hdf5 -o truncated file.h5
run cute-shm-unlink -v gone
for how in truncated magic generation manifest "gone again"; do
    run cute-shm-unlink "$how"
done
run cute-shm-list | squeeze
rm "$(cat segment.generation)" "$(cat segment.manifest)" "$CUTE_SHM_ROOT"/*

# Segments and manifests that are damaged: said by list and show, and unlink takes them away.
make small file.h5
kinds='truncated magic version index gone generation manifest'
for how in $kinds; do
    cute-shm load -q file.h5 $how
    make break $how $how >segment.$how
done
run cute-shm list
for how in $kinds; do
    run cute-shm show $how
done
run cute-shm load file.h5 truncated
run cute-shm load --overwrite file.h5 truncated
for how in $kinds; do
    run cute-shm unlink $how
done
run cute-shm list
# A segment that its manifest does not vouch for is not touched by unlink.
rm "$(cat segment.generation)" "$(cat segment.manifest)"

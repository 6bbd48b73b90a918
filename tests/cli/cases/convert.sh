# Manifests as text: of a project, and from one format to the other and back.
make small file.h5
run cute-shm load -q file.h5
run cute-shm manifest file
run cute-shm manifest file -f toml
cute-shm manifest file >file.yaml
run cmp file.yaml "$CUTE_SHM_ROOT/cute-shm.file.yaml"
run cute-shm manifest --convert file.yaml --to toml -o file.toml
run cute-shm manifest --convert file.toml -o back.yaml
run cmp file.yaml back.yaml
cute-shm manifest file -f toml >direct.toml
run cmp file.toml direct.toml
cute-shm manifest --convert - --to yaml <file.toml >piped.yaml
run cmp file.yaml piped.yaml
ln -s back.yaml link.yaml
run cute-shm manifest file -o link.yaml
run test -L link.yaml
run cute-shm manifest file -o /dev/null
run cute-shm manifest file -o nowhere/file.yaml
run ls
run cute-shm manifest file --format json
run cute-shm manifest file --to toml
run cute-shm manifest
run cute-shm manifest nothing
run cute-shm manifest file --convert file.yaml
run cute-shm manifest --convert file.yaml
run cute-shm manifest --convert nowhere.yaml --to toml
sed 's/offset: [0-9]*/offset: 0/' file.yaml >overlap.yaml
run cute-shm manifest --convert overlap.yaml --to toml
printf 'color: {deep: [1, 2.50, no, 1e3]}\n' >>file.yaml
run cute-shm manifest --convert file.yaml --to toml -o unknown.toml
run tail -n 3 unknown.toml
run cute-shm unlink file

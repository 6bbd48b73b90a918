# Projects from layouts and manifests, and what is said of layouts that are wrong.
cat >good.yaml <<'LAYOUT'
cute-shm-layout: 1
arrays:
  - {path: a/b, dtype: float64, shape: [3], fill: 1.5, attributes: {units: K}}
LAYOUT
run cute-shm create good good.yaml
run cute-shm create good good.yaml
run cute-shm create --overwrite -q good good.yaml
run cute-shm show good
run cute-shm manifest good -o copy.toml
run cute-shm create copy copy.toml
run cute-shm show copy a
run cute-shm create --lifetime never x good.yaml
run cute-shm create x nowhere.yaml
run cute-shm create x .
run cute-shm create x
run cute-shm create ../x good.yaml
sed 's/dtype/dtpye/' good.yaml >typo.yaml
run cute-shm create x typo.yaml
sed 's/1.5/warm/' good.yaml >fill.yaml
run cute-shm create x fill.yaml
printf 'cute-shm-layout = 1\n[[arrays]]\npath = "a"\ndtype = "float46"\nshape = [3]\n' >dtype.toml
run cute-shm create x dtype.toml
printf 'cute-shm-layout: 1\narrays: &all\n  - *all\n' >anchor.yaml
run cute-shm create x anchor.yaml
printf 'cute-shm-layout: 1\ngroups: !!python/object [1]\n' >tag.yaml
run cute-shm create x tag.yaml
printf 'cute-shm-layout: 1\ncute-shm-layout: 1\n' >twice.yaml
run cute-shm create x twice.yaml
printf 'cute-shm-layout: 7\n' >newer.yaml
run cute-shm create x newer.yaml
printf 'cute-shm-layout = 1\n[[arrays]\n' >broken.toml
run cute-shm create x broken.toml
printf 'cute-shm-layout: 1\narrays: [{path: a, dtype: u1, shape: [4611686018427387904, 4]}]\n' >huge.yaml
run cute-shm create x huge.yaml
printf 'cute-shm-layout = 1\n' >input.toml
run cute-shm create input - --format toml <input.toml
run cute-shm create x - <good.yaml
run cute-shm create y - --format json <good.yaml
run cute-shm list
run cute-shm unlink good copy input x

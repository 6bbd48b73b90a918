# The layouts of docs/examples make what they say, the same in both syntaxes.
layouts=$CLI_TESTS/../../docs/examples
same() {
    grep -v -e '^project' -e '^segment' -e '^created' -e '^generation' -e 'layout.path' "$1"
}
for name in camera_ring robot_state; do
    cp "$layouts/$name.yaml" "$layouts/$name.toml" .
    run cute-shm create one "$name.yaml"
    run cute-shm create two "$name.toml"
    run cute-shm show one
    cute-shm manifest one | same - >one.txt
    cute-shm manifest two | same - >two.txt
    run cmp one.txt two.txt
    run cute-shm unlink one two
done

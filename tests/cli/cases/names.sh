# Names of projects: made from the file's name, or refused.
make small 'two words.v2.nxs'
run cute-shm load 'two words.v2.nxs'
mv 'two words.v2.nxs' plain
run cute-shm load plain
run cute-shm load ./plain 'né#w.€'
run cute-shm list
cp plain .hidden
run cute-shm load .hidden
run cute-shm load plain ''
run cute-shm load plain a/b
run cute-shm load plain .x
run cute-shm load plain "$(printf '%0201d' 7)"
run cute-shm load plain "$(printf 'caf\351')"
run cute-shm load plain -- -x
run cute-shm unlink -- 'two words.v2' plain 'né#w.€' -x

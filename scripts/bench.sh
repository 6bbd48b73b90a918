#!/bin/sh
# ./dev bench [--short] [ROW...]: measures, in turn with what we are held against, and writes docs/performance.md with its
# pictures; "hdf5" means all rows of its part about that, and the other part stays as it is. Of some rows only, or with --short
# (small sizes and one round, to see that everything works), what is written goes to build/bench-figures. The rows:
# attach-again attach-cold attach-python get import load-chunked load-contiguous load-gzip load-wide put-large put-many
# read-scan save-contiguous save-gzip.
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=scripts/languages.sh
. "$(dirname "$0")/languages.sh"

figures=$build/bench-figures
peer_env=$build/bench-peer
# Every program: its row and language.
all='attach-cold/C
attach-again/C
get/C
put-many/C
read-scan/C
put-large/Python
put-many/Python
attach-python/Python
load-contiguous/Python
load-chunked/Python
load-gzip/Python
load-wide/Python
save-contiguous/Python
save-gzip/Python
import/Python
read-scan/Python
read-scan/Rust
read-scan/Julia'

page=docs/performance.md
rounds='1 2 3 4 5'
short=
programs=
for argument; do
    case $argument in
    hdf5)
        programs=$(printf '%s\n' "$all" | grep -e '^load-' -e '^save-')
        continue
        ;;
    --short)
        short=--short
        rounds=1
        ;;
    *)
        found=$(printf '%s\n' "$all" | grep "^$argument/") || die "no row is called $argument"
        programs="$programs $found"
        ;;
    esac
    page=$figures/performance.md
done
[ -n "$programs" ] || programs=$all

# A store of our own. The programs unlink what they make.
CUTE_SHM_ROOT=$(mktemp -d)
export CUTE_SHM_ROOT
trap 'rm -r "$CUTE_SHM_ROOT"' EXIT
trap 'exit 130' INT TERM

# cute-shm 1.2, which imports under the same name: in an environment of its own, and for that process alone.
install_peer() {
    [ ! -f "$peer_env/installed.stamp" ] || return 0
    "$venv/bin/python" -m venv --clear "$peer_env"
    "$peer_env/bin/python" -m pip install --quiet --disable-pip-version-check cute-shm==1.2 \
        "$(grep '^numpy==' requirements-dev.txt)" "$(grep '^h5py==' requirements-dev.txt | cut -d' ' -f1)"
    touch "$peer_env/installed.stamp"
}

# One program: its lines go to the screen and to the figures.
run() {
    "$@" ${short:+"$short"} >"$figures/lines.part"
    tee -a "$figures/lines.jsonl" <"$figures/lines.part"
}

run_program() {
    name=$(printf %s "${1%/*}" | tr - _)
    case ${1#*/} in
    C) run "$release/bin/bench_$name" ;;
    Python) run "$python_env/bin/python" "tests/bench/$name.py" ;;
    Rust) run env LD_LIBRARY_PATH="$CUTESHM_LIB_DIR" "$CARGO_TARGET_DIR/release/$name" ;;
    Julia) run julia --startup-file=no --project=bindings/julia/CuteShm "tests/bench/$name.jl" ;;
    esac
}

sh scripts/build.sh release
install_python
install_peer
case $programs in
*/Rust*) cargo build --quiet --release --locked --manifest-path tests/bench/rust/Cargo.toml ;;
esac

mkdir -p "$figures"
: >"$figures/lines.jsonl"
# In turn, so that whatever else the machine does meets all of them.
for _ in $rounds; do
    for program in $programs; do
        run_program "$program"
    done
done

"$venv/bin/python" tests/bench/report.py "$figures/lines.jsonl" "$page"
say "written: $page"

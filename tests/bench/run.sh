#!/bin/sh
# ./dev bench [--short]: measures, in turn with what we are held against, and writes docs/performance.md with its picture.
# With --short, to see that everything works: small sizes, one round, and what is written goes to build/bench-figures.
set -eu
cd "$(dirname "$0")/../.."
# What scripts/common.sh sets for the scripts beside it.
root=$PWD
build=$root/build
venv=$root/.venv
LC_ALL=C.UTF-8
PATH=$PATH:$HOME/.cargo/bin
JULIA_DEPOT_PATH=${JULIA_DEPOT_PATH:-$build/julia-depot}
export LC_ALL PATH JULIA_DEPOT_PATH
# shellcheck source=scripts/languages.sh
. scripts/languages.sh

figures=$build/bench-figures
page=docs/performance.md
rounds='1 2 3 4 5'

case $* in
'') ;;
--short)
    page=$figures/performance.md
    rounds=1
    ;;
*)
    echo "usage: $0 [--short]" >&2
    exit 2
    ;;
esac

# A store of our own. The programs unlink what they make.
CUTE_SHM_ROOT=$(mktemp -d)
export CUTE_SHM_ROOT
trap 'rm -r "$CUTE_SHM_ROOT"' EXIT
trap 'exit 130' INT TERM

# One program: its lines go to the screen and to the figures.
run() {
    "$@" >"$figures/lines.part"
    tee -a "$figures/lines.jsonl" <"$figures/lines.part"
}

sh scripts/build.sh release
install_python
cargo build --quiet --release --locked --manifest-path tests/bench/rust/Cargo.toml

mkdir -p "$figures"
: >"$figures/lines.jsonl"
# In turn, so that whatever else the machine does meets all of them.
for _ in $rounds; do
    for program in attach_cold attach_again get read_scan; do
        run "$release/bin/bench_$program" "$@"
    done
    run "$python_env/bin/python" tests/bench/attach_python.py "$@"
    run "$python_env/bin/python" tests/bench/read_scan.py "$@"
    run env LD_LIBRARY_PATH="$CUTESHM_LIB_DIR" "$CARGO_TARGET_DIR/release/read_scan" "$@"
    run julia --startup-file=no --project=bindings/julia/CuteShm tests/bench/read_scan.jl "$@"
done

"$venv/bin/python" tests/bench/report.py "$figures/lines.jsonl" "$page"
echo "written: $page"

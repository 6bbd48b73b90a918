# What every script here starts from. Sourced, never run:  . "$(dirname "$0")/common.sh"
# shellcheck shell=sh disable=SC2034

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
cd "$root" || exit 1

venv=$root/.venv
build=$root/build
jobs=${CUTESHM_JOBS:-$(nproc)}

# A clean environment (env -i, a container, CI) has no locale, and the tools below speak UTF-8.
LC_ALL=C.UTF-8
LANG=C.UTF-8
# Where rustup puts cargo, also before the next login.
PATH=$PATH:$HOME/.cargo/bin
# Precompiled Julia code stays in the build folder, out of the user's home.
JULIA_DEPOT_PATH=${JULIA_DEPOT_PATH:-$build/julia-depot}
export LC_ALL LANG PATH JULIA_DEPOT_PATH

say() { printf '%s\n' "$*"; }

die() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

# as_root CMD...: directly for root, through sudo for anyone else.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "needs root or sudo: $*"
    fi
}

#!/bin/sh
# Installs what building and testing needs, and only what is missing: system packages by apt
# (as root or through sudo), Julia, and pinned Python tools in .venv/. A second run does nothing.
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

packages="
    gcc g++ cmake ninja-build pkg-config binutils git
    libyaml-dev libtomlplusplus-dev libxxhash-dev libdeflate-dev libhdf5-dev hdf5-tools
    catch2
    clang clang-tidy libclang-dev libclang-rt-dev
    abigail-tools strace valgrind shellcheck chromium fonts-dejavu-core
    python3-dev python3-venv"

# installed PACKAGE...: the exit status says whether all of them are.
installed() {
    # shellcheck disable=SC2016 # the ${...} are dpkg's
    dpkg-query --show --showformat '${db:Status-Status}\n' "$@" 2>/dev/null |
        awk -v wanted=$# '$1 == "installed" { n++ } END { exit n != wanted }'
}

apt_install() {
    say "setup: installing$(printf ' %s' "$@")"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

setup_packages() {
    # shellcheck disable=SC2086 # a list of words
    installed $packages || apt_install $packages
}

# Not only found: an exception thrown through compiled code must be caught.
julia_works() {
    command -v julia >/dev/null &&
        julia --startup-file=no -e '
            VERSION >= v"1.5" || exit(1)
            try; @eval using NoSuchPackage; catch; exit(0); end; exit(1)' >/dev/null 2>&1
}

setup_julia() {
    julia_works && return
    say "setup: installing Julia 1.5.3"
    as_root sh scripts/install_julia.sh >/dev/null
    julia_works || die "Julia is installed but does not work: $(command -v julia)"
}

setup_rust() {
    command -v cargo >/dev/null || die "cargo is missing: install Rust with rustup"
    for component in fmt clippy; do
        cargo "$component" --version >/dev/null 2>&1 ||
            die "cargo $component is missing: rustup component add rustfmt clippy"
    done
}

# The first python3 that is new enough and can make environments.
find_python() {
    for python in python3 /usr/bin/python3; do
        "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
            2>/dev/null && return
    done
    die "no python3 of version 3.11 or later with the module venv"
}

setup_venv() {
    find_python
    stamp=$venv/requirements.stamp
    wanted=$("$python" --version && cat requirements-dev.txt)
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && return
    # What --clear empties is what the link leads to, which others use.
    [ ! -L "$venv" ] || die ".venv is a link to $(readlink "$venv"), which lacks what requirements-dev.txt wants: add it there"
    say "setup: filling .venv with $("$python" --version)"
    "$python" -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
    printf '%s\n' "$wanted" >"$stamp"
}

setup_packages
setup_julia
setup_rust
setup_venv

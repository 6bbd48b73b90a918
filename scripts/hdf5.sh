#!/bin/sh
# hdf5.sh [fuzz]
# Builds HDF5 from Debian's source package as a static library of position-independent code, in build/hdf5/: for the
# wheel, where its symbols are hidden, so that h5py's HDF5 in the same process cannot be mistaken for it. Debian's own
# static library is not position-independent, and its shared one would bring along curl, Kerberos and OpenSSL.
# With "fuzz" in build/hdf5-fuzz/, for tests/fuzz: by clang, and so that libFuzzer sees which ways are taken in it.
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

prefix=$build/hdf5${1:+-$1}
work=$prefix-work
case ${1:-} in
'') ;;
fuzz)
    # Programs that its build runs have no libFuzzer: a sanitizer has what the compiled code calls, too.
    CC=clang CFLAGS='-O1 -g1 -fsanitize=fuzzer-no-link' LDFLAGS=-fsanitize=undefined
    export CC CFLAGS LDFLAGS
    ;;
*) die "what is \"$1\"? nothing, or fuzz" ;;
esac
[ -f "$prefix/lib/libhdf5.a" ] && exit

# The sources of packages, beside the packages that this system is set up for, and without changing its set-up.
apt_source() {
    as_root apt-get -qq -o "Dir::Etc::sourcelist=$work/apt/packages.list" \
        -o "Dir::Etc::sourceparts=$work/apt/parts" -o "Dir::State::lists=$work/apt/lists" "$@"
}

fetch() {
    mkdir -p "$work/apt/parts" "$work/apt/lists/partial" "$work/source"
    sed 's/^deb /deb-src /' /etc/apt/sources.list >"$work/apt/packages.list" 2>/dev/null || true
    for list in /etc/apt/sources.list.d/*; do
        [ ! -f "$list" ] || sed -e 's/^Types:.*/Types: deb-src/' -e 's/^deb /deb-src /' "$list" \
            >"$work/apt/parts/$(basename "$list")"
    done
    apt_source update
    (cd "$work" && apt_source source --download-only hdf5)
    tar -xzf "$work"/hdf5_*.orig.tar.gz -C "$work/source" --strip-components=1
}

compile() {
    mkdir -p "$work/build"
    cd "$work/build"
    ../source/configure --quiet --prefix="$prefix" --enable-build-mode=production \
        --disable-shared --enable-static --with-pic --disable-hl --disable-tests --disable-tools \
        --with-zlib --with-szlib
    make --silent --jobs="$jobs" -C src
    make --silent -C src install
    cp ../source/COPYING "$prefix/COPYING"
}

say "hdf5: building a static HDF5 in $prefix"
rm -rf "$work" "$prefix"
mkdir -p "$work"
log=$prefix.log
trap 'tail -n 40 "$log" >&2; echo "hdf5: HDF5 could not be built; all that was said is in $log" >&2' EXIT
{
    fetch
    compile
} >"$log" 2>&1
trap - EXIT
rm -rf "$work"

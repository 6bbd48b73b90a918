#!/bin/sh
# ./dev demo [FILE.h5]: loads an HDF5 file into shared memory, once, and reads it where it lies from four languages.
# Without a file: neutron scattering data, which the Python package nexusformat ships.
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=scripts/languages.sh
. "$(dirname "$0")/languages.sh"

languages='C Python Rust Julia'
project=demo-$$ # nobody else has one of that name

# The project goes, whatever happens; its store stays, as for any user.
clean_up() {
    "$cute_shm" unlink "$project" >/dev/null 2>&1 || true
    rm -rf "$work"
}

heading() { printf '\n\033[1m%s\033[0m\n' "$*"; }
[ -t 1 ] || heading() { printf '\n%s\n' "$*"; }

# Shows a command as one would type it, and runs it.
command_line() {
    printf '$ cute-shm'
    printf ' %s' "$@"
    printf '\n'
    "$cute_shm" "$@"
}

chopper_file() {
    "$venv/bin/python" -c 'import importlib.util as u; print(*u.find_spec("nexusformat").submodule_search_locations)'
}

# Each in a process of its own, which knows nothing but the project's name.
attach_everywhere() {
    for language in $languages; do
        example attach "$language" "$project" >"$work/$language" 2>"$work/$language.err" || {
            cat "$work/$language.err" >&2
            die "the program in $language failed"
        }
        cmp -s "$work/C" "$work/$language" || {
            diff "$work/C" "$work/$language" >&2 || true
            die "C and $language see different things"
        }
    done
}

# The last line of what each printed is "crc32 DATASET CHECKSUM".
print_table() {
    printf '%-10s  %-16s  %s\n' language 'crc32 of dataset' 'attached in'
    for language in $languages; do
        printf '%-10s  %-16s  %s\n' "$language" "$(sed -n 's/^crc32 .* //p' "$work/$language")" \
            "$(sed -n 's/.*: attached in //p' "$work/$language.err")"
    done
}

case $# in
0) file=$(chopper_file)/examples/chopper.nxs ;;
1) file=$1 ;;
*) die "usage: ./dev demo [FILE.h5]" ;;
esac
[ -r "$file" ] || die "cannot read $file"

say "Building the library, the program and the examples in four languages (the first time takes minutes) ..."
build_languages
cute_shm=$release/bin/cute-shm
work=$(mktemp -d)
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 1' HUP TERM

heading "1. Load $(basename "$file") into shared memory, once"
printf '$ cute-shm load %s %s\n' "$(basename "$file")" "$project"
"$cute_shm" load "$file" "$project"

heading "2. Attach it from four processes in four languages"
attach_everywhere
dataset=$(sed -n 's/^crc32 \(.*\) [0-9a-f]*$/\1/p' "$work/C")
say "All four print this tree:"
sed '/^crc32 /d; s/^/  /' "$work/C" | expand -t 50,60
say ""
say "and the same checksum of $dataset, read in place:"
print_table

heading "3. See what is there, and give the memory back"
command_line list
command_line show "$project" "$dataset"
command_line unlink "$project"

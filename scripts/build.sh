#!/bin/sh
# ./dev build [PRESET [TARGET...]]: configures, where needed, and builds the C side, or these targets, in build/PRESET.
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

preset=${1:-release}
[ $# -eq 0 ] || shift
mkdir -p "$build"
log=$build/configure-$preset.log
# Two stages at once may both see to it that it is built.
exec 9>"$build/$preset.lock"
flock 9
# CMake repeats pages about what it found: shown only when it fails.
cmake --preset "$preset" >"$log" 2>&1 || {
    cat "$log"
    exit 1
}
# On a terminal ninja's progress is one line; in a log each step would be.
quiet=--quiet
[ ! -t 1 ] || quiet=
# shellcheck disable=SC2086 # no word where it is empty
cmake --build --preset "$preset" --parallel "$jobs" -- $quiet "$@"

#!/bin/sh
# ./dev test [STAGE...]: runs the stages of the tests one by one, all of them by default, and goes on after a failure.
# The last line counts stages: "N passed, M failed".
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

# In this order, since later stages find built what they need.
all='lint c gates asan tsan python wheel rust julia conformance lifetimes cli soak demo'

case ${1:-} in
--list)
    # shellcheck disable=SC2086 # a list of words
    printf '%s\n' $all
    exit
    ;;
'')
    # shellcheck disable=SC2086 # a list of words
    set -- $all
    ;;
esac
for stage in "$@"; do
    case " $all " in
    *" $stage "*) ;;
    *) die "no stage is called $stage; there are: $all" ;;
    esac
done

passed=0
failed=0
report=
for stage in "$@"; do
    printf '\n==== %s\n' "$stage"
    began=$(date +%s)
    # Started in the background, or by some CI, this inherits ignored interrupts; tests of Ctrl-C need the default.
    if env --default-signal=INT sh scripts/stage.sh "$stage" </dev/null; then
        passed=$((passed + 1))
        verdict=passed
    else
        failed=$((failed + 1))
        verdict=FAILED
    fi
    line=$(printf '%-12s %s %5d s' "$stage" "$verdict" $(($(date +%s) - began)))
    printf '==== %s\n' "$line"
    report="$report$line
"
done

printf '\n%s\n%d passed, %d failed\n' "$report" "$passed" "$failed"
[ "$failed" -eq 0 ]

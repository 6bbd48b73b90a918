#!/bin/sh
# ./dev test [STAGE...]: runs the named stages of the tests one by one; without names all of them, those that keep one core busy
# in two lanes side by side. Goes on after a failure. The last line counts stages: "N passed, M failed".
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

# In this order, since later stages find built what they need. These use every core by themselves.
alone='lint c gates asan tsan'
# These run mostly one process at a time.
lanes='python wheel
rust julia conformance lifetimes cli soak demo'
all=$(printf '%s %s' "$alone" "$lanes" | tr '\n' ' ')

case ${1:-} in
--list)
    # shellcheck disable=SC2086 # a list of words
    printf '%s\n' $all
    exit
    ;;
esac
for stage in "$@"; do
    case " $all " in
    *" $stage "*) ;;
    *) die "no stage is called $stage; there are: $all" ;;
    esac
done

verdicts=$(mktemp -d)
trap 'rm -r "$verdicts"' EXIT
running=
# What runs in the background is not reached by Ctrl-C.
trap 'kill $running 2>/dev/null; exit 130' INT
trap 'exit 1' HUP TERM

# run_stage STAGE: leaves its verdict in a file of its name.
run_stage() {
    printf '\n==== %s\n' "$1"
    began=$(date +%s)
    verdict=passed
    # Started in the background, or by some CI, this inherits ignored interrupts; tests of Ctrl-C need the default.
    env --default-signal=INT sh scripts/stage.sh "$1" </dev/null || verdict=FAILED
    printf '%-12s %s %5d s\n' "$1" "$verdict" $(($(date +%s) - began)) >"$verdicts/$1"
    printf '==== %s\n' "$(cat "$verdicts/$1")"
}

# run_lane STAGE...: one after the other; what each prints comes in one piece, when it has ended.
run_lane() {
    for stage in "$@"; do
        run_stage "$stage" >"$verdicts/$stage.log" 2>&1
        cat "$verdicts/$stage.log"
    done
}

run_all() {
    for stage in $alone; do
        run_stage "$stage"
    done
    # What both lanes need, so that neither waits for the other to build it. Where that fails its stages say so.
    sh scripts/stage.sh languages || true
    printf '%s\n' "$lanes" >"$verdicts/lanes"
    while read -r lane; do
        # shellcheck disable=SC2086 # a list of words
        run_lane $lane </dev/null &
        running="$running $!"
    done <"$verdicts/lanes"
    wait
}

if [ $# -eq 0 ]; then
    run_all
    # shellcheck disable=SC2086 # a list of words
    set -- $all
else
    for stage in "$@"; do
        run_stage "$stage"
    done
fi

printf '\n'
failed=0
for stage in "$@"; do
    cat "$verdicts/$stage"
    grep -q ' passed ' "$verdicts/$stage" || failed=$((failed + 1))
done
printf '\n%d passed, %d failed\n' $(($# - failed)) "$failed"
[ "$failed" -eq 0 ]

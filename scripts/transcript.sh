#!/bin/sh
# Writes what `./dev demo` prints today into docs/quickstart.md, between the two comments that are there for it.
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

page=docs/quickstart.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# In a store of its own: nobody else's projects belong on the page.
CUTE_SHM_ROOT=$work/store ./dev demo | sed '/^ninja: /d' >"$work/demo"

{
    sed -n '1,/^<!-- begin of the transcript/p' "$page"
    printf '```text\n$ ./dev demo\n'
    cat "$work/demo"
    printf '```\n'
    sed -n '/^<!-- end of the transcript/,$p' "$page"
} >"$work/page"
cp "$work/page" "$page"

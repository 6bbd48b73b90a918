#!/bin/sh
# ./dev generate: rewrites the generated layers that are checked in, Rust's and Julia's, from the public headers.
# Tests of both compare them with what this would write.
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=scripts/languages.sh
. "$(dirname "$0")/languages.sh"

"$venv/bin/python" bindings/julia/generate.py

sh scripts/build.sh release
CUTESHM_UPDATE_BINDINGS=1 cargo_rust test --quiet --test drift

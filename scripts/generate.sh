#!/bin/sh
# ./dev generate: rewrites the generated layers that are checked in, Rust's and Julia's, from the public headers.
# Tests of both compare them with what this would write.
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

"$venv/bin/python" bindings/julia/generate.py

sh scripts/build.sh release
CUTESHM_LIB_DIR=$build/release/lib CUTESHM_INCLUDE_DIR=$root/core/include CARGO_TARGET_DIR=$build/cargo \
    CUTESHM_UPDATE_BINDINGS=1 \
    cargo test --quiet --manifest-path bindings/rust/Cargo.toml -p cuteshm-sys --test drift

#!/bin/sh
# ./dev format: lays out C, C++, Python and Rust as the gates want it.
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

git ls-files --cached --others --exclude-standard -z '*.c' '*.h' '*.cpp' '*.hpp' |
    xargs -0 "$venv/bin/clang-format" -i
"$venv/bin/ruff" check --fix --quiet .
"$venv/bin/ruff" format --quiet --exclude "*.md" .
cargo fmt --manifest-path bindings/rust/Cargo.toml --all

#!/bin/sh
# One stage of the tests, in a process of its own: any failing command ends it. Called by scripts/test.sh.
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"
# shellcheck source=scripts/languages.sh
. "$(dirname "$0")/languages.sh"

run_ctest() {
    preset=$1
    shift
    ctest --preset "$preset" --parallel "$jobs" "$@"
}

stage_lint() {
    shellcheck --external-sources dev .ci/run scripts/*.sh
    "$venv/bin/ruff" check .
    "$venv/bin/ruff" format --check --exclude "*.md" .
    MYPYPATH=tests/gates "$venv/bin/mypy" --strict tests/gates
    "$venv/bin/mypy" --strict tests/conformance/run.py
    "$venv/bin/mypy" --strict tests/examples/run_examples.py
    "$venv/bin/mypy" --strict bindings/julia/generate.py bindings/julia/test_generate.py
    "$venv/bin/mypy" --strict --python-version 3.11 tests/cli tests/hdf5 tests/format
    "$venv/bin/mypy" --strict tests/bench/report.py
}

stage_c() {
    sh scripts/build.sh release
    run_ctest release --label-exclude 'gate|cli'
}

stage_gates() {
    sh scripts/build.sh release
    run_ctest release --label-regex gate
}

# The loader meets its files here, too; what measures memory, or loads it into a Python that has no sanitizer, stays out.
stage_asan() {
    sh scripts/build.sh asan
    run_ctest asan --label-regex 'unit|api|process|hdf5|cli|sanitizer' --exclude-regex hdf5_files
    CUTESHM_BUILD_DIR=$build/asan "$venv/bin/python" -m pytest -q -p no:cacheprovider tests/hdf5 \
        --ignore-glob='*_memory.py' --ignore-glob='*_two_libraries.py'
}

# ThreadSanitizer wants memory laid out as it expects; some kernels randomise it further than that.
stage_tsan() {
    sh scripts/build.sh tsan
    fixed_layout=
    setarch -R true 2>/dev/null && fixed_layout='setarch -R'
    $fixed_layout ctest --preset tsan --parallel "$jobs" --label-regex 'unit|api|sanitizer'
}

stage_python() {
    install_python
    "$venv/bin/mypy" --python-executable "$python_env/bin/python"
    "$python_env/bin/python" -m pytest -q
}

stage_rust() {
    sh scripts/build.sh release
    cargo fmt --manifest-path bindings/rust/Cargo.toml --all --check
    cargo fmt --manifest-path tests/bench/rust/Cargo.toml --check
    cargo_rust clippy --all-targets --all-features -- -D warnings
    cargo clippy --quiet --locked --manifest-path tests/bench/rust/Cargo.toml --all-targets -- -D warnings
    cargo_rust test --all-features
}

stage_julia() {
    sh scripts/build.sh release
    julia --startup-file=no --project=bindings/julia/CuteShm bindings/julia/CuteShm/test/runtests.jl
}

stage_conformance() {
    build_languages
    "$venv/bin/python" tests/conformance/run.py
}

stage_cli() {
    sh scripts/build.sh release
    run_ctest release --label-regex cli
}

# The main job, then every other program and piece of code that the pages show.
stage_demo() {
    sh scripts/demo.sh
    "$venv/bin/python" tests/examples/run_examples.py
}

"stage_$1"

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
    "$venv/bin/mypy" --strict --python-version 3.11 tests/lifetimes/run_lifetimes.py
    "$venv/bin/mypy" --strict tests/examples/run_examples.py
    "$venv/bin/mypy" --strict bindings/julia/generate.py bindings/julia/test_generate.py
    "$venv/bin/mypy" --strict --python-version 3.11 tests/cli tests/hdf5 tests/format tests/parsers
    "$venv/bin/mypy" --strict --python-version 3.11 tests/faults tests/memory/run_memory.py
    "$venv/bin/mypy" --strict tests/bench/*.py
    "$venv/bin/mypy" --strict tests/soak/soak.py
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
    run_ctest asan --label-regex 'unit|api|process|fault|hdf5|cli|sanitizer' --exclude-regex hdf5_files
    CUTESHM_BUILD_DIR=$build/asan "$venv/bin/python" -m pytest -q -p no:cacheprovider tests/hdf5 \
        --ignore-glob='*_memory.py' --ignore-glob='*_two_libraries.py'
}

# ThreadSanitizer wants memory laid out as it expects; some kernels randomise it further than that.
stage_tsan() {
    sh scripts/build.sh tsan unit_tests api_tests hdf5_tests sanitizer_sample
    fixed_layout=
    setarch -R true 2>/dev/null && fixed_layout='setarch -R'
    $fixed_layout ctest --preset tsan --parallel "$jobs" --tests-regex '^(unit_tests|api_tests|hdf5_threads|sanitizer_.*)$'
}

stage_python() {
    install_python
    "$venv/bin/mypy" --python-executable "$python_env/bin/python"
    "$python_env/bin/python" -m pip install --quiet --disable-pip-version-check -c requirements-dev.txt mypy
    "$python_env/bin/python" -m mypy.stubtest --concise --allowlist bindings/python/stubtest.txt \
        --ignore-unused-allowlist cute_shm._core cute_shm._hdf5
    "$python_env/bin/python" -m pytest -q bindings/python/tests tests/wheel
}

# The wheel in every Python it is for, but the one that the stage `python` has had; and Python 3.10 from source. Neither
# pins what goes with it: so do users.
stage_wheel() {
    install_python
    had=$("$python_env/bin/python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    for version in 3.11 3.12 3.13; do
        [ "$version" = "$had" ] || test_package "$version" "$build"/wheels/*.whl
    done
    test_package 3.10 "$build"/wheels/*.tar.gz
}

# What depends on no version of Python: pictures made by a browser, and programs measured against cute-shm 1.2.
any_python='test_browser test_evaluation test_performance'

# test_package VERSION FILE: installs a wheel or a source distribution in an empty environment, and tests it there.
test_package() {
    python=$(find_python_version "$1")
    say "$(basename "$2") in $("$python" --version)"
    # shellcheck disable=SC2086 # a list of words
    new_python_env "$python" "$build/python-$1" "$2" $python_test_packages
    tests='bindings/python/tests tests/wheel/test_programs.py'
    for test in $any_python; do
        [ -n "${CUTESHM_LONG:-}" ] || tests="$tests --ignore=bindings/python/tests/$test.py"
    done
    case $2 in *.whl) tests="$tests tests/wheel/test_wheel.py" ;; esac
    # shellcheck disable=SC2086 # a list of words
    "$build/python-$1/bin/python" -m pytest -q $tests
    rm -r "$build/python-$1"
}

stage_rust() {
    sh scripts/build.sh release
    cargo fmt --manifest-path bindings/rust/Cargo.toml --all --check
    cargo_rust clippy --all-targets --all-features -- -D warnings
    for programs in bench parsers soak; do
        cargo fmt --manifest-path tests/$programs/rust/Cargo.toml --check
        cargo clippy --quiet --locked --manifest-path tests/$programs/rust/Cargo.toml --all-targets -- -D warnings
    done
    cargo_rust test --all-features
}

stage_julia() {
    sh scripts/build.sh release
    julia --startup-file=no --project=bindings/julia/CuteShm bindings/julia/CuteShm/test/runtests.jl
}

stage_conformance() {
    build_languages
    "$venv/bin/python" tests/conformance/run.py
    cargo build --quiet --locked --manifest-path tests/parsers/rust/Cargo.toml
    "$venv/bin/python" -m pytest -q -p no:cacheprovider tests/parsers
    "$python_env/bin/python" tests/memory/run_memory.py
}

# CUTESHM_LONG=1: a process for each lifetime in the languages that start slowly, too.
stage_lifetimes() {
    build_languages
    "$python_env/bin/python" tests/lifetimes/run_lifetimes.py
}

stage_cli() {
    sh scripts/build.sh release
    run_ctest release --label-regex cli
}

# Eight processes in four languages for a minute, killed at random; for ten with CUTESHM_LONG=1. It prints what they did.
stage_soak() {
    sh scripts/build.sh release
    install_python
    cargo build --quiet --release --locked --manifest-path tests/soak/rust/Cargo.toml
    "$venv/bin/python" tests/soak/soak.py --c "$release/bin/soak_worker" --python "$python_env/bin/python" \
        --rust "$CARGO_TARGET_DIR/release/soak_worker" --julia julia
}

# No tests: what the stages of several languages start from.
stage_languages() {
    build_languages
}

# The main job, then every other program and piece of code that the pages show.
stage_demo() {
    sh scripts/demo.sh
    "$venv/bin/python" tests/examples/run_examples.py
}

"stage_$1"

# Where the four languages find what is built, and how to build it. Sourced after common.sh:
#   . "$(dirname "$0")/languages.sh"
# shellcheck shell=sh disable=SC2034,SC2154

release=$build/release
python_env=$build/python-env

# What the bindings find the library by, in the build tree.
CUTESHM_LIB_DIR=$release/lib
CUTESHM_INCLUDE_DIR=$root/core/include
CUTESHM_LIBRARY=$release/lib/libcuteshm.so
CUTESHM_BUILD_DIR=$release
CARGO_TARGET_DIR=$build/cargo
CONFORM_PYTHON="$python_env/bin/python $root/tests/conformance/conform.py"
export CUTESHM_LIB_DIR CUTESHM_INCLUDE_DIR CUTESHM_LIBRARY CUTESHM_BUILD_DIR CARGO_TARGET_DIR CONFORM_PYTHON

# What the package's tests need beside the package.
python_test_packages='pytest h5py PyYAML nexusformat rich pyarrow joblib xarray'

# The wheel and the source distribution, unless nothing has changed since. What tests compile of themselves is no change:
# another lane may be using the environment that a new wheel would clear.
build_wheel() {
    stamp=$build/wheels/built.stamp
    if [ -f "$stamp" ] && [ -z "$(find pyproject.toml README.md CMakeLists.txt cmake core cli \
        bindings/python bindings/swig -type f ! -name '*.pyc' -newer "$stamp")" ]; then
        return
    fi
    sh scripts/wheel.sh
    touch "$stamp"
}

# new_python_env PYTHON FOLDER PIP-ARGUMENT...: an environment with what pip is told to install.
new_python_env() {
    python=$1
    folder=$2
    shift 2
    "$python" -m venv --clear "$folder"
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$@"
}

# Installs the wheel as a user does, into an environment of its own, unless it is there.
install_python() {
    build_wheel
    [ -n "$(find "$python_env/installed.stamp" -newer "$build/wheels/built.stamp" 2>/dev/null)" ] && return
    # shellcheck disable=SC2086 # a list of words
    new_python_env "$venv/bin/python" "$python_env" -c requirements-dev.txt "$build"/wheels/*.whl $python_test_packages
    touch "$python_env/installed.stamp"
}

# find_python_version 3.12: prints a Python of that version, of the system or of pyenv.
find_python_version() {
    for python in "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
        if "$python" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$1')" 2>/dev/null; then
            printf '%s\n' "$python"
            return
        fi
    done
    die "no Python $1: install it, for example by pyenv install $1"
}

cargo_rust() {
    subcommand=$1
    shift
    cargo "$subcommand" --manifest-path bindings/rust/Cargo.toml --workspace "$@"
}

# All that docs/examples needs, in all four languages.
build_languages() {
    sh scripts/build.sh release
    install_python
    cargo_rust build --quiet --examples --all-features
}

# example NAME LANGUAGE ARGUMENT...: runs one of docs/examples.
example() {
    name=$1
    language=$2
    shift 2
    case $language in
    C) "$release/bin/example-$name" "$@" ;;
    Python) "$python_env/bin/python" "docs/examples/$name.py" "$@" ;;
    Rust) "$CARGO_TARGET_DIR/debug/examples/$name" "$@" ;;
    Julia) julia --startup-file=no --project=bindings/julia/CuteShm "docs/examples/$name.jl" "$@" ;;
    *) die "no language is called $language" ;;
    esac
}

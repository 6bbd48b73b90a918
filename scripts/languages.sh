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

# Installs the package as a user does, into an environment of its own, unless nothing has changed since.
install_python() {
    stamp=$python_env/installed.stamp
    if [ -f "$stamp" ] && [ -z "$(find pyproject.toml requirements-dev.txt CMakeLists.txt cmake core \
        bindings/python bindings/swig -type f -newer "$stamp")" ]; then
        return
    fi
    "$venv/bin/python" -m venv --clear "$python_env"
    "$python_env/bin/python" -m pip install --quiet --disable-pip-version-check \
        -c requirements-dev.txt . pytest h5py PyYAML nexusformat rich pyarrow joblib xarray
    touch "$stamp"
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

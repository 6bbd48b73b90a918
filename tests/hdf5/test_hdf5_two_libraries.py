# SPDX-License-Identifier: MIT
"""h5py's wheel carries an HDF5 of its own, of another version: both in one process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import h5py
import pytest
from hdf5_files import numbers

BUILD = Path(os.environ["CUTESHM_BUILD_DIR"])
H5PY_LIBRARIES = Path(h5py.__file__).parent.parent / "h5py.libs"

# Our library by its C ABI: calls cshm_hdf5_load, and says what came of it.
LOADER = """
import ctypes, sys
build, root, path, wheel = sys.argv[1:]

class Error(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint32), ("status", ctypes.c_int32), ("errno", ctypes.c_int32),
                ("reserved", ctypes.c_uint32), ("message", ctypes.c_char * 1008)]

def load():
    library = ctypes.CDLL(build + "/lib/libcuteshm.so.0")
    loader = ctypes.CDLL(build + "/lib/libcuteshm_hdf5.so.0")
    store, err = ctypes.c_uint64(), Error(size=ctypes.sizeof(Error))
    assert library.cshm_store_open(root.encode(), None, ctypes.byref(store), ctypes.byref(err)) == 0, err.message
    status = loader.cshm_hdf5_load(store, b"p", path.encode(), None, None, ctypes.byref(err))
    if status == 0:
        assert library.cshm_unlink(store, b"p", None) == 0
    print(status, err.message.decode())

def read():
    import h5py
    with h5py.File(path) as file:
        assert file["special"][4] == 5e-324
"""
ORDERS = {
    "h5py first": "read(); load(); read(); load()",
    "ours first": "load(); read(); load(); read()",
}


def run(tmp_path: Path, script: str) -> str:
    """Runs a script behind LOADER in a process of its own; returns what it printed."""
    numbers(tmp_path / "numbers.h5")
    wheel = next(H5PY_LIBRARIES.glob("libhdf5-*.so*"))
    arguments = [str(part) for part in (BUILD, tmp_path / "store", tmp_path / "numbers.h5", wheel)]
    done = subprocess.run(
        [sys.executable, "-c", LOADER + script, *arguments], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("order", ORDERS)
def test_both_work_in_either_order(tmp_path: Path, order: str) -> None:
    """As Python users have them: neither sees the other's symbols."""
    assert run(tmp_path, ORDERS[order]).split() == ["0", "0"]


def test_an_hdf5_that_pushes_in_front_is_noticed(tmp_path: Path) -> None:
    """Under RTLD_GLOBAL the dynamic linker may give us the other HDF5: an error then, where HDF5 would abort."""
    found = run(tmp_path, "ctypes.CDLL(wheel, ctypes.RTLD_GLOBAL); load()")
    words = "14 libcuteshm_hdf5 was built for HDF5 "
    assert found.strip() == "0" or (found.startswith(words) and "in this process" in found), found

# SPDX-License-Identifier: MIT
"""What only the wheel promises: it carries an HDF5 that nothing else in the process can be mistaken for."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import cute_shm
import h5py

# Under RTLD_GLOBAL every library sees the symbols of those loaded before it.
LOAD_BESIDE_H5PY = """
import os, sys
sys.setdlopenflags(os.RTLD_GLOBAL | os.RTLD_NOW)
import h5py
with h5py.File(sys.argv[1], "w") as file:
    file["a"] = [1.0, 2.0, 3.0]
import cute_shm
with cute_shm.load_hdf5(sys.argv[1], sys.argv[2], store=sys.argv[3]) as project:
    assert project["a"].sum() == 6
    print([line.split()[-1] for line in open("/proc/self/maps") if "libhdf5" in line and "h5py" not in line])
cute_shm.unlink(sys.argv[2], sys.argv[3])
"""


def test_hdf5_is_inside_and_hidden_even_from_a_global_h5py(tmp_path: Path) -> None:
    arguments = [str(tmp_path / "file.h5"), f"wheel-{os.getpid()}", str(tmp_path / "store")]
    result = subprocess.run(
        [sys.executable, "-c", LOAD_BESIDE_H5PY, *arguments], capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stdout) == (0, "[]\n"), result.stderr


def test_the_program_that_reads_in_isolation_is_inside_and_needs_no_hdf5(tmp_path: Path) -> None:
    program = Path(cute_shm.__file__).parent / "lib" / "cuteshm-hdf5-load"
    assert os.access(program, os.X_OK)
    needed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    assert "libhdf5" not in needed
    assert "not found" not in needed
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file.create_dataset("a", data=range(1000), chunks=(100,), compression="szip")  # not even that filter's library
    name, environment = f"wheel-{os.getpid()}", {"PATH": os.defpath}
    code = (
        "import sys, cute_shm\n"
        "with cute_shm.load_hdf5(sys.argv[1], sys.argv[2], store=sys.argv[3], isolate=True) as project:\n"
        "    print(project['a'].sum())\n"
    )
    arguments = [str(tmp_path / "file.h5"), name, str(tmp_path / "store")]
    result = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    assert (result.returncode, result.stdout) == (0, "499500\n"), result.stderr


def test_the_wheel_is_for_any_python_from_3_11_and_any_common_linux() -> None:
    tags = [line for line in (distribution("cute-shm").read_text("WHEEL") or "").splitlines() if "Tag:" in line]
    assert tags
    assert all(tag.startswith("Tag: cp311-abi3-manylinux_2_") for tag in tags), tags


def test_it_carries_the_licences_of_what_it_carries() -> None:
    licences = {path.name for path in (Path(cute_shm.__file__).parent / "licenses").iterdir()}
    assert licences == {"hdf5", "libaec0", "libdeflate0", "libtomlplusplus-dev", "libxxhash-dev", "libyaml-0-2"}

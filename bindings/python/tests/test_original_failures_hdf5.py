# SPDX-License-Identifier: MIT
"""Where cute-shm 1.2 fails, row by row: HDF5 files."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from conftest import RunPython
from original_failures import run_user


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.h5"


def test_attributes_of_every_kind(name: str, path: Path, run_python: RunPython) -> None:
    """HDF5 attributes that are int, bool, array, list of strings, reference, dimension scale: 1.2 loses the load."""
    with h5py.File(path, "w") as file:
        data = file.create_dataset("x", data=np.arange(6.0).reshape(2, 3))
        data.attrs["int"] = 3
        data.attrs["bool"] = True
        data.attrs["array"] = np.arange(3)
        data.attrs["strings"] = ["a", "bcd"]
        data.attrs["float"] = 0.5
        data.attrs["str"] = "K"
        data.attrs["bytes"] = b"ab"
        data.attrs["reference"] = file["x"].ref
        file["time"] = np.arange(3)
        file["time"].make_scale("t")
        data.dims[1].attach_scale(file["time"])
    code = """
cute_shm.hdf5_to_shm(sys.argv[2], name)
read = cute_shm.shm_to_arrays(name)
assert read["x"]["data"].tolist() == [[0, 1, 2], [3, 4, 5]]
attrs = read["x"]["meta"]["attrs"]
plain = {key: attrs[key] for key in ("int", "bool", "float", "str", "bytes")}
assert plain == {"int": 3, "bool": True, "float": 0.5, "str": "K", "bytes": "ab"}, plain
assert [type(plain[key]) for key in plain] == [int, bool, float, str, str]
assert attrs["array"].tolist() == [0, 1, 2]
assert list(attrs["strings"]) == ["a", "bcd"], attrs["strings"]
assert read["time"]["meta"]["attrs"]["CLASS"] == "DIMENSION_SCALE"
"""
    run_user(run_python, code, name, str(path))


def test_scalars_group_attributes_and_compound_attributes(name: str, path: Path, run_python: RunPython) -> None:
    """HDF5 scalar datasets, group attributes, compound attributes: 1.2 drops them silently."""
    with h5py.File(path, "w") as file:
        file["scalar"] = 2.5
        file["table"] = np.array([(1, [0.5, 1.5]), (2, [2.5, 3.5])], [("id", "i4"), ("xy", "f8", (2,))])
        file["table"].attrs["made"] = "here"
        file["table"].attrs["row"] = np.array((7, 0.5), [("a", "i4"), ("b", "f8")])
        file.create_group("group").attrs["kind"] = "empty"
        file.attrs["title"] = "all"
    code = """
cute_shm.hdf5_to_shm(sys.argv[2], name)
read = cute_shm.shm_to_arrays(name)
assert read["scalar"]["data"].shape == () and read["scalar"]["data"][()] == 2.5
assert read["group"] == {}
assert list(read["table"]) == ["id", "xy"], "a compound dataset is a dictionary of its fields"
assert read["table"]["id"]["data"].tolist() == [1, 2]
assert read["table"]["xy"]["data"].tolist() == [[0.5, 1.5], [2.5, 3.5]]
attrs = read["table"]["id"]["meta"]["attrs"]
assert attrs["made"] == "here" and attrs["row"]["a"] == 7
with cute_shm.open(name) as project:
    assert project.attrs["title"] == "all" and project["group"].attrs["kind"] == "empty"
    assert project["table"].dtype.names == ("id", "xy"), "the new interface gives the structured array"
"""
    run_user(run_python, code, name, str(path))


def test_null_and_empty_datasets_and_link_cycles(name: str, path: Path, run_python: RunPython) -> None:
    """Null or empty datasets and link cycles abort the load of 1.2."""
    with h5py.File(path, "w") as file:
        file["x"] = [1, 2]
        file["null"] = h5py.Empty("f8")
        file["empty"] = np.zeros((0, 4), "f4")
        file["group/up"] = file["/"]
        file["group/itself"] = h5py.SoftLink("/group")
        file["dangling"] = h5py.SoftLink("/nowhere")
        file["external"] = h5py.ExternalLink("nowhere.h5", "/x")
    code = """
import warnings
with warnings.catch_warnings(record=True) as warned:
    cute_shm.hdf5_to_shm(sys.argv[2], name)
assert [w.category for w in warned] == [cute_shm.SkippedWarning], warned
read = cute_shm.shm_to_arrays(name)
assert read["x"]["data"].tolist() == [1, 2]
assert read["empty"]["data"].shape == (0, 4)
with cute_shm.open(name) as project:
    told = {path.lstrip("/") for path, _ in project.skipped}
assert {"dangling", "external"} <= told, told
assert "null" in told or read["null"]["data"].size == 0
"""
    run_user(run_python, code, name, str(path))


def test_missing_locked_and_damaged_files(name: str, path: Path, run_python: RunPython) -> None:
    """What h5py raised for 1.2 is raised: FileNotFoundError, IsADirectoryError, OSError; and nothing is left."""
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros(10_000)
    path.write_bytes(path.read_bytes()[:-1000])
    code = """
for wrong, kind in ((sys.argv[2], OSError), ("missing.h5", FileNotFoundError), (".", IsADirectoryError)):
    try:
        cute_shm.hdf5_to_shm(wrong, name)
    except kind:
        pass
    else:
        sys.exit(f"{wrong} was loaded")
assert cute_shm.Project2Toml.list() == {}
"""
    run_user(run_python, code, name, str(path))


def test_loading_takes_a_bounded_amount_of_memory(name: str, path: Path, run_python: RunPython) -> None:
    """Memory while loading HDF5: 1.2 takes twice the data."""
    with h5py.File(path, "w") as file:
        file.create_dataset("x", data=np.ones(8_000_000), chunks=(100_000,), compression="gzip", compression_opts=1)
        file["y"] = np.ones(4_000_000)
    code = """
def anonymous():
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("RssAnon:")[1].split()[0])  # KiB
before = anonymous()
peak = 0
def look(done, total):
    global peak
    peak = max(peak, anonymous())
cute_shm.load_hdf5(sys.argv[2], name, progress=look).close()
print(peak - before)
"""
    assert int(run_user(run_python, code, name, str(path))) < 48 * 1024, "96 MB of data"


def test_progress_costs_no_time_and_ends_at_all(name: str, path: Path, run_python: RunPython) -> None:
    """Progress bar: 1.2's follows the process's memory, costs 1.2 s, and ends at 0% for small files."""
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros(25)
    code = """
started = time.monotonic()
cute_shm.hdf5_to_shm(sys.argv[2], name, progress=True)
print(time.monotonic() - started)
"""
    result = run_python("import sys, time, cute_shm\nname = sys.argv[1]\n" + code, name, str(path))
    assert result.returncode == 0
    assert "100%" in result.stderr
    assert float(result.stdout) < 0.5


def test_strings_sequences_and_references(name: str, path: Path, run_python: RunPython) -> None:
    """HDF5 variable-length strings and arrays, references: written as raw pointers by 1.2, the reader segfaults."""
    with h5py.File(path, "w") as file:
        file["strings"] = [["a", "bcd"], ["", "\u00fc"]]
        file["strings"].attrs["units"] = "words"
        file["title"] = "hello"
        sequences = file.create_dataset("sequences", (2,), dtype=h5py.vlen_dtype("i4"))
        sequences[0], sequences[1] = [1, 2], [3]
        file["x"] = np.arange(3.0)
        file["references"] = np.array([file["x"].ref, file["strings"].ref], dtype=h5py.ref_dtype)
    code = """
cute_shm.hdf5_to_shm(sys.argv[2], name)
read = cute_shm.shm_to_arrays(name)
strings = read["strings"]
assert strings["data"].tolist() == [["a", "bcd"], ["", "\\u00fc"]]
assert (strings["meta"]["shape"], strings["meta"]["dtype"]) == ([2, 2], "object")
assert strings["meta"]["attrs"] == {"units": "words"}
assert read["title"]["data"].shape == () and read["title"]["data"][()] == "hello"
assert [list(sequence) for sequence in read["sequences"]["data"]] == [[1, 2], [3]]
assert read["references"]["data"].tolist() == ["/x", "/strings"]
cute_shm.unlink(name)
gc.collect()
assert list(read["sequences"]["data"][0]) == [1, 2], "still whole"
"""
    run_user(run_python, code, name, str(path))

# SPDX-License-Identifier: MIT
"""The functions of cute-shm 1.2, as its users know them."""

from __future__ import annotations

import gc
import pickle
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import cute_shm
import h5py
import numpy as np
import pytest
from conftest import SHM, RunPython, left_behind

# To a type checker each of its items may be a leaf or a dictionary.
shm_to_arrays: Any = cute_shm.shm_to_arrays

ARRAYS: dict[str, Any] = {
    "a": np.arange(9).reshape(3, 3),
    "b": {"b1": np.ones(100, "f4"), "b2": np.asfortranarray(np.arange(6.0).reshape(2, 3))},
}


def test_arrays_go_in_and_come_out(name: str, root: Path) -> None:
    path = cute_shm.arrays_to_shm(name, ARRAYS, persistent=True)
    assert path == root / f"cute-shm.{name}.toml"
    assert path.exists()
    read = shm_to_arrays(name)
    assert list(read) == ["a", "b"]
    assert list(read["b"]) == ["b1", "b2"]
    leaf = read["b"]["b2"]
    assert list(leaf) == ["meta", "data"]
    assert np.array_equal(leaf["data"], np.arange(6.0).reshape(2, 3))
    assert read["a"]["data"].dtype == np.int64


def test_meta_has_what_1_2_had(name: str) -> None:
    cute_shm.arrays_to_shm(name, ARRAYS)
    leaf = shm_to_arrays(name)["b"]["b1"]
    meta = leaf["meta"]
    assert list(meta) == ["shm_name", "shm_private_name", "shape", "dtype", "attrs", "shm", "offset"]
    assert meta["shm_name"].startswith(f"cute-shm.{name}.")
    assert (SHM / meta["shm_name"]).exists()
    assert meta["shm_private_name"] == "/" + meta["shm_name"]
    assert meta["shape"] == [100]
    assert type(meta["shape"]) is list
    assert meta["dtype"] == "float32"
    assert meta["attrs"] == {}
    with (SHM / meta["shm_name"]).open("rb") as file:
        file.seek(meta["offset"])
        assert file.read(400) == leaf["data"].tobytes()


def test_data_is_writable_and_seen_by_all(name: str) -> None:
    cute_shm.arrays_to_shm(name, ARRAYS)
    first = shm_to_arrays(name)["a"]["data"]
    second = shm_to_arrays(name, persistent=False)["a"]["data"]
    first[0, 0] = 42
    assert second[0, 0] == 42


@pytest.mark.parametrize("end", ["close", "del", "unlink"])
def test_data_stays_whole_whatever_happens_to_meta(name: str, end: str) -> None:
    cute_shm.arrays_to_shm(name, ARRAYS)
    leaf = shm_to_arrays(name)["a"]
    data, meta = leaf["data"], leaf["meta"]
    if end == "del":
        del meta["shm"]
    else:
        getattr(meta["shm"], end)()
    del leaf, meta
    gc.collect()
    assert np.array_equal(data, ARRAYS["a"])


def test_shm_is_a_shared_memory(name: str) -> None:
    cute_shm.arrays_to_shm(name, ARRAYS)
    meta = shm_to_arrays(name)["a"]["meta"]
    shm = meta["shm"]
    assert isinstance(shm, SharedMemory)
    assert shm.name == meta["shm_name"]
    assert shm.size == 72
    assert bytes(shm.buf or b"") == ARRAYS["a"].tobytes()
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(shm)
    shm.close()
    shm.close()
    with pytest.raises(cute_shm.StateError, match="closed"):
        _ = shm.buf
    shm.unlink()
    assert cute_shm.projects() == []
    with pytest.raises(FileNotFoundError):
        shm.unlink()


def test_shm_unlinks_no_other_generation(name: str) -> None:
    cute_shm.arrays_to_shm(name, ARRAYS)
    shm = shm_to_arrays(name)["a"]["meta"]["shm"]
    cute_shm.arrays_to_shm(name, ARRAYS, overwrite=True)
    shm.unlink()
    assert [info.name for info in cute_shm.projects()] == [name]


def test_exceptions_are_those_of_1_2(name: str, root: Path, tmp_path: Path) -> None:
    path = cute_shm.arrays_to_shm(name, ARRAYS)
    with pytest.raises(FileExistsError) as caught:
        cute_shm.arrays_to_shm(name, ARRAYS)
    assert str(caught.value) == (
        f"Project {name}: failed to transfer numpy arrays to shared memory. "
        f"The corresponding meta file {path} already exists"
    )
    file = tmp_path / "file.h5"
    with h5py.File(file, "w") as h5:
        h5["x"] = 1
    with pytest.raises(FileExistsError) as caught:
        cute_shm.hdf5_to_shm(file, name)
    assert str(caught.value) == (
        f"Project {name}: failed to transfer {file}. The corresponding meta file {path} already exists"
    )
    for call in (cute_shm.shm_to_arrays, cute_shm.unlink):
        with pytest.raises(FileNotFoundError):
            call(name + "unknown")
    with pytest.raises(FileNotFoundError):
        cute_shm.hdf5_to_shm(tmp_path / "missing.h5", name + "x")
    with pytest.raises(IsADirectoryError):
        cute_shm.hdf5_to_shm(tmp_path, name + "x")
    with pytest.raises(OSError, match="not an HDF5 file"):
        cute_shm.hdf5_to_shm(Path(__file__), name + "x")


def test_overwrite(name: str) -> None:
    cute_shm.arrays_to_shm(name, ARRAYS)
    cute_shm.arrays_to_shm(name, {"c": np.zeros(2)}, overwrite=True)
    assert list(shm_to_arrays(name)) == ["c"]


def test_persistence(name: str, run_python: RunPython) -> None:
    code = (
        "import sys, numpy as np, cute_shm\n"
        "cute_shm.arrays_to_shm(sys.argv[1], {'a': np.arange(3)}, persistent=sys.argv[2] == 'yes')\n"
    )
    for persistent, projects in (("no", []), ("yes", [name])):
        result = run_python(code, name, persistent)
        assert (result.returncode, result.stderr) == (0, ""), "nothing is said at exit"
        assert [info.name for info in cute_shm.projects()] == projects
    read = "import sys, cute_shm; print(cute_shm.shm_to_arrays(sys.argv[1], persistent=False)['a']['data'].sum())"
    result = run_python(read, name)
    assert (result.returncode, result.stdout, result.stderr) == (0, "3\n", "")
    assert [info.name for info in cute_shm.projects()] == [name], "a reader destroys nothing"
    cute_shm.unlink(name)
    assert left_behind(name) == []


def test_hdf5_files(name: str, tmp_path: Path) -> None:
    file = tmp_path / "file.h5"
    with h5py.File(file, "w") as h5:
        h5["group/counts"] = np.arange(7, dtype="i4")
        h5["temperature"] = np.zeros((4, 5))
        h5["temperature"].attrs.update({"units": "K", "scale": 0.5, "count": 3, "raw": b"ab", "range": [1, 2]})
        h5["scalar"] = 2.5
        h5["table"] = np.array([(1, [0.5, 1.5]), (2, [2.5, 3.5])], [("id", "i4"), ("xy", "f8", (2,))])
        h5["table"].attrs["made"] = "here"
        h5.create_group("empty")
    path = cute_shm.hdf5_to_shm(file, name)
    assert path == cute_shm.Store().manifest(name)
    read = shm_to_arrays(name)
    assert set(read) == {"group", "temperature", "scalar", "table", "empty"}
    assert read["empty"] == {}
    assert read["group"]["counts"]["data"].tolist() == list(range(7))
    attrs = read["temperature"]["meta"]["attrs"]
    assert attrs.pop("range").tolist() == [1, 2]
    assert attrs == {"units": "K", "scale": 0.5, "count": 3, "raw": "ab"}
    assert [type(attrs[key]) for key in ("units", "scale", "count", "raw")] == [str, float, int, str]
    assert read["scalar"]["data"].shape == ()
    table = read["table"]
    assert list(table) == ["id", "xy"], "a compound dataset is a dictionary of its fields"
    assert table["xy"]["data"].tolist() == [[0.5, 1.5], [2.5, 3.5]]
    assert table["xy"]["meta"]["shape"] == [2, 2]
    assert table["xy"]["meta"]["attrs"] == {"made": "here"}
    assert table["xy"]["meta"]["offset"] == table["id"]["meta"]["offset"] + 4
    assert np.shares_memory(table["xy"]["data"], cute_shm.open(name, "r+")["table"])


def test_structured_arrays_stay_structured(name: str) -> None:
    records = np.array([(1, 0.5)], [("a", "i4"), ("b", "f8")])
    cute_shm.arrays_to_shm(name, {"shm_name": {"shm_name": records}, "zero": np.zeros((0, 3)), "scalar": np.float64(3)})
    read = shm_to_arrays(name)
    assert read["shm_name"]["shm_name"]["data"].dtype == records.dtype
    assert read["zero"]["meta"]["shape"] == [0, 3]
    assert read["scalar"]["data"][()] == 3

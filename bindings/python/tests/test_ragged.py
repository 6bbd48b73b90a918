# SPDX-License-Identifier: MIT
"""Ragged arrays: strings and sequences of different lengths, made by HDF5 files and seen as arrays of objects."""

from __future__ import annotations

import gc
import pickle
from pathlib import Path
from typing import Any

import cute_shm
import h5py
import numpy as np
import pyarrow as pa
import pytest
from cute_shm import Ragged

NAMES = ["left", "", "höher", "a\tb"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with strings of one and two dimensions, bytes and sequences."""
    path = tmp_path / "ragged.h5"
    with h5py.File(path, "w") as file:
        file["names"] = NAMES
        file["names"].attrs["units"] = "none"
        file.create_dataset("table", data=[["a", "bb"], ["ccc", ""]], dtype=h5py.string_dtype())
        file.create_dataset("raw", data=[b"\xff\xfe", b"x"], dtype=h5py.string_dtype("ascii"))
        sequences = file.create_dataset("events", (3,), h5py.vlen_dtype("f4"))
        sequences[0], sequences[2] = [1, 2, 3], [4]
        file.create_group("deep")["names"] = ["x"]
        file["numbers"] = np.arange(3)
    return path


@pytest.fixture
def project(name: str, file: Path) -> Any:
    with cute_shm.load_hdf5(file, name) as opened:
        yield opened


def test_strings_are_what_h5py_gives(project: Any, file: Path) -> None:
    names = project["names"]
    assert isinstance(names, Ragged)
    assert (names.kind, names.shape, names.ndim, names.size, len(names)) == ("utf8", (4,), 1, 4, 4)
    assert (names.path, names.name, names.dtype) == ("names", "names", np.dtype(object))
    with h5py.File(file) as original:
        assert names.tolist() == original["names"].asstr()[...].tolist() == NAMES
        assert project["table"][...].tolist() == original["table"].asstr()[...].tolist()
    assert list(names) == NAMES
    assert np.asarray(names).tolist() == NAMES
    assert np.asarray(names).dtype == object


def test_indexing_is_numpys(project: Any) -> None:
    for path in ("names", "table"):
        ragged = project[path]
        objects = np.asarray(ragged)
        for index in (0, -1, slice(1, None, 2), ..., [1, 0], np.array([0])):
            found = ragged[index]
            wanted = objects[index]
            assert found.tolist() == wanted.tolist() if isinstance(wanted, np.ndarray) else found == wanted
    assert project["table"][1, 0] == "ccc"
    assert project["table"][:, 1].tolist() == ["bb", ""]
    for wrong in (4, -5):
        with pytest.raises(IndexError, match="out of bounds for 'names' of 4 elements"):
            project["names"][wrong]


def test_bytes_that_are_no_text_stay_bytes(project: Any) -> None:
    assert project["raw"].kind == "bytes"
    assert project["raw"].tolist() == [b"\xff\xfe", b"x"]


def test_sequences_are_views(project: Any) -> None:
    events = project["events"]
    assert events.kind == "sequence"
    assert [event.tolist() for event in events] == [[1, 2, 3], [], [4]]
    assert events[0].dtype == np.dtype("f4")
    assert np.shares_memory(events[0], events.values)
    assert events[...].shape == (3,)


def test_attributes_are_the_datasets_own(project: Any) -> None:
    assert dict(project["names"].attrs) == {"units": "none"}
    assert len(project["names"].attrs) == 1
    assert "cute_shm.ragged" in project["names"].attrs  # it is there for those who ask


def test_going_through_meets_it_as_one(project: Any) -> None:
    paths = [path for path, _ in project.walk()]
    assert sorted(paths) == ["deep", "deep/names", "events", "names", "numbers", "raw", "table"]
    assert isinstance(dict(project.walk())["deep/names"], Ragged)
    assert isinstance(project.to_dict()["deep"]["names"], Ragged)
    assert isinstance(dict(project.items())["names"], Ragged)
    assert project["names/offsets"].tolist() == [0, 4, 4, 10, 13]


def test_it_keeps_the_memory_mapped(name: str, file: Path) -> None:
    with cute_shm.load_hdf5(file, name) as opened:
        names = opened["names"]
    cute_shm.unlink(name)
    gc.collect()
    assert names.tolist() == NAMES


def test_it_is_pickled_as_its_address(project: Any) -> None:
    pickled = pickle.dumps(project["names"])
    assert len(pickled) < 1024
    assert pickle.loads(pickled).tolist() == NAMES


def test_arrow_takes_it_without_a_copy(project: Any) -> None:
    column = pa.array(project["names"])
    column.validate(full=True)
    assert column.type == pa.large_string()
    assert column.to_pylist() == NAMES
    assert column.buffers()[2].address == project["names"].values.__array_interface__["data"][0]
    assert pa.array(project["raw"]).to_pylist() == [b"\xff\xfe", b"x"]
    events = pa.array(project["events"])
    events.validate(full=True)
    assert events.type == pa.large_list(pa.float32())
    assert events.to_pylist() == [[1, 2, 3], [], [4]]
    with pytest.raises(cute_shm.BadTypeError, match="'table' has 2 dimensions"):
        pa.array(project["table"])


@pytest.mark.parametrize(
    ("offsets", "values", "shape", "kind"),
    [
        ([0, 1], "ab", [1], "utf8"),  # ends before the values
        ([1, 2], "ab", [1], "utf8"),
        ([0, 2], "ab", [2], "utf8"),
        ([0, 2], "ab", [-1], "utf8"),
        ([0, 2], "ab", [1], "else"),
    ],
)
def test_a_group_that_only_calls_itself_ragged_is_a_group(
    name: str, offsets: list[int], values: str, shape: list[int], kind: str
) -> None:
    tree = {"r": {"offsets": np.array(offsets, "<i8"), "values": np.frombuffer(values.encode(), "u1")}}
    attrs = {"r": {"cute_shm.ragged": kind, "cute_shm.shape": np.array(shape, "<i8")}}
    with cute_shm.create(name, tree, attrs) as project:
        assert isinstance(project["r"], cute_shm.Group)
        assert project["r/offsets"].tolist() == offsets


def test_offsets_that_jump_back_give_wrong_text_and_no_crash(name: str) -> None:
    tree = {"r": {"offsets": np.array([0, 1 << 40, -5, 2], "<i8"), "values": np.frombuffer(b"ab", "u1")}}
    attrs = {"r": {"cute_shm.ragged": "utf8", "cute_shm.shape": np.array([3], "<i8")}}
    with cute_shm.create(name, tree, attrs) as project:
        assert all(isinstance(text, str) for text in project["r"])
        with pytest.raises(cute_shm.CorruptError, match="ragged array 'r' is damaged: its offsets do not increase"):
            pa.array(project["r"])


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (np.array(["a", "", "höher"], object), "utf8"),
        (np.array([["a", "bb"], ["", "c"]], object), "utf8"),
        (np.array([b"a", b"\xff\0"], object), "bytes"),
        (np.array([], object), "utf8"),
        (np.zeros((0, 3), object), "utf8"),
    ],
)
def test_objects_of_one_kind_become_ragged(name: str, given: Any, kind: str) -> None:
    with cute_shm.create(name, {"deep": {"r": given}}, {"deep/r": {"units": "m"}}) as project:
        ragged = project["deep/r"]
        assert (ragged.kind, ragged.shape) == (kind, given.shape)
        assert ragged.tolist() == given.tolist()
        assert dict(ragged.attrs) == {"units": "m"}


def test_sequences_become_ragged(name: str) -> None:
    given = np.empty(3, object)
    given[:] = [np.array([1, 2], "i4"), np.array([], "i4"), np.array([3], "i4")]
    with cute_shm.create(name, {"r": given}) as project:
        assert [element.tolist() for element in project["r"]] == [[1, 2], [], [3]]
        assert project["r"].values.dtype == np.dtype("i4")


def test_a_ragged_array_goes_into_another_project_with_its_attributes(name: str, project: Any) -> None:
    with cute_shm.create(name + "b", {"copy": project["names"], "tree": project.to_dict()}) as copy:
        assert copy["copy"].tolist() == NAMES
        assert dict(copy["copy"].attrs) == {"units": "none"}
        assert copy["tree/table"].tolist() == project["table"].tolist()


def test_numpys_variable_length_strings_become_ragged(name: str) -> None:
    with cute_shm.create(name, {"r": np.array(["a", "bb", ""], np.dtypes.StringDType())}) as project:
        assert (project["r"].kind, project["r"].tolist()) == ("utf8", ["a", "bb", ""])


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        (["a", b"b"], r"'r': it holds Python objects \(bytes, str\)"),
        (["a", None], r"'r': it holds Python objects \(NoneType, str\)"),
        ([np.zeros(1), np.zeros(1, "f4")], r"'r': the arrays in it are not all .* one dtype: use"),
        ([np.zeros(2), np.zeros((2, 2))], r"'r': the arrays in it are not all of one dimension"),
        (["\ud800"], r"'r': .*surrogates not allowed"),
    ],
)
def test_other_objects_are_refused_by_path(name: str, elements: list[Any], words: str) -> None:
    given = np.empty(len(elements), object)
    for index, element in enumerate(elements):
        given[index] = element
    with pytest.raises(cute_shm.BadTypeError, match=words):
        cute_shm.create(name, {"r": given})
    assert cute_shm.projects() == []

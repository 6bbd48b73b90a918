# SPDX-License-Identifier: MIT
"""Records, sequences in sequences, and what a load tells, made by HDF5 files and seen as h5py has them."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import cute_shm
import h5py
import numpy as np
import pyarrow as pa
import pytest
from cute_shm import Ragged, Records

TEXT = h5py.string_dtype()
PAIR = np.dtype([("n", ">i4"), ("s", TEXT), ("x", "f4", (2,))])


def objects(*elements: Any) -> Any:
    """An array of Python objects."""
    array = np.empty(len(elements), object)
    for number, element in enumerate(elements):
        array[number] = element
    return array


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Records of one and two dimensions, sequences of strings and of sequences, such attributes, a dangling link."""
    path = tmp_path / "records.h5"
    rows = np.empty(3, PAIR)
    rows["n"], rows["s"], rows["x"] = [1, 2, 3], ["a", "é", ""], np.arange(6).reshape(3, 2)
    with h5py.File(path, "w") as file:
        file.create_dataset("rows", data=rows, dtype=PAIR).attrs["units"] = "m"
        file.create_dataset("grid", data=rows[:2].reshape(1, 2), dtype=PAIR)
        file.create_dataset("one", data=rows[1], dtype=PAIR)
        words = file.create_dataset("words", (2,), h5py.vlen_dtype(TEXT))
        words[0], words[1] = objects("a", "bc"), objects("é")
        lists = file.create_dataset("lists", (2,), h5py.vlen_dtype(h5py.vlen_dtype("i4")))
        lists[0] = objects(np.arange(2, dtype="i4"), np.arange(1, dtype="i4"))
        inner = file.create_dataset("inner", (1,), h5py.vlen_dtype(PAIR))
        inner[0] = rows[:2]
        ends = objects(np.arange(2, dtype="i2"), np.arange(1, dtype="i2"))
        file.attrs.create("ends", ends, dtype=h5py.vlen_dtype("i2"))
        file.attrs["void"] = h5py.Empty("f4")
        file["nowhere"] = h5py.SoftLink("/no")
        file["elsewhere"] = h5py.ExternalLink("other.h5", "/x")
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["x"] = np.arange(3)
    return path


@pytest.fixture
def project(name: str, file: Path) -> Any:
    with pytest.warns(cute_shm.SkippedWarning), cute_shm.load_hdf5(file, name) as opened:
        yield opened


def test_records_are_what_h5py_gives(project: Any, file: Path) -> None:
    rows = project["rows"]
    assert isinstance(rows, Records)
    assert (rows.path, rows.name, rows.shape, rows.ndim, rows.size, len(rows)) == ("rows", "rows", (3,), 1, 3, 3)
    assert dict(rows.attrs) == {"units": "m"}
    with h5py.File(file) as original:
        for path in ("rows", "grid", "one"):
            wanted = original[path][()]
            found = np.asarray(project[path])
            assert found.dtype.names == wanted.dtype.names
            assert found["n"].tolist() == wanted["n"].tolist()
            assert found["x"].tolist() == wanted["x"].tolist()
            texts = [text.decode() for text in np.atleast_1d(wanted["s"]).flat]
            assert list(np.atleast_1d(found["s"]).flat) == texts
    assert rows["n"].tolist() == [1, 2, 3]
    assert np.shares_memory(rows["n"], rows.fields["n"])
    assert isinstance(rows["s"], Ragged)
    assert rows[1]["s"] == "é"
    assert rows[-1].tolist()[:2] == (3, "")
    assert rows[:2].tolist()[0][1] == "a"
    assert project["grid"][0, 1]["n"] == 2
    with pytest.raises(ValueError, match="without a copy"):
        np.asarray(rows, copy=False)


def test_sequences_are_of_anything(project: Any) -> None:
    assert [list(element) for element in project["words"]] == [["a", "bc"], ["é"]]
    assert [[inner.tolist() for inner in element] for element in project["lists"]] == [[[0, 1], [0]], []]
    assert project["inner"][0]["s"].tolist() == ["a", "é"]


def test_attributes_of_several_sequences_are_told_apart(project: Any) -> None:
    assert [element.tolist() for element in project.attrs["ends"]] == [[0, 1], [0]]
    assert list(project.attrs) == ["ends", "void"]
    assert len(project.attrs) == 2
    assert project.attrs["void"].shape == (0,)
    assert project.attrs["cute_shm.null@void"]


def test_arrow_takes_them_as_structs_and_lists(project: Any) -> None:
    column = pa.array(project["words"])
    column.validate(full=True)
    assert column.to_pylist() == [["a", "bc"], ["é"]]
    assert pa.array(project["lists"]).to_pylist() == [[[0, 1], [0]], []]


def test_they_can_be_shared_again_and_pickled(project: Any, name: str) -> None:
    copy = f"{name}-copy"
    with cute_shm.create(copy, {key: project[key] for key in ("rows", "words", "inner")}, overwrite=True) as again:
        for field in ("n", "s", "x"):
            assert again["rows"][field].tolist() == project["rows"][field].tolist()
        assert [list(element) for element in again["words"]] == [["a", "bc"], ["é"]]
        assert again["inner"][0]["s"].tolist() == ["a", "é"]
    assert pickle.loads(pickle.dumps(project["rows"]))["s"].tolist() == ["a", "é", ""]


def test_the_drop_in_gives_dictionaries_of_fields(project: Any, name: str) -> None:
    tree: Any = cute_shm.shm_to_arrays(name)
    assert tree["rows"]["n"]["data"].tolist() == [1, 2, 3]
    assert tree["rows"]["s"]["data"].tolist() == ["a", "é", ""]
    assert [list(element) for element in tree["words"]["data"]] == [["a", "bc"], ["é"]]


def test_going_through_meets_records_as_one(project: Any) -> None:
    assert sorted(path for path, _ in project.walk()) == ["grid", "inner", "lists", "one", "rows", "words"]
    assert "rows" in repr(project)
    assert project._repr_html_()


def test_what_is_left_out_is_warned_of_once(name: str, file: Path) -> None:
    with pytest.warns(cute_shm.SkippedWarning, match="2 objects not loaded") as warned:
        cute_shm.load_hdf5(file, name).close()
    assert len(warned) == 1
    text = str(warned[0].message)
    assert "nowhere: it is a soft link to '/no'" in text
    assert "elsewhere: it is a link to '/x' in file 'other.h5', which is not followed" in text
    with pytest.raises(cute_shm.UnsupportedError, match=r"nowhere.*|elsewhere.*"):
        cute_shm.load_hdf5(file, name, strict=True, overwrite=True)


def test_options_are_passed_on(name: str, file: Path) -> None:
    options: dict[str, Any] = {"native_endian": True, "external_links": "folder"}
    with pytest.warns(cute_shm.SkippedWarning), cute_shm.load_hdf5(file, name, **options) as opened:
        assert opened["elsewhere"].tolist() == [0, 1, 2]
        assert opened["rows"]["n"].dtype.isnative
    with pytest.raises(cute_shm.InvalidArgumentError, match="external_links"):
        cute_shm.load_hdf5(file, name, external_links="here")  # type: ignore[arg-type]

# SPDX-License-Identifier: MIT
"""What dtypes and shapes cannot tell, and attributes of ours do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from h5py import h5t
from hdf5_makers import MAKERS, raw_attribute, raw_dataset
from hdf5_project import Array, Project, run

COLOURS = {"RED": -1, "GREEN": 70000, "é": 3}


def load(root: Path, file: Path, *options: str) -> Iterator[Project]:
    """Loads a file for the length of a test."""
    run(root, "load", "--quiet", *options, file, "marks")
    try:
        yield Project(root, "marks")
    finally:
        run(root, "unlink", "marks")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Enums, numbers of odd widths, null dataspaces, named datatypes, sequences in attributes."""
    i31, i12 = h5t.STD_I32LE.copy(), h5t.STD_U16BE.copy()
    i31.set_precision(31)
    i12.set_precision(12)
    i12.set_offset(4)
    bfloat = h5t.IEEE_F32LE.copy()
    bfloat.set_fields(15, 7, 8, 0, 7)
    bfloat.set_size(2)
    bfloat.set_ebias(127)
    inner = h5t.create(h5t.COMPOUND, 6)
    inner.insert(b"odd", 0, i31)
    inner.insert(b"half", 4, bfloat)
    outer = h5t.create(h5t.COMPOUND, 6)
    outer.insert(b"in", 0, inner)
    with h5py.File(tmp_path / "file.h5", "w") as file:
        colour = h5py.enum_dtype(COLOURS, basetype=">i4")
        file.create_dataset("colour", data=[3, -1], dtype=colour)
        file.create_dataset("pair", shape=(1,), dtype=np.dtype([("a", "i1"), ("b", [("c", colour)])]))
        file["colour"].attrs.create("one", 70000, dtype=colour)
        file.create_dataset("bool", data=[True])
        raw_dataset(file, "i31", i31, (2,), np.array([5, 0x7FFFFFFF], "<i4"))
        raw_dataset(file, "i12", i12, (2,), np.array([0xABC5, 0x0010], ">u2"))
        raw_dataset(file, "bfloat", bfloat, (3,), np.array([0x3FC0, 0xFF80, 0x0001], "<u2"))
        raw_dataset(file, "long", h5t.NATIVE_LDOUBLE, (2,), np.array(["1.25", "1e4000"], np.longdouble))
        raw_dataset(file, "bits", h5t.STD_B8LE, (1,), np.array([7], "u1"))
        raw_dataset(file, "odd pair", outer, (1,), np.array([1, 0, 0, 0, 0x80, 0x3F], "u1"))
        raw_attribute(file, "odd", i31, np.array(5, "<i4"))
        file.create_dataset("null", data=h5py.Empty(">f4"))
        file.create_dataset("null words", data=h5py.Empty(h5py.string_dtype()))
        file.attrs["null"] = h5py.Empty("S3")
        file["type"] = colour
        file["words"] = h5py.string_dtype()
        sequences = np.empty((2, 1), object)
        sequences[0, 0], sequences[1, 0] = np.arange(2, dtype="i2"), np.arange(1, dtype="i2")
        file.attrs.create("lists", sequences, dtype=h5py.vlen_dtype("i2"))
    yield from load(tmp_path / "store", tmp_path / "file.h5")


def text(value: Array) -> str:
    """An attribute that is one string."""
    return str(value[()])


def test_members_of_an_enum_are_kept(project: Project) -> None:
    """With datasets, fields of compounds, attributes and named datatypes; a bool has none."""
    places = (("colour", ""), ("colour", "@one"), ("pair", ":b.c"), ("type", ""))
    for path, name in places:
        members = project.attributes(path)[f"cute_shm.enum{name}"]
        assert dict(members.tolist()) == COLOURS
    assert project.array("colour").dtype == ">i4"
    assert project.array("bool").dtype == "?"
    assert project.attributes("bool") == {}


def test_numbers_of_odd_widths_are_marked(project: Project) -> None:
    """The next longer type, the same values, and what they are in the file."""
    marks = {path: project.attributes(path) for path in project.nodes}
    assert project.array("i31").tolist() == [5, -1]
    assert text(marks["i31"]["cute_shm.hdf5_type"]) == "31-bit signed integer in 4 bytes, from bit 0"
    assert project.array("i12").tolist() == [0xABC, 1]
    assert text(marks["i12"]["cute_shm.hdf5_type"]) == "12-bit unsigned integer in 2 bytes, from bit 4"
    assert project.array("bfloat").dtype == "<f4"
    assert project.array("bfloat").tolist() == [1.5, -np.inf, 2.0**-133]
    assert text(marks["bfloat"]["cute_shm.hdf5_type"]).startswith("bfloat16: 16-bit float in 2 bytes (exponent 8 bits")
    assert project.array("long").tolist() == [1.25, np.inf]
    assert text(marks["long"]["cute_shm.hdf5_type"]).startswith("x86 long double: 80-bit float")
    assert text(marks["long"]["cute_shm.hdf5_type"]).endswith("rounded to 64 bits")
    assert text(marks["bits"]["cute_shm.hdf5_type"]) == "8-bit bitfield in 1 byte, from bit 0"
    assert text(marks["odd pair"]["cute_shm.hdf5_type:in.odd"]).startswith("31-bit")
    assert text(marks["odd pair"]["cute_shm.hdf5_type:in.half"]).startswith("bfloat16")
    assert project.array("odd pair")["in"].tolist() == [(1, 1.0)]
    assert text(marks[""]["cute_shm.hdf5_type@odd"]).startswith("31-bit")


def test_a_null_dataspace_is_an_empty_array_with_a_mark(project: Project) -> None:
    """Datasets, ragged ones and attributes."""
    assert project.array("null").shape == (0,)
    assert project.array("null").dtype == ">f4"
    assert project.attributes("null")["cute_shm.null"] == np.True_
    assert project.attributes("null words")["cute_shm.null"] == np.True_
    assert project.array("null words/offsets").tolist() == [0]
    assert project.attributes("")["null"].shape == (0,)
    assert project.attributes("")["cute_shm.null@null"] == np.True_


def test_a_named_datatype_is_an_empty_group(project: Project) -> None:
    """With the dtype, where it has one."""
    assert text(project.attributes("type")["cute_shm.datatype"]) == ">i4"
    assert text(project.attributes("words")["cute_shm.datatype"]) == ""


def test_sequences_in_an_attribute_are_told_apart(project: Project) -> None:
    """All items, where each begins, and the shape."""
    attributes = project.attributes("")
    assert attributes["lists"].tolist() == [0, 1, 0]
    assert attributes["cute_shm.offsets@lists"].tolist() == [0, 2, 3]
    assert attributes["cute_shm.shape@lists"].tolist() == [2, 1]


def native(dtype: np.dtype) -> np.dtype:
    """The same in the order of this machine."""
    return dtype.newbyteorder("=" if dtype.kind not in "SVb" or dtype.names else "|")


@pytest.mark.parametrize("name", ["numbers", "compounds", "arrays", "nested", "sequences"])
def test_native_endian_changes_the_order_only(tmp_path: Path, name: str) -> None:
    """All values are those that are loaded without."""
    MAKERS[name](tmp_path / "file.h5")
    big = "<" if sys.byteorder == "big" else ">"
    for plain in load(tmp_path / "store", tmp_path / "file.h5"):
        for other in load(tmp_path / "other", tmp_path / "file.h5", "--native-endian"):
            assert list(plain.nodes) == list(other.nodes)
            assert any(big in node.get("dtype", "") for node in plain.nodes.values())
            for path, node in other.nodes.items():
                assert big not in node.get("dtype", "")
                for found in node.get("attributes", {}).values():
                    assert big not in found["dtype"]
                if "dtype" in node:
                    found, wanted = other.array(path), plain.array(path)
                    assert found.astype(wanted.dtype).tobytes() == wanted.tobytes() or found.tolist() == wanted.tolist()


def test_skipped_objects_are_listed_alone(tmp_path: Path) -> None:
    """`show --skipped`: path and reason, nothing else."""
    MAKERS["outside"](tmp_path / "file.h5")
    for project in load(tmp_path / "store", tmp_path / "file.h5"):
        shown = run(tmp_path / "store", "show", "--skipped", "marks").stdout
        lines = [f"  {path}: {reason}" for path, reason in project.skipped.items()]
        assert shown.splitlines() == lines
        assert lines

# SPDX-License-Identifier: MIT
"""What loading had to mark comes back when a project is saved.

Enums, bitfields, references, dimension scales, null dataspaces, named datatypes, sequences in attributes, text of one
size. And marks that somebody else has written do no harm.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import netCDF4
import numpy as np
import pytest
from h5py import h5a, h5d, h5ds, h5s, h5t
from hdf5_makers import MAKERS, raw_dataset
from hdf5_project import Project, run
from test_hdf5_save import again, told
from test_hdf5_values import load

# ---- types ----------------------------------------------------------------------------------------------------------

KINDS = {h5t.INTEGER: "integer", h5t.FLOAT: "float", h5t.BITFIELD: "bitfield", h5t.OPAQUE: "opaque", h5t.TIME: "time"}


def kind_of(kind: h5t.TypeID) -> Any:
    """What a type is, down to the names of an enum's members; but for the padding and the coding of text."""
    found = kind.get_class()
    if found == h5t.ENUM:
        members = {kind.get_member_name(i): kind.get_member_value(i) for i in range(kind.get_nmembers())}
        return ("enum", kind.get_size(), members)
    if found == h5t.STRING:
        return "text" if kind.is_variable_str() else ("bytes", kind.get_size())
    if found == h5t.VLEN:
        return ("sequence", kind_of(kind.get_super()))
    if found == h5t.ARRAY:
        return kind_of(kind.get_super())  # its lengths are dimensions
    if found == h5t.REFERENCE:
        return "object" if kind == h5t.STD_REF_OBJ else "region"
    if found == h5t.COMPOUND:
        return [(kind.get_member_name(i), kind_of(kind.get_member_type(i))) for i in range(kind.get_nmembers())]
    return (KINDS[found], kind.get_size())


def space_of(thing: h5d.DatasetID | h5a.AttrID) -> Any:
    """Its shape; None for a null dataspace; the lengths of an array type are dimensions."""
    space, kind, more = thing.get_space(), thing.get_type(), ()
    while kind.get_class() == h5t.ARRAY:
        more, kind = more + kind.get_array_dims(), kind.get_super()
    return None if space.get_simple_extent_type() == h5s.NULL else space.get_simple_extent_dims() + more


def kinds_in(path: Path) -> dict[str, Any]:
    """The types and shapes of all datasets, named datatypes and attributes of a file."""
    kinds: dict[str, Any] = {}

    def take(name: str, thing: Any) -> None:
        if isinstance(thing, h5py.Dataset):
            kinds[name] = kind_of(thing.id.get_type()), space_of(thing.id)
        if isinstance(thing, h5py.Datatype):
            kinds[name] = kind_of(thing.id)
        for attribute in thing.attrs:
            found = thing.attrs.get_id(attribute)
            kinds[f"{name}@{attribute}"] = kind_of(found.get_type()), space_of(found)

    with h5py.File(path) as file:
        take("", file)
        file.visititems(take)
    return kinds


def saved(root: Path, name: str, tmp_path: Path) -> Iterator[tuple[Path, Path, Project]]:
    """A file of a maker, and what is saved of it; loaded again, that is the same project."""
    MAKERS[name](tmp_path / "source.h5")
    for project in load(root, tmp_path / "source.h5", "source"):
        assert told(again(root, "source", tmp_path / "saved.h5")) == told(project)
        run(root, "unlink", "again")
        yield tmp_path / "source.h5", tmp_path / "saved.h5", project


# Of each maker what does not come back as it was, and why.
ODD = "integers and floats of odd widths are what they were made"
NO_DTYPE = "what has no dtype is not in the project"
RECORDS = "records, and sequences of what has no fixed size, are groups of columns"
ONE = "one sequence in an attribute is an array"
REGION = "a region reference is a path"
LATIN = "text that is not UTF-8 is bytes of fixed width"
CHANGED: dict[str, dict[str, str]] = {
    "odd_numbers": dict.fromkeys(("n2bf", "long double", "odd", "bool32"), ODD) | {"n16": NO_DTYPE, "time": NO_DTYPE},
    "datatypes": {"text": NO_DTYPE, "pair": NO_DTYPE},
    "strings": dict.fromkeys(("latin", "attributes@variable latin", "attributes@mixed"), LATIN),
    "references": {
        "regions": REGION,
        "some regions": REGION,
        "group/é data@region": REGION,
        "pairs": RECORDS,
        "group/é data@sequence": ONE,
    },
    "scales": {},
    "sequences": {"@one": ONE},
}


@pytest.mark.parametrize("name", sorted(CHANGED))
def test_types_come_back(tmp_path: Path, name: str) -> None:
    """All of a file but those that are told."""
    for source, target, _ in saved(tmp_path / "store", name, tmp_path):
        wanted, found = kinds_in(source), kinds_in(target)
        different = {path for path, kind in wanted.items() if found.get(path) != kind}
        assert different == set(CHANGED[name])


def test_marks_are_not_in_the_file(tmp_path: Path) -> None:
    """They are made again of the types when it is loaded."""
    with h5py.File(tmp_path / "source.h5", "w") as file:
        colour = h5py.enum_dtype({"RED": -1, "GREEN": 7}, basetype="<i2")
        file.create_dataset("colour", data=[7, -1], dtype=colour).attrs["units"] = "none"
        file.create_dataset("fields", shape=(2,), dtype=np.dtype([("a", "i1"), ("b", [("c", colour)])]))
        file.create_dataset("lists", shape=(2,), dtype=h5py.vlen_dtype(colour))[0] = np.array([7, -1, 3], "<i2")
        file["colour"].attrs.create("one", 7, dtype=colour)
        file["array"] = np.dtype((colour, (2, 3)))
        raw_dataset(file, "bits", h5t.STD_B16BE, (2,), np.array([1, 2], ">u2"))
        file.create_dataset("nothing", data=h5py.Empty(colour))
        file.attrs["nothing"] = h5py.Empty("f4")
        file.create_dataset("path", data=[file.ref], dtype=h5py.ref_dtype)
    for _ in load(tmp_path / "store", tmp_path / "source.h5", "source"):
        again(tmp_path / "store", "source", tmp_path / "saved.h5")
        run(tmp_path / "store", "unlink", "again")
        assert kinds_in(tmp_path / "saved.h5") == kinds_in(tmp_path / "source.h5")
        with h5py.File(tmp_path / "saved.h5") as file:
            assert file["array"].id.equal(h5t.py_create(np.dtype((colour, (2, 3))), logical=True))
            assert file["lists"][0].tolist() == [7, -1, 3]
            assert list(file["colour"].attrs) == ["one", "units"]


# ---- references -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["references", "references_behind_user_block", "scales", "nwb", "matlab"])
def test_references_lead_where_they_led(tmp_path: Path, name: str) -> None:
    """Those of datasets and of attributes, one by one."""

    def is_reference(dtype: Any) -> bool:
        return h5py.check_ref_dtype(dtype) is h5py.Reference

    def targets(path: Path) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}

        def names(value: Any) -> list[str]:
            flat = np.asarray(value, object).reshape(-1)
            return [file[one].name if one else "" for one in flat]

        def take(path: str, thing: Any) -> None:
            if isinstance(thing, h5py.Dataset) and is_reference(thing.dtype) and path != "dangling":
                found[path] = names(thing[()])
            for key in thing.attrs:
                if is_reference(thing.attrs.get_id(key).dtype) and key not in {"dangling", "sequence"}:
                    found[f"{path}@{key}"] = names(thing.attrs[key])

        with h5py.File(path) as file:
            take("", file)
            file.visititems(take)
        return found

    for source, target, _ in saved(tmp_path / "store", name, tmp_path):
        assert targets(target) == targets(source)
        assert targets(source) or name == "scales"


def test_dimension_scales_are_attached_again(tmp_path: Path) -> None:
    """HDF5 itself says so."""
    for _, target, _ in saved(tmp_path / "store", "scales", tmp_path):
        with h5py.File(target) as file:
            for name in ("one", "group/two"):
                for number, scale in ((0, "time"), (1, "group/x")):
                    assert h5ds.is_attached(file[name].id, file[scale].id, number)
                    assert file[name].dims[number][0].name == f"/{scale}"
                assert file[name].dims[1].label == "distance"
                assert len(file[name].dims[2]) == 0
            assert sorted(file[ref].name for ref, _ in file["time"].attrs["REFERENCE_LIST"]) == ["/group/two", "/one"]
            assert file["time"].attrs["DIMENSION_LIST"] == 3


def test_netcdf_finds_its_dimensions(tmp_path: Path) -> None:
    """Variables, their dimensions and values, as in the file that was loaded; none is unlimited any more."""
    for source, target, _ in saved(tmp_path / "store", "netcdf4", tmp_path):
        with netCDF4.Dataset(source) as wanted, netCDF4.Dataset(target) as found:
            assert {name: len(one) for name, one in found.dimensions.items()} == {
                name: len(one) for name, one in wanted.dimensions.items()
            }
            for name, variable in wanted.variables.items():
                assert found[name].dimensions == variable.dimensions
                if name not in {"packed", "lists"}:  # shorter than its unlimited dimension; of a type without a dtype
                    assert np.array_equal(found[name][:], variable[:])


def test_a_path_that_is_not_the_first_one_stays_text(tmp_path: Path) -> None:
    """A soft link becomes a hard one: loading would then call the target by another path."""
    with h5py.File(tmp_path / "source.h5", "w") as file:
        file["group/data"] = np.arange(3)
        file["short"] = h5py.SoftLink("/group/data")
        file.create_dataset("many", data=[file["group/data"].ref], dtype=h5py.ref_dtype)
        file.create_dataset("one", data=file["group/data"].ref, dtype=h5py.ref_dtype)
        file["group"].attrs["reference"] = file["group/data"].ref
        file["group"].attrs["other"] = file["group"].ref
    for project in load(tmp_path / "store", tmp_path / "source.h5", "source"):
        assert told(again(tmp_path / "store", "source", tmp_path / "saved.h5")) == told(project)
        run(tmp_path / "store", "unlink", "again")
        with h5py.File(tmp_path / "saved.h5") as file:
            assert file["many"].asstr()[0] == file["group"].attrs["reference"] == "/group/data"
            assert isinstance(file["one"], h5py.Group)
            assert file[file["group"].attrs["other"]] == file["group"]


# ---- marks that somebody else has written ---------------------------------------------------------------------------

MEMBERS = [("name", "S3"), ("value", "<i8")]


def members(*given: tuple[bytes, int], name: Any = "<U3", value: str = "<i8") -> np.ndarray[Any, Any]:
    """Members of an enum as a mark has them; h5py writes no `<U`, so opaque."""
    array = np.array([(one.decode(), number) for one, number in given], [("name", name), ("value", value)])
    return array.astype([("name", h5py.opaque_dtype(np.dtype(name))), ("value", value)])


BOOL = members((b"FALSE", 0), (b"TRUE", 1), name="<U5")
RED = members((b"RED", 1))
PAIR = np.zeros(2, [("a", "i1"), ("b", "i1")])
TWICE = members((b"a", 1), (b"a", 2))
HOSTILE: dict[str, dict[str, Any]] = {
    "name twice": {"cute_shm.enum": TWICE},
    "value twice": {"cute_shm.enum": members((b"a", 1), (b"b", 1))},
    "too large": {"cute_shm.enum": members((b"a", 300))},
    "negative": {"cute_shm.enum": members((b"a", -1))},
    "other sign": {"cute_shm.enum": members((b"a", 1), value="<u8")},
    "empty name": {"cute_shm.enum": members((b"", 1))},
    "wider": {"cute_shm.enum": members((b"a", 1), name="<U9")},
    "bool": {"cute_shm.enum": BOOL},
    "none": {"cute_shm.enum": members()},
    "number": {"cute_shm.enum": 5},
    "text": {"cute_shm.enum": "RED"},
    "not last": {"cute_shm.enum": members((b"a", 1), name="<U1"), "units": "m"},
    "of a field": {"cute_shm.enum:a": members((b"a", 1), name="<U1")},
    "bits": {"cute_shm.hdf5_type": "8-bit bitfield in 1 byte, from bit 0"},
    "null": {"cute_shm.null": True},
    "reference": {"cute_shm.reference": "object"},
    "datatype": {"cute_shm.datatype": "<f4"},
    "dtype": {"cute_shm.dtype": "<U8"},
}
ATTRIBUTES: dict[str, dict[str, Any]] = {
    "enum": {"x": np.int16(1), "cute_shm.enum@x": TWICE},
    "bool": {"x": np.int8(1), "cute_shm.enum@x": BOOL},
    "bools": {"x": np.arange(3, dtype="i1"), "cute_shm.offsets@x": np.array([0, 3]), "cute_shm.enum@x": BOOL},
    "a bool in a pair": {"x": PAIR, "cute_shm.enum@x:b": RED, "cute_shm.enum@x:a": BOOL},
    "the wrong way round": {"x": PAIR, "cute_shm.enum@x:b": RED, "cute_shm.enum@x:a": RED},
    "references": {"x": "/data", "cute_shm.reference@x": "object", "y": "/nowhere", "cute_shm.reference@y": "object"},
    "scales": {"DIMENSION_LIST": ["/nowhere"], "cute_shm.reference@DIMENSION_LIST": "object"},
    "null": {"x": np.arange(3), "cute_shm.null@x": True},
    "offsets": {"x": np.arange(3), "cute_shm.offsets@x": np.array([0, 2, 1, 3])},
    "beyond": {"x": np.arange(3), "cute_shm.offsets@x": np.array([0, 7])},
    "no offsets": {"x": np.arange(3), "cute_shm.offsets@x": np.arange(0)},
    "a scalar": {"x": 3, "cute_shm.offsets@x": np.array([0, 1])},
    "shape": {"x": np.arange(3), "cute_shm.offsets@x": np.array([0, 3]), "cute_shm.shape@x": np.array([-1, -1])},
    "huge": {"x": np.arange(3), "cute_shm.offsets@x": np.array([0, 3]), "cute_shm.shape@x": np.full(9, 1 << 60)},
    "flat": {"x": np.arange(3), "cute_shm.offsets@x": np.array([0, 3]), "cute_shm.shape@x": np.array([1])},
    "itself": {"cute_shm.null@x": True, "cute_shm.null@cute_shm.null@x": True},
}


def check_written_by_hand(tmp_path: Path) -> h5py.File:
    """Saves what has marks of no sense: it is loaded the same, and every mark is an attribute of the file."""
    for project in load(tmp_path / "store", tmp_path / "source.h5", "source"):
        assert told(again(tmp_path / "store", "source", tmp_path / "saved.h5")) == told(project)
        run(tmp_path / "store", "unlink", "again")
    return h5py.File(tmp_path / "saved.h5")


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_wrong_marks_of_a_dataset_are_attributes_like_any_other(tmp_path: Path, name: str) -> None:
    """The dataset is what its dtype says."""
    dtype = "u1" if name == "negative" else "i1"
    with h5py.File(tmp_path / "source.h5", "w", track_order=True) as file:
        data = file.create_dataset("data", data=np.arange(3, dtype=dtype), track_order=True)
        words = file.create_dataset("words", data=["/data", "x"], dtype=h5py.string_dtype(), track_order=True)
        for thing in (data, words, file.create_group("group", track_order=True)):
            for key, value in HOSTILE[name].items():
                thing.attrs[key] = value
    with check_written_by_hand(tmp_path) as file:
        assert file["data"].dtype == dtype
        assert kind_of(file["data"].id.get_type()) == ("integer", 1)
        assert file["words"].asstr()[0] == "/data"
        for thing in ("data", "words"):
            assert list(file[thing].attrs) == list(HOSTILE[name])


@pytest.mark.parametrize("name", sorted(ATTRIBUTES))
def test_wrong_marks_of_an_attribute_are_attributes_like_any_other(tmp_path: Path, name: str) -> None:
    """The attribute is what its dtype says; a right one beside it is what its mark says."""
    with h5py.File(tmp_path / "source.h5", "w", track_order=True) as file:
        file["data"] = np.arange(3)
        for key, value in ATTRIBUTES[name].items():
            file.attrs[key] = value
    with check_written_by_hand(tmp_path) as file:
        taken = {"cute_shm.reference@x"} if name == "references" else set()
        assert list(file.attrs) == [key for key in ATTRIBUTES[name] if key not in taken]


@pytest.mark.parametrize("shape", [[2, 3], [1 << 33, 1 << 33], [0], [-1], [1] * 40, []])
def test_an_array_type_of_no_sense_is_none(tmp_path: Path, shape: list[int]) -> None:
    """It stays a group; one of sense becomes a datatype."""
    with h5py.File(tmp_path / "source.h5", "w", track_order=True) as file:
        group = file.create_group("type", track_order=True)
        group.attrs["cute_shm.datatype"] = "<f4"
        group.attrs["cute_shm.shape"] = np.array(shape, "<i8")
    with check_written_by_hand(tmp_path) as file:
        assert isinstance(file["type"], h5py.Datatype if shape == [2, 3] else h5py.Group)


# ---- text of one size -----------------------------------------------------------------------------------------------

WORDS = ["a", "", "é€😀", "fifty", "x y"]
GOOD: dict[str, np.ndarray[Any, Any]] = {
    "words": np.array(WORDS, "<U8"),
    "big": np.array(WORDS, ">U5"),
    "grid": np.array([WORDS * 200] * 3, "<U5"),
    "empty": np.zeros((0, 3), "<U5"),
    "blank": np.zeros(4, "<U5"),
    "one": np.array("padded", "<U50"),
}
BAD = {"surrogate": np.array(["a\ud800"], "<U2"), "inside": np.array(["a\0b", "c"], "<U3")}


def write_wide(path: Path) -> None:
    """As h5py keeps arrays of `<U`, if it is made to."""
    with h5py.File(path, "w") as file:
        for name, array in (GOOD | BAD).items():
            file.create_dataset(name, data=array.astype(h5py.opaque_dtype(array.dtype))).attrs["units"] = name


@pytest.mark.parametrize("options", [(), ("-z4", "-c", "100"), ("-c", "300", "--threads", "2")])
def test_text_of_one_size_is_text_to_others(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Strings of UTF-8, and loaded again what it was; but for those that are no text."""
    write_wide(tmp_path / "source.h5")
    for project in load(tmp_path / "store", tmp_path / "source.h5", "source"):
        assert project.nodes["big"]["dtype"] == ">U5"
        assert told(again(tmp_path / "store", "source", tmp_path / "saved.h5", *options)) == told(project)
        run(tmp_path / "store", "unlink", "again")
    with h5py.File(tmp_path / "saved.h5") as file:
        for name, array in GOOD.items():
            assert h5py.check_string_dtype(file[name].dtype).encoding == "utf-8"
            assert np.array_equal(file[name].asstr()[()], array.astype(object))
            assert file[name].attrs["cute_shm.dtype"] == array.dtype.str.encode()
        assert file["words"].dtype.itemsize == len("é€😀".encode())
        assert bool(file["grid"].chunks) == bool(options)
        for name in BAD:
            assert file[name].dtype.kind == "U"
    dump = subprocess.run(["h5dump", "-d", "words", tmp_path / "saved.h5"], capture_output=True, text=True, check=True)
    assert '"fifty' in dump.stdout


def test_text_that_was_changed_by_others_and_does_not_fit_is_told(tmp_path: Path) -> None:
    """And what fits is taken."""
    write_wide(tmp_path / "source.h5")
    for _ in load(tmp_path / "store", tmp_path / "source.h5", "source"):
        run(tmp_path / "store", "save", "--quiet", "source", tmp_path / "saved.h5")
    with h5py.File(tmp_path / "saved.h5", "r+") as file:
        file["words"][0] = b"changed"
        file["big"][0] = b"sixsix"
        file["grid"][0, 0] = b"\xff"
        file["blank"].attrs["cute_shm.dtype"] = np.bytes_("<f8")
        file["one"].attrs["cute_shm.dtype"] = np.bytes_("<U1000000000")
    for project in load(tmp_path / "store", tmp_path / "saved.h5", "again"):
        assert project.array("words").tolist() == ["changed", *WORDS[1:]]
        assert set(project.skipped) == {"big", "grid"}
        for reason in project.skipped.values():
            assert "a string is not UTF-8, or longer than cute_shm.dtype says" in reason
        assert project.nodes["blank"]["dtype"] == "|S1"
        assert project.attributes("blank")["cute_shm.dtype"] == b"<f8"
        assert project.nodes["one"]["dtype"] == "|S6"

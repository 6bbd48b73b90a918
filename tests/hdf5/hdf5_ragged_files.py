# SPDX-License-Identifier: MIT
"""HDF5 files whose elements have any length, or lead to other objects, made by h5py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5p, h5s, h5t
from hdf5_makers import LOSS, Skips, maker, raw_attribute

WORDS = ["", "a", "é€😀", "of any length " * 20, "x"]
TEXT = h5py.string_dtype()
ASCII = h5py.string_dtype("ascii")
MANY = 20000


def sequences_of(dtype: Any, lengths: list[int]) -> np.ndarray[Any, Any]:
    """Sequences of these lengths, of different numbers."""
    ends = np.cumsum(lengths)
    values = np.arange(ends[-1]).astype(dtype)
    result = np.empty(len(lengths), object)
    result[:] = [values[end - length : end] for end, length in zip(ends, lengths, strict=True)]
    return result


@maker
def texts(path: Path) -> Skips:
    """Variable-length strings in every shape and layout."""
    with h5py.File(path, "w") as file:
        file.create_dataset("words", data=WORDS, dtype=TEXT).attrs["units"] = "word"
        file.create_dataset("grid", data=np.array(WORDS[:4], object).reshape(2, 1, 2), dtype=TEXT)
        file.create_dataset("latin", data=[b"ok", b"caf\xe9"], dtype=ASCII)
        file.create_dataset("cut", data=["é".encode()[:1], "é".encode()[1:]], dtype=ASCII)
        file.create_dataset("none", shape=(0, 3), dtype=TEXT)
        file.create_dataset("many", data=[str(i) * (i % 7) for i in range(MANY)], dtype=TEXT)
        file.create_dataset("long", data=["é" * 3000000, "", "b" * 70000, "c"], dtype=TEXT)
        cells = np.array([f"{i},{j}" for i in range(30) for j in range(40)], object).reshape(30, 40)
        options: dict[str, Any] = {"dtype": TEXT, "chunks": (7, 9)}
        file.create_dataset("tiles", data=cells, **options)
        file.create_dataset("tiles gzip", data=cells, compression="gzip", **options)
        file.create_dataset("unlimited", data=cells, maxshape=(None, None), **options)
        partly = file.create_dataset("partly", shape=(30, 40), **options)
        partly[10:12, 5:30] = cells[10:12, 5:30]
        compact = h5p.create(h5p.DATASET_CREATE)
        compact.set_layout(h5py.h5d.COMPACT)
        space = h5s.create_simple((2,))
        h5py.h5d.create(file.id, b"compact", h5t.py_create(TEXT, logical=True), space, dcpl=compact)
        file["compact"][...] = ["c", "dd"]
        for layout, more in (("contiguous", {}), ("chunked", {"chunks": (2,)})):
            file.create_dataset(f"never {layout}", shape=(5,), dtype=TEXT, **more)
            file.create_dataset(f"filled {layout}", shape=(5,), dtype=TEXT, fillvalue="fill", **more)
        file["words"].attrs["cute_shm.shape"] = "not ours"
    return {"words@cute_shm.shape": "already"}


@maker
def sequences(path: Path) -> Skips:
    """Variable-length sequences of all that has one size, and what else they can be of."""
    lengths = [3, 0, 1, 300, 0]
    dtypes: dict[str, Any] = {name: name for name in ("i1", ">i2", "<u8", "<f2", ">f4", "f8", "c8", "S3", "?")}
    dtypes["pairs"] = np.dtype({"names": ["a", "b"], "formats": ["<i2", ">f8"], "offsets": [2, 8], "itemsize": 24})
    with h5py.File(path, "w") as file:
        for name, dtype in dtypes.items():
            kind = np.dtype(dtype)
            if kind.names:
                data = np.empty(2, object)
                data[:] = [np.zeros(3, kind), np.ones(1, kind)]
            else:
                data = sequences_of(kind, lengths)
            dataset = file.create_dataset(
                name.replace("<", "little-").replace(">", "big-"), (len(data),), h5py.vlen_dtype(kind)
            )
            for i, values in enumerate(data):
                dataset[i] = values
        file.create_dataset("never", shape=(4, 2), dtype=h5py.vlen_dtype("f8"))
        file.create_dataset("none", shape=(0,), dtype=h5py.vlen_dtype("f8"))
        file.create_dataset("one", shape=(), dtype=h5py.vlen_dtype("<i4"))[()] = np.arange(5, dtype="<i4")
        large = file.create_dataset("large", (3,), h5py.vlen_dtype("f8"))
        large[0], large[2] = np.arange(500000.0), np.arange(3.0)
        tiles = file.create_dataset("tiles", (9, 8), h5py.vlen_dtype("i4"), chunks=(4, 3), compression="gzip")
        for i in range(9):
            for j in range(8):
                tiles[i, j] = np.arange(i * j)
        odd = h5t.STD_I32BE.copy()
        odd.set_precision(31)
        odd_space = h5s.create_simple((2,))
        h5py.h5d.create(file.id, b"odd", h5t.vlen_create(odd), odd_space).write(
            h5s.ALL, h5s.ALL, sequences_of("i4", [2, 1]), mtype=h5t.py_create(h5py.vlen_dtype("i4"))
        )
        array = h5t.vlen_create(h5t.array_create(h5t.STD_I32LE, (2,)))
        h5py.h5d.create(file.id, b"of arrays", array, h5s.create_simple((2,)))
        scalar = h5a.create(file.id, b"one", h5t.vlen_create(h5t.STD_I16LE), h5s.create(h5s.SCALAR))
        scalar.write(sequences_of("i2", [4]).reshape(()), mtype=h5t.py_create(h5py.vlen_dtype("i2")))
        file.attrs.create("several", sequences_of("i4", [2, 3]), dtype=h5py.vlen_dtype("i4"))
        file.attrs.create("grid", sequences_of("i4", [2, 3, 0, 1]).reshape(2, 2), dtype=h5py.vlen_dtype("i4"))
    return {}


def objects(*elements: Any) -> np.ndarray[Any, Any]:
    """An array of Python objects."""
    array = np.empty(len(elements), object)
    for number, element in enumerate(elements):
        array[number] = element
    return array


@maker
def nested(path: Path) -> Skips:
    """Elements of any length inside of each other, of compounds and of arrays."""
    lists = objects(sequences_of("i4", [3, 1]), sequences_of("i4", [2]), sequences_of("i4", [0])[:0])
    words = objects(objects("a", "é"), objects("", "c" * 70000, "d"), objects())
    pair = np.dtype([("n", "<i4"), ("s", TEXT)])
    records = np.empty(2, pair)
    records["n"], records["s"] = [1, 2], ["x", "é€"]
    with h5py.File(path, "w") as file:
        for name, item, elements in (
            ("lists", h5py.vlen_dtype("i4"), lists),
            ("words", TEXT, words),
            ("records", pair, objects(records, records[1:], records[:1])),  # h5py cannot read an empty one
            ("paths", h5py.ref_dtype, objects(objects(file.ref, h5py.Reference()), objects(file.ref), objects())),
        ):
            for layout, options in (("", {}), (" chunked", {"chunks": (2,), "compression": "gzip"})):
                dataset = file.create_dataset(name + layout, (3,), h5py.vlen_dtype(item), **options)
                for number, element in enumerate(elements):
                    if len(element):
                        dataset[number] = element
        file.create_dataset("triples", (2,), np.dtype((TEXT, (3,))))[...] = np.array(
            [["a", "b", ""], ["", "é", "ff"]], object
        )
        inner = np.dtype([("r", h5py.ref_dtype), ("s", TEXT, (2,))])
        outer = np.dtype([("a", inner), ("b", "S3"), ("v", h5py.vlen_dtype(">i2")), ("x", "<f4", (2, 2)), ("z", inner)])
        rows = np.empty((3, 2), outer)
        for index in np.ndindex(3, 2):
            number = sum(index)
            fields = (file.ref if number % 2 else h5py.Reference(), [f"{number}", "é" * number])
            rows[index] = (fields, b"xyz", np.arange(number, dtype=">i2"), np.full((2, 2), number), fields)
        file.create_dataset("rows", data=rows, dtype=outer)
        file.create_dataset("rows chunked", data=rows, dtype=outer, chunks=(2, 1))
        file.create_dataset("one row", data=rows[2, 1], dtype=outer)
        file.create_dataset("no rows", shape=(0, 3), dtype=outer)
        file.create_dataset("never rows", shape=(4, 3), dtype=outer, chunks=(2, 2))
        many = np.empty(MANY, pair)
        many["n"], many["s"] = np.arange(MANY), [f"{i}" for i in range(MANY)]
        file.create_dataset("many", data=many, dtype=pair)
        file.attrs.create("records", records, dtype=pair)
        file.attrs.create("one record", records[1], dtype=pair)
        links = np.dtype([("n", "<i8", (2,)), ("r", h5py.ref_dtype)])
        linked = np.zeros(2, links)
        linked["r"] = [file["rows"].ref, h5py.Reference()]
        file.attrs.create("linked", linked, dtype=links)
        file.attrs.create("words", words[:2], dtype=h5py.vlen_dtype(TEXT))
    return {}


@maker
def nested_attributes(path: Path) -> Skips:
    """Sequences inside of attributes' elements: of sequences, of records, and in arrays in records."""
    lists = objects(sequences_of("i4", [3, 1]), sequences_of("i4", [2]), sequences_of("i4", [0])[:0])
    words = objects(objects("a", "é"), objects("", "c" * 70000, "d"))
    pair = np.dtype([("n", "<i4"), ("s", TEXT)])
    records = np.empty(2, pair)
    records["n"], records["s"] = [1, 2], ["x", "é€"]
    inner = np.dtype([("r", h5py.ref_dtype), ("s", TEXT, (2,))])
    outer = np.dtype([("a", inner), ("b", "S3"), ("v", h5py.vlen_dtype(">i2")), ("x", "<f4", (2, 2)), ("z", inner)])
    rows = np.empty((3, 2), outer)
    with h5py.File(path, "w") as file:
        for index in np.ndindex(3, 2):
            number = sum(index)
            fields = (file.ref if number % 2 else h5py.Reference(), [f"{number}", "é" * number])
            rows[index] = (fields, b"xyz", np.arange(number, dtype=">i2"), np.full((2, 2), number), fields)
        file.attrs.create("lists", lists, dtype=h5py.vlen_dtype(h5py.vlen_dtype("i4")))
        nested_dtype = h5py.vlen_dtype(h5py.vlen_dtype("i4"))
        lists_type = h5t.py_create(nested_dtype, logical=True)
        scalar = np.empty((), object)
        scalar[()] = lists[0]
        h5a.create(file.id, b"list", lists_type, h5s.create(h5s.SCALAR)).write(
            scalar, mtype=h5t.py_create(nested_dtype)
        )
        file.attrs.create("rows", rows, dtype=outer)
        file.attrs.create("row", rows[2, 1], dtype=outer)
        file.attrs.create("no rows", rows[:0], dtype=outer)
        file.attrs.create("tables", objects(records, records[:1]), dtype=h5py.vlen_dtype(pair))
        only = np.dtype([("v", h5py.vlen_dtype("i2"), (2,)), ("w", h5py.vlen_dtype(TEXT))])
        lonely = np.empty(2, only)
        for number in range(2):
            lonely[number] = ([np.arange(number, dtype="i2"), np.arange(2, dtype="i2")], words[number])
        file.attrs.create("only sequences", lonely, dtype=only)
    return {}


@maker
def unusual_fields(path: Path) -> Skips:
    """Names of fields that no array can have."""
    odd = np.dtype([("a/b", TEXT), (".", "<i4", (2,)), ("c", [("a/b", h5py.vlen_dtype("i2")), ("d", "f4")])])
    rows = np.empty(2, odd)
    for number in range(2):
        rows[number] = (f"{number}é", [number, 7], (np.arange(number + 1, dtype="i2"), 0.5))
    clash = np.dtype([("a/b", TEXT), ("a%2Fb", "i4")])
    with h5py.File(path, "w") as file:
        file.create_dataset("odd", data=rows, dtype=odd)
        file["again"] = file["odd"]
        file.attrs.create("odd", rows, dtype=odd)
        file.create_dataset("plain", data=np.zeros(2, [("a/b", "i4"), (".", "f4")]))
        file.create_dataset("clash", shape=(2,), dtype=clash)
    return {"clash": "it has the fields 'a/b' and 'a%2Fb', which would have one name"}


def fill_with_references(file: h5py.File) -> Skips:
    """References of both kinds, to all kinds of objects, null and dangling."""
    data = file.create_dataset("group/é data", data=np.arange(12).reshape(3, 4))
    file["type"] = np.dtype("f8")
    file["gone"] = np.arange(3)
    targets = [data.ref, h5py.Reference(), file["group"].ref, file.ref, file["type"].ref, data.ref]
    dangling = file["gone"].ref
    file.create_dataset("objects", data=np.array(targets, object).reshape(2, 3), dtype=h5py.ref_dtype)
    file.create_dataset("one", data=data.ref, dtype=h5py.ref_dtype)
    file.create_dataset("dangling", data=[dangling, data.ref, dangling], dtype=h5py.ref_dtype)
    file.create_dataset("never", shape=(3,), dtype=h5py.ref_dtype, chunks=(2,))
    file.create_dataset("regions", data=[data.regionref[:2, 1:3], data.regionref[1]], dtype=h5py.regionref_dtype)
    file.create_dataset("some regions", shape=(3,), dtype=h5py.regionref_dtype)[1] = data.regionref[0]
    data.attrs["one"] = data.ref
    data.attrs["null"] = h5py.Reference()
    data.attrs.create("grid", np.array(targets, object).reshape(3, 2), dtype=h5py.ref_dtype)
    data.attrs.create("dangling", [dangling], dtype=h5py.ref_dtype)
    data.attrs["region"] = data.regionref[0]
    sequence = np.empty((), object)
    sequence[()] = np.array(targets[:3], object)
    wide = h5a.create(data.id, b"sequence", h5t.vlen_create(h5t.STD_REF_OBJ), h5s.create(h5s.SCALAR))
    wide.write(sequence, mtype=h5t.py_create(h5py.vlen_dtype(h5py.ref_dtype)))
    file.create_dataset("pairs", shape=(2,), dtype=np.dtype([("n", "i4"), ("r", h5py.ref_dtype)]))
    del file["gone"]
    return {
        "dangling": LOSS + "2 of 3 references lead to nothing",
        "group/é data@dangling": LOSS + "1 of 1 references lead to nothing",
    }


@maker
def references(path: Path) -> Skips:
    """In a file as it comes."""
    with h5py.File(path, "w") as file:
        return fill_with_references(file)


@maker
def references_behind_user_block(path: Path) -> Skips:
    """Where addresses do not count from the file's beginning."""
    with h5py.File(path, "w", userblock_size=1024) as file:
        return fill_with_references(file)


@maker
def scales(path: Path) -> Skips:
    """Dimension scales, as netCDF-4 has them."""
    with h5py.File(path, "w") as file:
        for name, length in (("time", 4), ("group/x", 3), ("second x", 3)):
            file[name] = np.arange(float(length))
            file[name].make_scale(name)
        for name in ("one", "group/two"):
            data = file.create_dataset(name, data=np.zeros((4, 3, 2)))
            data.dims[0].attach_scale(file["time"])
            data.dims[1].attach_scale(file["group/x"])
            data.dims[1].label = "distance"
        file["one"].dims[1].attach_scale(file["second x"])
        file["group/x"].attrs["REFERENCE_LIST too"] = 1
        raw_attribute(file["time"], "DIMENSION_LIST", h5t.STD_I32LE, np.array(3, "<i4"))  # not what it seems
    return {}

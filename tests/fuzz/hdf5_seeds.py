#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the seeds of fuzz_hdf5: small HDF5 files, each with another part of the format. Needs h5py.

.venv/bin/python tests/fuzz/hdf5_seeds.py tests/fuzz/corpus/fuzz_hdf5
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5p, h5s, h5t, h5z

OLD, NEW = "earliest", ("v110", "v110")
Maker = Callable[[h5py.File], None]
SEEDS: dict[str, tuple[Any, Maker]] = {}


def seed(libver: Any = OLD) -> Callable[[Maker], Maker]:
    """Registers a function that fills a file."""

    def register(function: Maker) -> Maker:
        SEEDS[function.__name__] = (libver, function)
        return function

    return register


def raw(group: h5py.Group, name: str, kind: h5t.TypeID, count: int, plist: h5p.PropDCID | None = None) -> None:
    """A dataset of any type."""
    data = np.arange(count * kind.get_size(), dtype="u1")
    dataset = h5d.create(group.id, name.encode(), kind, h5s.create_simple((count,)), dcpl=plist)
    dataset.write(h5s.ALL, h5s.ALL, data, mtype=kind)


@seed()
def numbers(file: h5py.File) -> None:
    """Of both byte orders; scalar, empty, null."""
    for name in ("<i2", ">f4", "<c8"):
        file[name] = np.arange(4).astype(name)
    file["scalar"] = 1.5
    file["none"] = np.zeros((0, 3), "u1")
    file["null"] = h5py.Empty("f4")


@seed(NEW)
def odd_numbers(file: h5py.File) -> None:
    """Of widths that no machine has."""
    twenty, bfloat = h5t.STD_I32BE.copy(), h5t.IEEE_F32LE.copy()
    twenty.set_precision(20)
    twenty.set_offset(3)
    bfloat.set_fields(15, 7, 8, 0, 7)
    bfloat.set_size(2)
    bfloat.set_ebias(127)
    for name, kind in ("i20", twenty), ("bf16", bfloat), ("bits", h5t.STD_B16BE), ("long", h5t.NATIVE_LDOUBLE):
        raw(file, name, kind, 2)


@seed(NEW)
def enums(file: h5py.File) -> None:
    """Enums and booleans, as datasets and attributes."""
    file.create_dataset("colour", data=[1, 2], dtype=h5py.enum_dtype({"RED": 1, "GREEN": 2}))
    file["flags"] = np.array([True, False])
    file.attrs["flag"] = True
    file.attrs.create("colour", 2, dtype=h5py.enum_dtype({"RED": 1, "GREEN": 2}))


@seed(NEW)
def strings(file: h5py.File) -> None:
    """Of fixed length, in all three paddings."""
    for padding in (h5t.STR_NULLTERM, h5t.STR_NULLPAD, h5t.STR_SPACEPAD):
        kind = h5t.C_S1.copy()
        kind.set_size(5)
        kind.set_strpad(padding)
        raw(file, f"s{padding}", kind, 2)
    file["opaque"] = np.frombuffer(b"abcdef", "V3")
    file["dates"] = np.array(["2020-01-02"], "M8[ns]").astype(h5py.opaque_dtype("M8[ns]"))
    file.attrs["title"] = np.bytes_(b"title")


@seed()
def variable_strings(file: h5py.File) -> None:
    """In the global heap."""
    file.create_dataset("words", data=["a", "", "bcd" * 9], dtype=h5py.string_dtype())
    file.create_dataset("one", data=b"caf\xe9", dtype=h5py.string_dtype("ascii"))
    file.attrs.create("more", ["x", "yz"], dtype=h5py.string_dtype())
    file.attrs["text"] = "é€"


@seed(NEW)
def sequences(file: h5py.File) -> None:
    """Also of sequences, of strings, and in chunks."""
    numbers = file.create_dataset("numbers", (3,), h5py.vlen_dtype("<i4"), chunks=(2,))
    numbers[0], numbers[2] = [1, 2], [3]
    words = file.create_dataset("words", (2,), h5py.vlen_dtype(h5py.string_dtype()))
    words[0] = np.array(["a", "bb"], object)
    one = h5a.create(file.id, b"one", h5t.vlen_create(h5t.STD_I16LE), h5s.create(h5s.SCALAR))
    value = np.empty((), object)
    value[()] = np.arange(3, dtype="i2")
    one.write(value, mtype=h5t.py_create(h5py.vlen_dtype("i2")))


@seed(NEW)
def compounds(file: h5py.File) -> None:
    """Nested, padded, with arrays."""
    inner = np.dtype([("x", "<f4", (2, 2)), ("s", "S3"), ("ok", "?")])
    padded = np.dtype({"names": ["a", "b"], "formats": ["<i2", inner], "offsets": [2, 8], "itemsize": 40})
    file["rows"] = np.zeros(2, padded)
    file.attrs["row"] = np.zeros((), padded)


@seed(NEW)
def records(file: h5py.File) -> None:
    """Compounds with strings, sequences and references."""
    kind = np.dtype([("n", "<i4"), ("s", h5py.string_dtype()), ("v", h5py.vlen_dtype("<i2")), ("r", h5py.ref_dtype)])
    rows = np.empty(2, kind)
    for i in range(2):
        rows[i] = (i, "text" * i, np.arange(i + 1, dtype="<i2"), file.ref)
    file.create_dataset("rows", data=rows, dtype=kind)


@seed(NEW)
def arrays(file: h5py.File) -> None:
    """Array types, with dimensions of their own."""
    file.create_dataset("vectors", shape=(2,), dtype=np.dtype((">i4", (2, 3))))[...] = np.arange(12).reshape(2, 2, 3)
    raw(file, "double", h5t.array_create(h5t.array_create(h5t.STD_I16LE, (3,)), (2,)), 2)


@seed()
def references(file: h5py.File) -> None:
    """To objects and regions, dangling and null."""
    data = file.create_dataset("g/data", data=np.arange(6).reshape(2, 3))
    file["gone"] = 1
    file["objects"] = np.array([data.ref, h5py.Reference(), file["gone"].ref, file.ref], h5py.ref_dtype)
    file.create_dataset("regions", data=[data.regionref[0, 1:], data.regionref[1]], dtype=h5py.regionref_dtype)
    data.attrs["ref"] = data.ref
    del file["gone"]


@seed()
def scales(file: h5py.File) -> None:
    """Dimension scales."""
    for name in ("x", "data"):
        file[name] = np.arange(3)
    file["x"].make_scale("x")
    file["data"].dims[0].attach_scale(file["x"])


@seed()
def layouts(file: h5py.File) -> None:
    """Contiguous, compact and chunked by the old tree."""
    file["plain"] = np.arange(8, dtype="<i4")
    compact = h5p.create(h5p.DATASET_CREATE)
    compact.set_layout(h5d.COMPACT)
    raw(file, "compact", h5t.STD_I16LE, 4, compact)
    file.create_dataset("chunks", data=np.arange(20).reshape(4, 5), chunks=(2, 3))


@seed()
def filters(file: h5py.File) -> None:
    """Those that cute-shm undoes itself, and a mask."""
    data = (np.arange(60, dtype="<i4") // 3).reshape(6, 10)
    file.create_dataset("all", data=data, chunks=(4, 6), compression="gzip", shuffle=True, fletcher32=True)
    file.create_dataset("lzf", data=data, chunks=(4, 6), compression="lzf")
    masked = file.create_dataset("masked", (4,), "<i2", chunks=(2,), compression="gzip")
    masked.id.write_direct_chunk((0,), b"abcd", 1)


@seed()
def other_filters(file: h5py.File) -> None:
    """Those that HDF5 undoes, and one that nobody knows."""
    for name, number, options in ("nbit", h5z.FILTER_NBIT, ()), ("unknown", 399, (1, 2)):
        plist = h5p.create(h5p.DATASET_CREATE)
        plist.set_chunk((4,))
        plist.set_filter(number, h5z.FLAG_OPTIONAL, options)
        twelve = h5t.STD_I16LE.copy()
        twelve.set_precision(12)
        raw(file, name, twelve, 8, plist if name == "nbit" else None)
    file.create_dataset("scaled", data=np.arange(20), chunks=(10,), scaleoffset=0)
    file.create_dataset("szip", data=np.arange(64), chunks=(32,), compression="szip")


@seed(NEW)
def indexes(file: h5py.File) -> None:
    """New indexes of chunks: single, fixed, extensible."""
    data = np.arange(24, dtype="<i2").reshape(4, 6)
    file.create_dataset("single", data=data, chunks=(4, 6), compression="gzip")
    file.create_dataset("fixed", data=data, chunks=(2, 3), maxshape=(8, 8))
    file.create_dataset("extensible", data=data, chunks=(2, 3), maxshape=(None, 6))


@seed(NEW)
def tree_index(file: h5py.File) -> None:
    """Chunks in a tree of version 2, with filters and without; implicit."""
    data = np.arange(24, dtype="<i2").reshape(4, 6)
    file.create_dataset("tree", data=data, chunks=(2, 3), maxshape=(None, None))
    file.create_dataset("packed", data=data, chunks=(2, 3), maxshape=(None, None), compression="gzip")
    early = h5p.create(h5p.DATASET_CREATE)
    early.set_chunk((4,))
    early.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    raw(file, "implicit", h5t.STD_I32LE, 8, early)


@seed(NEW)
def never_written(file: h5py.File) -> None:
    """Fill values."""
    file.create_dataset("plain", (5,), "<i4", fillvalue=7)
    file.create_dataset("chunks", (5,), ">i4", chunks=(2,), fillvalue=-3)
    file.create_dataset("words", (2,), h5py.string_dtype(), chunks=(1,))


@seed(NEW)
def virtual(file: h5py.File) -> None:
    """Of a dataset of its own, and external storage that is not there."""
    file["a"] = np.arange(4, dtype="i4")
    layout = h5py.VirtualLayout((4,), "i4")
    layout[1:3] = h5py.VirtualSource(".", "a", (4,))[:2]
    file.create_virtual_dataset("v", layout, fillvalue=-1)
    file.create_dataset("raw", (4,), "u1", external=[("file.h5", 0, 4)])


@seed()
def links(file: h5py.File) -> None:
    """Hard, soft, external, in a circle."""
    file["a/b/data"] = np.arange(3)
    file["again"] = file["a/b/data"]
    file["a/b/up"] = file["a"]
    file["soft"] = h5py.SoftLink("/a/b/data")
    file["lost"] = h5py.SoftLink("/nowhere")
    file["out"] = h5py.ExternalLink("other.h5", "/x")


@seed(NEW)
def many_links(file: h5py.File) -> None:
    """Stored densely, in the order of creation."""
    group = file.create_group("g", track_order=True)
    for i in range(12):
        group[f"link {i}"] = h5py.SoftLink("/g")


@seed()
def many_symbols(file: h5py.File) -> None:
    """A tree of the old kind with several nodes."""
    for i in range(12):
        file.create_group(f"group {i:02}")


@seed(NEW)
def many_attributes(file: h5py.File) -> None:
    """Stored densely."""
    group = file.create_group("g", track_order=True)
    for i in range(10):
        group.attrs[f"a{i}"] = i


@seed(NEW)
def datatypes(file: h5py.File) -> None:
    """That have a name, and are shared."""
    file["real"] = np.dtype(">f8")
    file["real"].attrs["unit"] = "m"
    file.create_dataset("data", data=[1.5], dtype=file["real"])
    file["pair"] = np.dtype([("a", "i2"), ("b", "S2")])


@seed(("v108", "v108"))
def version_2(file: h5py.File) -> None:
    """Superblock 2."""
    file["a"] = np.arange(3)
    file.attrs["one"] = 1


def main() -> None:
    """Writes all of them."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, (libver, fill) in SEEDS.items():
        with h5py.File(folder / f"{name}.h5", "w", libver=libver) as file:
            fill(file)
    with h5py.File(folder / "user_block.h5", "w", userblock_size=512) as file:
        SEEDS["numbers"][1](file)
    for path in sorted(folder.iterdir()):
        print(path.stat().st_size, path.name)


if __name__ == "__main__":
    main()

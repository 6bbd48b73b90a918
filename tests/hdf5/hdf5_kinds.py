# SPDX-License-Identifier: MIT
"""kinds/kinds.h5: a little of every kind of thing that an HDF5 file can hold, for the tests of all languages.

It is checked in with what it needs, and with left_open.h5, whose writer died. kinds.tsv tells what is loaded from it:

    array  path       dtype  shape  bytes in hexadecimal
    attr   path@name  dtype  shape  bytes in hexadecimal
    group  path
    skip   path       a part of the reason

shape is "-" for none, else lengths joined by ",". Tabs separate. ``python tests/hdf5/hdf5_kinds.py`` writes both anew;
test_hdf5_kinds.py holds them against what h5py reads.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import h5py
import hdf5_newer_files
import numpy as np
from h5py import h5d, h5p, h5s, h5t
from hdf5_makers import Skips, raw_dataset
from hdf5_project import Project, run

FOLDER = Path(__file__).resolve().parent / "kinds"
TEXT = h5py.string_dtype()
NUMBERS = "b1 i1 u1 <i2 >i2 <u2 >u2 <i4 >i4 <u4 >u4 <i8 >i8 <u8 >u8 <f2 >f2 <f4 >f4 <f8 >f8 <c8 >c8 <c16 >c16"
TIME, LOST = "HDF5's time type has no dtype", "nothing is there that can be opened"


def objects(*elements: Any) -> np.ndarray[Any, Any]:
    """An array of Python objects."""
    array = np.empty(len(elements), object)
    array[:] = elements
    return array


def put(group: h5py.Group, name: str, data: Any, dtype: Any, **options: Any) -> None:
    """A dataset, and an attribute of the group, of one type."""
    group.create_dataset(name, data=data, dtype=dtype, **options)
    group.attrs.create(name, data, dtype=dtype)


def fill_numbers(group: h5py.Group) -> None:
    """Numbers of every type, those that no machine has, enums, dates."""
    for name in NUMBERS.split():
        put(group, name.replace("<", "little-").replace(">", "big-"), np.arange(6).reshape(2, 3).astype(name), name)
    i31, bfloat = h5t.STD_I32LE.copy(), h5t.IEEE_F32LE.copy()
    i31.set_precision(31)
    bfloat.set_fields(15, 7, 8, 0, 7)
    bfloat.set_size(2)
    bfloat.set_ebias(127)
    raw_dataset(group, "31 bits", i31, (2,), np.array([5, 7], "<i4"))
    raw_dataset(group, "bfloat16", bfloat, (2,), np.array([0x3FC0, 0xFF80], "<u2"))
    raw_dataset(group, "bits", h5t.STD_B16LE, (2,), np.array([1, 2], "<u2"))
    raw_dataset(group, "long double", h5t.NATIVE_LDOUBLE, (1,), np.array([1.25], np.longdouble))
    raw_dataset(group, "time", h5t.UNIX_D32LE, (1,), np.ones(1, "<i4"))
    put(group, "enum", [1, 2], h5py.enum_dtype({"RED": 1, "GREEN": 2}, basetype=">i2"))
    put(group, "dates", np.array(["2020-01-02", "NaT"], "M8[ns]").astype(h5py.opaque_dtype("M8[ns]")), None)
    group["opaque"] = np.frombuffer(b"abcdef", "V3")


def fill_texts(group: h5py.Group) -> None:
    """Strings, sequences, and these in each other."""
    put(group, "fixed", np.array([b"a", b"bc\0d"], "S4"), None)
    put(group, "words", ["a", "", "é€😀"], TEXT)
    put(group, "word", "é€", TEXT)
    put(group, "latin", [b"ok", b"caf\xe9"], h5py.string_dtype("ascii"))
    put(group, "lists", objects(np.arange(3, dtype=">i2"), np.arange(0, dtype=">i2")), h5py.vlen_dtype(">i2"))
    inner = objects(np.arange(2, dtype="<i4"), np.arange(1, dtype="<i4"))
    put(group, "lists of lists", objects(inner, inner[:1]), h5py.vlen_dtype(h5py.vlen_dtype("<i4")))
    put(group, "lists of words", objects(objects("a", "bc"), objects("é")), h5py.vlen_dtype(TEXT))
    group.create_dataset("grid", data=np.array([["a", "b", "c"], ["d", "", "f"]], object), dtype=TEXT)


def fill_records(group: h5py.Group, target: h5py.Dataset) -> None:
    """Compounds: packed, padded, nested, with array types; and those with strings, sequences and references in them."""
    padded = np.dtype({"names": ["a", "b"], "formats": ["<i2", ">f8"], "offsets": [2, 8], "itemsize": 24})
    nested = np.dtype([("p", padded), ("m", "<i2", (2, 3)), ("z", "<c8"), ("s", "S3")])
    rows = np.zeros(1, nested)  # with nothing but zeros between fields
    rows["p"]["a"], rows["p"]["b"], rows["m"], rows["z"], rows["s"] = 1, 2.5, np.arange(6).reshape(2, 3), 1j, b"ab"
    put(group, "nested", rows, nested)
    group.create_dataset("vectors", shape=(2,), dtype=np.dtype(("<i4", (3,))))[...] = np.arange(6).reshape(2, 3)
    table = np.dtype([("id", "<i4"), ("name", TEXT), ("xs", h5py.vlen_dtype("<f8")), ("to/at", h5py.ref_dtype, (2,))])
    rows = np.empty(2, table)
    for number, name in enumerate(("é", "")):
        rows[number] = (number, name, np.arange(number + 1.0), [target.ref, h5py.Reference()])
    put(group, "table", rows, table)


def fill_references(group: h5py.Group, target: h5py.Dataset) -> None:
    """Of both kinds; dimension scales."""
    put(group, "objects", np.array([target.ref, h5py.Reference(), group.ref], object), h5py.ref_dtype)
    group.create_dataset("regions", data=[target.regionref[:1]], dtype=h5py.regionref_dtype)
    for name in ("x", "other x"):
        group[name] = np.arange(3.0)
        group[name].make_scale(name)
    for name in ("scaled", "scaled twice"):
        group[name] = np.zeros((3, 2))
        group[name].dims[0].attach_scale(group["x"])
    group["scaled twice"].dims[0].attach_scale(group["other x"])


def fill_spaces(group: h5py.Group) -> None:
    """No elements, one, and many dimensions."""
    put(group, "null", h5py.Empty("<f4"), None)
    put(group, "one", 2.5, "<f8")
    put(group, "none", np.zeros((0, 3), "<i2"), "<i2")
    group["32 dimensions"] = np.arange(2.0).reshape((1,) * 31 + (2,))


def fill_layouts(group: h5py.Group) -> None:
    """Every layout, index and filter."""
    data = np.arange(42, dtype="<f4").reshape(6, 7)
    chunkings: dict[str, dict[str, Any]] = {
        "contiguous": {},
        "chunks": {"chunks": (4, 3)},
        "single chunk": {"chunks": (6, 7)},
        "fixed index": {"chunks": (4, 3), "maxshape": (9, 9)},
        "extensible index": {"chunks": (4, 3), "maxshape": (None, 9)},
        "tree": {"chunks": (4, 3), "maxshape": (None, None)},
        "gzip": {"chunks": (4, 3), "compression": "gzip", "shuffle": True, "fletcher32": True},
        "lzf": {"chunks": (4, 3), "compression": "lzf"},
        "szip": {"chunks": (4, 4), "compression": "szip"},
        "scaleoffset": {"chunks": (4, 3), "scaleoffset": 1},
    }
    for name, options in chunkings.items():
        group.create_dataset(name, data=data, **options)
    group.create_dataset("never written", shape=(2, 2), dtype="<i2", chunks=(2, 1), fillvalue=7)
    compact, nbit = h5p.create(h5p.DATASET_CREATE), h5p.create(h5p.DATASET_CREATE)
    compact.set_layout(h5d.COMPACT)
    nbit.set_chunk((3,))
    nbit.set_filter(h5py.h5z.FILTER_NBIT)
    for name, plist in (("compact", compact), ("nbit", nbit)):
        dataset = h5d.create(group.id, name.encode(), h5t.STD_I16LE, h5s.create_simple((5,)), dcpl=plist)
        dataset.write(h5s.ALL, h5s.ALL, np.arange(5, dtype="<i2"))
    unknown = h5p.create(h5p.DATASET_CREATE)
    unknown.set_chunk((2,))
    unknown.set_filter(399, h5py.h5z.FLAG_OPTIONAL, ())
    for name, mask in (("unknown filter", 0), ("without its filter", 1)):
        dataset = h5d.create(group.id, name.encode(), h5t.STD_I16LE, h5s.create_simple((2,)), dcpl=unknown)
        dataset.write_direct_chunk((0,), b"\1\0\2\0", mask)


def fill_outside(group: h5py.Group, folder: Path) -> None:
    """Data in other files."""
    (folder / "raw.bin").write_bytes(bytes(range(8)))
    with h5py.File(folder / "part.h5", "w", libver=("v108", "v108"), userblock_size=512) as part:
        part["x"] = np.arange(3, dtype="<i4")
    layout = h5py.VirtualLayout(shape=(2, 3), dtype="<i8")
    layout[0] = h5py.VirtualSource("part.h5", "x", shape=(3,))
    layout[1] = h5py.VirtualSource("lost.h5", "x", shape=(3,))
    group.create_virtual_dataset("virtual", layout, fillvalue=-1)
    group.create_dataset("raw", shape=(3,), dtype=">i2", external=[("raw.bin", 2, 6)])


def fill_links(group: h5py.Group, target: h5py.Dataset) -> None:
    """Every link, named datatypes."""
    group["data"] = np.arange(2, dtype="<i4")
    group["hard"] = group["data"]
    group["soft"] = h5py.SoftLink(target.name)
    group["lost"] = h5py.SoftLink("/nowhere")
    group["up"] = group.parent
    group["below"] = group.file["spaces"]
    group["out"] = h5py.ExternalLink("part.h5", "/x")
    group["type"] = h5py.enum_dtype({"NO": 0, "YES": 5}, basetype="<u2")
    hdf5_newer_files.add_user_defined_link(group, "own")


def make(path: Path) -> Skips:
    """Writes the file, and those that it needs beside it."""
    with h5py.File(path, "w", libver=("earliest", "v110")) as file:
        target = file.create_dataset("target", data=np.arange(4, dtype="<i4"))
        fill_numbers(file.create_group("numbers"))
        fill_texts(file.create_group("texts"))
        fill_records(file.create_group("records"), target)
        fill_references(file.create_group("references"), target)
        fill_spaces(file.create_group("spaces"))
        fill_layouts(file.create_group("layouts"))
        fill_outside(file.create_group("outside"), path.parent)
        fill_links(file.create_group("links"), target)
    with h5py.File(path.parent / "left_open.h5", "w", libver=("v110", "v110")) as file:
        file["x"] = np.arange(3)
        file.flush()
        left = (path.parent / "left_open.h5").read_bytes()
    (path.parent / "left_open.h5").write_bytes(left)
    return {
        "numbers/time": TIME,
        "layouts/unknown filter": "it needs filter 399",
        "outside/virtual": "LOSS: 'x' in file 'lost.h5'",
        "links/lost": LOST,
        "links/up": "it is the group '/' again, in which it lies",
        "links/out": "link to '/x' in file 'part.h5', which is not followed",
        "links/own": "it is a user-defined link",
    }


def text_of(shape: tuple[int, ...]) -> str:
    """A shape as kinds.tsv has it."""
    return ",".join(map(str, shape)) or "-"


def describe(project: Project, skips: Skips) -> list[str]:
    """The lines of kinds.tsv."""
    lines = []
    for path, node in project.nodes.items():
        if "dtype" in node:
            lines.append(
                f"array\t{path}\t{node['dtype']}\t{text_of(node['shape'])}\t{project.array(path).tobytes().hex()}"
            )
        else:
            lines.append(f"group\t{path}")
        for name, value in project.attributes(path).items():
            dtype = node["attributes"][name]["dtype"]
            lines.append(f"attr\t{path}@{name}\t{dtype}\t{text_of(value.shape)}\t{value.tobytes().hex()}")
    return lines + [f"skip\t{path}\t{words.removeprefix('LOSS: ')}" for path, words in skips.items()]


def main() -> None:
    """Writes all files of kinds/."""
    skips = make(FOLDER / "kinds.h5")
    with tempfile.TemporaryDirectory() as root:
        run(Path(root), "load", "--quiet", FOLDER / "kinds.h5", "kinds")
        lines = describe(Project(Path(root), "kinds"), skips)
        run(Path(root), "unlink", "kinds")
    (FOLDER / "kinds.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(lines)} lines\n")


if __name__ == "__main__":
    main()

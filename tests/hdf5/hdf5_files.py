# SPDX-License-Identifier: MIT
"""HDF5 files of every type, link and name that the loader must take, made by h5py."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
from h5py import h5t
from hdf5_makers import LOSS, Skips, maker, random_bytes, raw_attribute, raw_dataset


@maker
def numbers(path: Path) -> Skips:
    """Every number type of the format, in both byte orders, 0-d, empty and of many dimensions."""
    names = "b1 i1 u1 <i2 >i2 <u2 >u2 <i4 >i4 <u4 >u4 <i8 >i8 <u8 >u8 <f2 >f2 <f4 >f4 <f8 >f8 <c8 >c8 <c16 >c16"
    with h5py.File(path, "w") as file:
        for name in names.split():
            dtype = np.dtype(name)
            values = (random_bytes(24 * dtype.itemsize) if dtype.kind != "b" else random_bytes(24) % 2).view(dtype)
            group = file.create_group(name.replace("<", "little-").replace(">", "big-"))
            group["3d"] = values.reshape(2, 3, 4)
            group["0d"] = values[0]
            group["empty"] = values[:0].reshape(0, 5)
            group["3d"].attrs["one"] = values[1]
            group["3d"].attrs["some"] = values.reshape(4, 6)
            group["3d"].attrs["none"] = values[:0]
        file["special"] = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324, 1.7e308])
        file["32d"] = np.arange(2.0).reshape((1,) * 31 + (2,))
        file["dates"] = np.array(["2020-01-02", "NaT"], "M8[ns]").astype(h5py.opaque_dtype("M8[ns]"))
        file["spans"] = np.array([1, -2], "<m8[25s]").astype(h5py.opaque_dtype("<m8[25s]"))
        file["raw"] = np.frombuffer(random_bytes(15).tobytes(), "V5")
    return {}


@maker
def odd_numbers(path: Path) -> Skips:
    """Integers and floats that no machine has, bitfields and enums."""
    i31, i128 = h5t.STD_I32LE.copy(), h5t.STD_I32LE.copy()
    i31.set_precision(31)
    i128.set_size(16)
    i128.set_precision(128)
    bfloat = h5t.IEEE_F32LE.copy()
    bfloat.set_fields(15, 7, 8, 0, 7)
    bfloat.set_size(2)
    bfloat.set_ebias(127)
    with h5py.File(path, "w") as file:
        for size, order, tid in ((4, "le", i31), (2, "bf", bfloat), (1, "b", h5t.STD_B8LE), (4, "bbe", h5t.STD_B32BE)):
            raw_dataset(file, f"n{size}{order}", tid, (4,), random_bytes(4 * size) & 0x3F)
        raw_dataset(file, "n16", i128, (1,), random_bytes(16))
        raw_dataset(file, "long double", h5t.NATIVE_LDOUBLE, (1,), np.ones(1, np.longdouble))
        for name, base in (("bool32", h5t.STD_I32BE), ("bool8", h5t.STD_U8LE)):
            enum = h5t.enum_create(base)
            enum.enum_insert(b"FALSE", 0)
            enum.enum_insert(b"TRUE", 1)
            data = np.array([0, 1, 1], ">i4" if name == "bool32" else "u1")
            raw_dataset(file, name, enum, (3,), data)
        for name, base in (("colour", h5t.STD_I16BE), ("three", h5t.STD_I8LE), ("odd", i31)):
            enum = h5t.enum_create(base)
            for value, word in enumerate((b"FALSE", b"TRUE", b"UNKNOWN")):
                enum.enum_insert(word, value)
            raw_dataset(
                file, name, enum, (3,), np.arange(3, dtype={"colour": ">i2", "three": "i1", "odd": "<i4"}[name])
            )
        raw_dataset(file, "time", h5t.UNIX_D32LE, (1,), np.ones(1, "<i4"))
    return {
        "n16": "integers of 16 bytes have no dtype",
        "time": "HDF5's time type has no dtype",
    }


@maker
def strings(path: Path) -> Skips:
    """Strings of fixed and variable length, in datasets and attributes."""
    with h5py.File(path, "w") as file:
        file["fixed"] = np.array([b"", b"a", b"abc\0d", b"\xff\xfe"], "S6")
        for padding, name in (
            (h5t.STR_NULLTERM, "terminated"),
            (h5t.STR_NULLPAD, "nulls"),
            (h5t.STR_SPACEPAD, "spaces"),
        ):
            tid = h5t.C_S1.copy()
            tid.set_size(6)
            tid.set_strpad(padding)
            raw_dataset(file, name, tid, (2,), np.array([b"ab", b"abcdef"], "S6"))
        file["utf-8"] = np.array(["é€😀".encode()], h5py.string_dtype("utf-8", 9))
        file["title"] = "neutron é€😀"
        file["nothing"] = ""
        file.create_dataset("ascii", data=b"plain", dtype=h5py.string_dtype("ascii"))
        file.create_dataset("latin", data=b"caf\xe9", dtype=h5py.string_dtype("ascii"))
        file.create_dataset("unwritten", shape=(), dtype=h5py.string_dtype())
        file.create_dataset("words", data=["a", "bc"], dtype=h5py.string_dtype())
        file["void"] = h5py.Empty("S10")
        attributes = file.create_group("attributes").attrs
        attributes["text"] = "é€😀"
        attributes["empty"] = ""
        attributes["latin"] = np.bytes_(b"caf\xe9")
        attributes.create("variable latin", b"caf\xe9", dtype=h5py.string_dtype("ascii"))
        attributes["fixed"] = np.bytes_(b"ab")
        attributes.create("words", ["", "a", "é€"], dtype=h5py.string_dtype())
        attributes.create("grid", [["a", "bc"], ["d", ""]], dtype=h5py.string_dtype())
        attributes.create("no words", [], shape=(0,), dtype=h5py.string_dtype())
        attributes.create("mixed", [b"ok", b"\xff"], dtype=h5py.string_dtype("ascii"))
        attributes["void"] = h5py.Empty("f4")
        attributes["void text"] = h5py.Empty(h5py.string_dtype())
        file.create_dataset("void text", data=h5py.Empty(h5py.string_dtype()))
    return {}


@maker
def compounds(path: Path) -> Skips:
    """Structured types: nested, padded, with arrays, out of order, and such as hold what cannot be shared."""
    padded = np.dtype({"names": ["a", "b"], "formats": ["<i2", ">f8"], "offsets": [2, 8], "itemsize": 24})
    inner = np.dtype([("x", "<f4", (2, 3)), ("s", "S5"), ("ok", "?")])
    nested = np.dtype([('é "q"', inner), ("many", inner, (2,)), ("z", "<c16"), ("t", padded)])
    dtypes = {"padded": padded, "nested": nested, "packed": np.dtype([("a", "i1"), ("b", "<i8")])}
    with h5py.File(path, "w") as file:
        for name, dtype in dtypes.items():
            data = np.zeros(3, dtype)
            for field in dtype.names or ():
                if dtype[field].names is None and dtype[field].subdtype is None:
                    data[field] = np.arange(3)
            if name == "nested":
                data["many"]["x"] = np.arange(36).reshape(3, 2, 2, 3)
                data['é "q"']["s"] = b"hello"
                data["t"]["b"] = [1, -2, 3]
            file.create_dataset(name, data=data, dtype=dtype)
            file.attrs[name] = data[:2]
        order = h5t.create(h5t.COMPOUND, 24)
        order.insert(b"x", 16, h5t.IEEE_F64LE)
        order.insert(b"y", 2, h5t.STD_I16LE)
        raw_dataset(file, "backwards", order, (2,), np.arange(48, dtype=np.uint8))
        twice = h5t.create(h5t.COMPOUND, 40)
        twice.insert(b"x", 4, h5t.array_create(h5t.array_create(h5t.STD_I32LE, (2,)), (3,)))
        raw_dataset(file, "array of arrays", twice, (2,), np.arange(80, dtype=np.uint8))
        for name, first, second in (
            ("half", h5t.IEEE_F16LE, h5t.IEEE_F16LE),
            ("mixed", h5t.IEEE_F32LE, h5t.IEEE_F64LE),
        ):
            pair = h5t.create(h5t.COMPOUND, first.get_size() + second.get_size())
            pair.insert(b"r", 0, first)
            pair.insert(b"i", first.get_size(), second)
            raw_dataset(file, name, pair, (2,), np.arange(2 * pair.get_size(), dtype=np.uint8))
        spread = h5t.create(h5t.COMPOUND, 24)
        spread.insert(b"r", 0, h5t.IEEE_F64LE)
        spread.insert(b"i", 12, h5t.IEEE_F64LE)
        raw_dataset(file, "spread complex", spread, (2,), np.arange(48, dtype=np.uint8))
    return {}


@maker
def arrays(path: Path) -> Skips:
    """Array types at the top: their dimensions follow those of the dataset."""
    with h5py.File(path, "w") as file:
        vectors = file.create_dataset("vectors", shape=(4,), dtype=np.dtype((">i4", (2, 3))))
        vectors[...] = np.arange(24).reshape(4, 2, 3)
        double = h5t.array_create(h5t.array_create(h5t.STD_I16LE, (3,)), (2,))
        raw_dataset(file, "double", double, (5,), np.arange(30, dtype="<i2"))
        raw_attribute(file, "vector", h5t.array_create(h5t.IEEE_F32LE, (3,)), np.arange(3, dtype="<f4"))
        chunked = file.create_dataset("chunked", shape=(1000,), chunks=(7,), dtype=np.dtype(("<i8", (2, 3))))
        chunked[...] = np.arange(6000).reshape(1000, 2, 3)
    return {}


@maker
def outside(path: Path) -> Skips:
    """What lies in other files: data is taken from the folder of the file, links are not followed."""
    folder = path.parent / "below"
    folder.mkdir(exist_ok=True)
    (folder / "raw.bin").write_bytes(random_bytes(40).tobytes())
    for number in range(3):
        with h5py.File(folder / f"part {number}.h5", "w") as part:
            part["x"] = np.arange(4) + 10 * number
    with h5py.File(path.parent.parent / "above.h5", "w") as above:
        above["x"] = np.arange(4)
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        file["good"] = np.arange(3)
        layout = h5py.VirtualLayout(shape=(4,), dtype="i8")
        layout[:3] = h5py.VirtualSource(file["good"])
        file.create_virtual_dataset("of its own", layout, fillvalue=-1)
        layout = h5py.VirtualLayout(shape=(3, 4), dtype="i8")
        for number in range(3):
            layout[number] = h5py.VirtualSource(f"below/part {number}.h5", "x", shape=(4,))
        file.create_virtual_dataset("of others", layout)
        layout = h5py.VirtualLayout(shape=(3, 4), dtype="i8")
        layout[0] = h5py.VirtualSource(file["of its own"])
        file.create_virtual_dataset("of virtual", layout)
        absolute = str(path.parent.parent / "above.h5")
        for name, source in (("above", "../above.h5"), ("absolute", absolute), ("lost", "no.h5")):
            layout = h5py.VirtualLayout(shape=(4,), dtype="i8")
            layout[:] = h5py.VirtualSource(source, "x", shape=(4,))
            file.create_virtual_dataset(f"virtual {name}", layout)
        file.create_dataset("raw", shape=(10,), dtype=">i2", external=[("below/raw.bin", 4, 20)])
        parts = [("below/raw.bin", 0, 2), ("below/raw.bin", 9, 2)]
        file.create_dataset("raw twice", shape=(4,), dtype="u1", external=parts)
        file.create_dataset("raw lost", shape=(4,), dtype="u1", external=[("other.bin", 0, 4)])
        file.create_dataset("raw above", shape=(4,), dtype="u1", external=[("../above.h5", 0, 4)])
        file["file link"] = h5py.ExternalLink("below/part 0.h5", "/x")
        file["behind it"] = h5py.SoftLink("/file link/y")
    above = "which is not below the folder of the file that is loaded"
    return {
        "virtual above": above,
        "virtual absolute": above,
        "virtual lost": LOSS + "1 of its sources is not there, and its fill value is in its place: 'x' in file 'no.h5'",
        "raw lost": "file 'other.bin', which it leads to, cannot be found",
        "raw above": above,
        "file link": "it is a link to '/x' in file 'below/part 0.h5', which is not followed",
        "behind it": "it is a soft link to '/file link/y': nothing is there that can be opened",
    }


@maker
def datatypes(path: Path) -> Skips:
    """Named datatypes, which stand in the tree as empty groups, and what is of them."""
    with h5py.File(path, "w") as file:
        file["numbers/real"] = np.dtype(">f8")
        file["numbers/real"].attrs["unit"] = "m"
        file["text"] = h5py.string_dtype()
        file["pair"] = np.dtype([("a", "i2"), ("b", h5py.string_dtype())])
        file["colour"] = h5py.enum_dtype({"RED": -1, "GREEN": 70000})
        file.create_dataset("data", data=[1.5], dtype=file["numbers/real"])
        file["again"] = file["numbers/real"]
    return {}


@maker
def links(path: Path) -> Skips:
    """Second paths, soft links, cycles."""
    with h5py.File(path, "w") as file:
        file["a/b/data"] = np.arange(5)
        file["a/b/data"].attrs["units"] = "m"
        file["again"] = file["a/b/data"]
        file["a/b/again"] = file["a/b/data"]
        file["a/soft"] = h5py.SoftLink("b/data")
        file["aa soft first"] = h5py.SoftLink("/zz/last")
        file["zz/last"] = np.arange(3.0)
        file["soft to soft"] = h5py.SoftLink("/a/soft")
        file["a/b/up"] = file["a"]
        file["root"] = file["/"]
        file["soft root"] = h5py.SoftLink("/")
        file["soft group"] = h5py.SoftLink("/a/b")
        file["dangling"] = h5py.SoftLink("/nowhere/at all")
        file["itself"] = h5py.SoftLink("/itself")
        file["words"] = np.array([b"a"], dtype=h5py.string_dtype())
        file["words again"] = file["words"]
        file["words softly"] = h5py.SoftLink("/words")
        raw_dataset(file, "bad", h5t.UNIX_D32LE, (1,), np.ones(1, "<i4"))
        file["bad again"] = file["bad"]
        file["bad softly"] = h5py.SoftLink("/bad")
        file["zz/group again"] = file["a/b"]
        file["zz/group again"].attrs["text"] = "of the group"
    cycle = "it is the group '{}' again, in which it lies"
    return {
        "a/b/up": cycle.format("a"),
        "soft group/up/b": cycle.format("a/b"),
        "zz/group again/up/b": cycle.format("a/b"),
        "root": cycle.format("/"),
        "soft root": cycle.format("/"),
        "dangling": "it is a soft link to '/nowhere/at all': nothing is there that can be opened",
        "itself": "it is a soft link to '/itself': nothing is there that can be opened",
        "bad": "HDF5's time type has no dtype",
        "bad again": "it is 'bad' again, which was skipped",
        "bad softly": "it is 'bad' again, which was skipped",
    }


@maker
def names(path: Path) -> Skips:
    """Names that are unusual, or too much."""
    skips = {}
    with h5py.File(path, "w") as file:
        for name in ("with space", "dots.and#hash", "é€😀", "tab\tnew\nline", "...", 'quote"\\', "%41", "n" * 1024):
            file[name] = np.arange(2)
            file[name].attrs[name] = name
        file[b"latin \xe9"] = np.arange(2)
        skips["latin \\xe9"] = "its name is not UTF-8"
        file["m" * 1025] = np.arange(2)
        skips["m" * 1025] = "its name has 1025 bytes; at most 1024 are allowed"
        group = file.create_group("by creation", track_order=True)
        for name in "zax":
            group[name] = 1
            group.attrs[name] = 1
    return skips

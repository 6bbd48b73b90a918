#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the files that tests of the program need (``cli_files.py KIND FILE``, see MAKERS), and damages projects
(``cli_files.py break HOW PROJECT``, which prints the segment's path).
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np


def small(path: Path) -> None:
    """Two groups, three arrays, attributes of several kinds."""
    with h5py.File(path, "w") as file:
        file.attrs["title"] = "a small file"
        file["counts"] = np.arange(12, dtype="<i4").reshape(3, 4)
        file["counts"].attrs["units"] = "counts"
        file["counts"].attrs["range"] = [0.0, 11.5]
        file["group/energy"] = np.linspace(0, 1, 1000)
        file["group/inner/name"] = "sample 7"
        file["group/inner"].attrs["good"] = np.bool_(True)
        file["group/again"] = file["counts"]


def add_time(file: h5py.File, name: str) -> None:
    """A dataset of HDF5's time type, which has no dtype."""
    h5py.h5d.create(file.id, name.encode(), h5py.h5t.UNIX_D32LE, h5py.h5s.create_simple((2,)))


def skipping(path: Path) -> None:
    """Some of it cannot be loaded."""
    small(path)
    with h5py.File(path, "a") as file:
        add_time(file, "words")
        file["link"] = h5py.ExternalLink("other.h5", "/x")
        h5py.h5a.create(file["counts"].id, b"rows", h5py.h5t.UNIX_D32LE, h5py.h5s.create(h5py.h5s.SCALAR))


def skipping_much(path: Path) -> None:
    """More of it than is listed after a load."""
    with h5py.File(path, "w") as file:
        for i in range(30):
            add_time(file, f"words {i:02}")


def filtered(path: Path) -> None:
    """Compressed with a filter that HDF5 does not have."""
    with h5py.File(path, "w") as file:
        file["good"] = np.arange(3)
        properties = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        properties.set_chunk((4,))
        properties.set_filter(32015, h5py.h5z.FLAG_OPTIONAL)
        space = h5py.h5s.create_simple((4,))
        dataset = h5py.h5d.create(file.id, b"zstd", h5py.h5t.STD_I32LE, space, dcpl=properties)
        dataset.write_direct_chunk((0,), b"what zstd would make of it")


def damaged_data(path: Path) -> None:
    """One chunk does not match its checksum, which shows only when it is read."""
    with h5py.File(path, "w") as file:
        file["good"] = np.arange(3)
        data = file.create_dataset("bad", data=np.full(100, 0x5A5A5A5A, "<u4"), chunks=(50,), fletcher32=True)
        data.attrs["units"] = "m"
        file["bad again"] = data
        offset = data.id.get_chunk_info(1).byte_offset
    with path.open("r+b") as raw:
        raw.seek(offset)
        raw.write(b"\0")


def newer(path: Path) -> None:
    """In a format that HDF5 1.10 does not know."""
    with h5py.File(path, "w", libver=("v112", "v112")) as file:
        file["pairs"] = np.zeros(3, [("a", "<i4"), ("b", "<f8")])


def newer_superblock(path: Path) -> None:
    """A superblock of a version that does not exist yet."""
    small(path)
    with path.open("r+b") as raw:
        raw.seek(8)
        raw.write(b"\x09")


def truncated(path: Path) -> None:
    """Half a file."""
    small(path)
    with path.open("r+b") as raw:
        raw.truncate(path.stat().st_size // 2)


def hostile_names(path: Path) -> None:
    """Names and values that would steer a terminal."""
    with h5py.File(path, "w") as file:
        file["red \x1b[31m alert"] = np.arange(2)
        file["bell\a/turned \u202e round"] = 'line\nbreak \x9b quote " back\\slash'
        file["bell\a"].attrs["tab\t"] = "é€😀"


def values(path: Path) -> None:
    """Attributes of every kind."""
    with h5py.File(path, "w") as file:
        attributes = file.attrs
        attributes["floats"] = np.array([0.1, 1, -0.0, 1e20, 1e-7, 125, np.nan, np.inf, -np.inf])
        attributes["singles"] = np.array([0.1, 16777216, 3.4e38], "f4")
        attributes["halves"] = np.array([0.1, 65504, 6e-8], "f2")
        attributes["integers"] = np.array([2**63 - 1, -(2**63)])
        attributes["unsigned"] = np.uint64(2**64 - 1)
        attributes["big-endian"] = np.array([1, -2], ">i2")
        attributes["complex"] = np.array([1 + 2j, complex(np.nan, -0.5)])
        attributes["bytes"] = np.array([b"ab", b"\xff\xfe"])
        attributes["grid"] = np.arange(6).reshape(2, 3)
        attributes["none"] = np.zeros((0, 3))
        attributes["date"] = np.array(["2020-01-01", "NaT"], "M8[s]").astype(h5py.opaque_dtype("M8[s]"))
        attributes["raw"] = np.void(b"\x01\x02\x03")
        attributes["pair"] = np.array((1, [0.5, 0.25]), [("n", "<i4"), ("v", "<f4", (2,))])
        attributes["long"] = "word " * 40


def kinds(path: Path) -> None:
    """Datasets of every kind of dtype, and names that cute-shm-list joins."""
    inner = [("x", "<f8"), ("pair", ">i4", (2,)), ("grid", "|u1", (2, 3))]
    with h5py.File(path, "w") as file:
        for dtype in ("|i1", "<u8", "<f4", "<c16", ">i2", "|S5"):
            file[f"plain/{dtype}"] = np.zeros((2, 3), dtype)
        file["plain/bool"] = np.bool_(True)
        file["plain/date"] = np.zeros(2, "M8[25s]").astype(h5py.opaque_dtype("M8[25s]"))
        file["plain/raw"] = np.zeros(2, "V4")
        file["table"] = np.zeros((5,), [("id", "<i4"), ("at", "<f4", (3,)), ("inner", inner)])
        file["table"].attrs["unit"] = "m"
        file["empty"] = np.zeros((0, 3))
        file['dots.in a.name/and "quotes"'] = np.arange(2)


def ragged(path: Path) -> None:
    """Elements of any length, and references."""
    with h5py.File(path, "w") as file:
        names = file.create_dataset("names", data=["Ann", "", "é€😀"], dtype=h5py.string_dtype())
        names.attrs["language"] = "none"
        file["group/same names"] = names
        file.create_dataset("raw", data=[[b"\xff", b"ab"]], dtype=h5py.string_dtype("ascii"))
        events = file.create_dataset("events", (2, 2), h5py.vlen_dtype("<f4"))
        events[1, 0] = np.arange(300, dtype="f4")
        file.create_dataset("links", data=[names.ref, file["group"].ref], dtype=h5py.ref_dtype)
        names.attrs["link"] = file["group"].ref


def large(path: Path) -> None:
    """32 MiB."""
    with h5py.File(path, "w") as file:
        file["large"] = np.zeros(4 << 20)


MAKERS: dict[str, Callable[[Path], None]] = {
    function.__name__: function
    for function in (
        *(small, skipping, skipping_much, filtered, damaged_data, ragged, newer, newer_superblock, truncated),
        *(hostile_names, values, kinds, large),
    )
}


def segment_and_manifest(project: str) -> tuple[Path, Path]:
    """Where a project is."""
    listing = subprocess.run(["cute-shm", "list", "--json"], check=True, capture_output=True)
    found = next(entry for entry in json.loads(listing.stdout)["projects"] if entry["project"] == project)
    return Path("/dev/shm", found["segment"]), Path(found["manifest"])


def overwrite(path: Path, offset: int, data: bytes) -> None:
    """Writes bytes into a file."""
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def damage(how: str, project: str) -> None:
    """Damages a project; docs/format.md tells the offsets."""
    segment, manifest = segment_and_manifest(project)
    if how == "truncated":
        with segment.open("r+b") as file:
            file.truncate(segment.stat().st_size - 4096)
    elif how == "magic":
        overwrite(segment, 0, b"NOTSHM")
    elif how == "version":
        overwrite(segment, 8, b"\x02\x00")
    elif how == "index":
        overwrite(segment, 4096 + 200, b"\xff\xff\xff")
    elif how == "gone":
        segment.unlink()
    elif how == "filled":  # and no manifest: its builder died while it was published
        overwrite(segment, 4032, b"\x01")
        manifest.unlink()
    elif how == "generation":
        lines = manifest.read_text().splitlines(keepends=True)
        changed = [re.sub(r'^(generation ?[:=] )"\w+"', r'\1"0123456789abcdef"', line) for line in lines]
        assert changed != lines
        manifest.write_text("".join(changed))
    elif how == "manifest":
        manifest.write_text("cute-shm: [1\n" if manifest.suffix == ".yaml" else "[[cute-shm]]\n")
    else:
        sys.exit(f"no such damage: {how}")
    print(segment)


if __name__ == "__main__":
    if sys.argv[1] == "break":
        damage(sys.argv[2], sys.argv[3])
    else:
        MAKERS[sys.argv[1]](Path(sys.argv[2]))

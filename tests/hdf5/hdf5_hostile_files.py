# SPDX-License-Identifier: MIT
"""Files that are made to do harm: what HDF5 follows leads nowhere, or back, or there is far too much of it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5d, h5s, h5t

Hostile = Callable[[Path], None]
HOSTILE: dict[str, Hostile] = {}


def hostile(function: Hostile) -> Hostile:
    """Registers a maker under its own name."""
    HOSTILE[function.__name__] = function
    return function


def write_good(path: Path, **more: Any) -> None:
    """What is to be loaded wherever that is possible."""
    with h5py.File(path, "w", libver="earliest", **more) as file:
        file["good"] = np.arange(4, dtype="i4")


def change(path: Path, place: int, value: int, size: int = 8) -> None:
    """Puts a number into a file."""
    data = bytearray(path.read_bytes())
    data[place : place + size] = value.to_bytes(size, "little")
    path.write_bytes(data)


def last(path: Path, signature: bytes) -> int:
    """Where the last structure of a kind begins."""
    return path.read_bytes().rindex(signature)


# ---- in a circle ---------------------------------------------------------------------------------------


@hostile
def tree_of_a_group(path: Path) -> None:
    """Its node is its own child."""
    write_good(path)
    with h5py.File(path, "a") as file:
        file["group/x"] = 1
    at = last(path, b"TREE")
    change(path, at + 5, 1, 1)  # no leaf
    change(path, at + 32, at)


@hostile
def siblings_of_a_tree(path: Path) -> None:
    """Its node is its own neighbour."""
    write_good(path)
    with h5py.File(path, "a") as file:
        file["group/x"] = 1
    at = last(path, b"TREE")
    change(path, at + 8, at)
    change(path, at + 16, at)


@hostile
def tree_of_chunks(path: Path) -> None:
    """Its node is its own child."""
    write_good(path)
    with h5py.File(path, "a") as file:
        file.create_dataset("chunks", data=np.arange(100), chunks=(10,))
    at = last(path, b"TREE")
    change(path, at + 5, 1, 1)
    change(path, at + 24 + 8 + 2 * 8, at)  # behind the first key


@hostile
def free_places_of_a_heap(path: Path) -> None:
    """Behind the first free place comes the first free place."""
    write_good(path)
    at = last(path, b"HEAP")
    data = path.read_bytes()
    free, begin = (int.from_bytes(data[at + i : at + i + 8], "little") for i in (16, 24))
    change(path, begin + free, free)


@hostile
def global_heap(path: Path) -> None:
    """HDF5 steps through it by the sizes in it; with -16 it makes no step, for ever."""
    write_good(path)
    with h5py.File(path, "a") as file:
        layout = h5py.VirtualLayout((4,), "i4")
        layout[:] = h5py.VirtualSource(".", "good", (4,))
        file.create_virtual_dataset("of its own", layout)
    change(path, last(path, b"GCOL") + 16 + 8, 2**64 - 16)


@hostile
def header_of_an_object(path: Path) -> None:
    """It goes on where it goes on."""
    write_good(path)
    with h5py.File(path, "a") as file:
        for i in range(20):
            file["good"].attrs[f"attribute {i}"] = np.arange(i)
    data = path.read_bytes()
    message = b"\x10\x00\x10\x00"  # a continuation, of 16 bytes
    at = data.index(message)
    place = int.from_bytes(data[at + 8 : at + 16], "little")
    assert 0 < place < len(data)
    changed = bytearray(data)
    changed[place : place + 24] = data[at : at + 24]
    path.write_bytes(changed)


@hostile
def type_of_a_dataset(path: Path) -> None:
    """It is said to be that of the dataset itself."""
    write_good(path)
    with h5py.File(path, "a") as file:
        file["type"] = np.dtype("<f8")
        file.create_dataset("x", data=[1.0], dtype=file["type"])
        named, own = (h5py.h5o.get_info(file[name].id).addr for name in ("type", "x"))
    data = path.read_bytes()
    place = data.index(named.to_bytes(8, "little"), own)
    change(path, place, own)


@hostile
def virtual_dataset(path: Path) -> None:
    """Its data is its data."""
    write_good(path)
    with h5py.File(path, "a") as file:
        layout = h5py.VirtualLayout((4,), "i4")
        layout[:] = h5py.VirtualSource(".", "itself", (4,))
        file.create_virtual_dataset("itself", layout)


@hostile
def links_to_the_file_itself(path: Path) -> None:
    """Followed only where that is asked for."""
    write_good(path)
    with h5py.File(path, "a") as file:
        file["group/file"] = h5py.ExternalLink(path.name, "/")
        file["group/link"] = h5py.ExternalLink(path.name, "/group/link")


# ---- too much ------------------------------------------------------------------------------------------


@hostile
def paths_that_double(path: Path) -> None:
    """Forty groups, each with two links to the next: a million million paths."""
    write_good(path)
    with h5py.File(path, "a") as file:
        groups = [file.create_group(f"group {i}") for i in range(40)]
        for one, other in pairwise(groups):
            one["a"] = other
            one["b"] = other


@hostile
def groups_in_groups(path: Path) -> None:
    """A hundred thousand levels: nearly all of the file is headers of groups, each with a link to the next one."""
    count, begin = 100_000, 96
    undefined = b"\xff" * 8
    info = (2).to_bytes(2, "little") + (24).to_bytes(2, "little") + bytes(4) + bytes(2) + 2 * undefined + bytes(6)
    link = (6).to_bytes(2, "little") + (16).to_bytes(2, "little") + bytes(4) + b"\1\0\1g" + bytes(12)
    header = b"\1\0\2\0" + (1).to_bytes(4, "little") + (len(info) + len(link)).to_bytes(4, "little") + bytes(4)
    groups = np.tile(np.frombuffer(header + info + link, "u1"), (count, 1))
    place, size = len(header) + len(info) + 12, groups.shape[1]
    groups[:, place : place + 8] = (begin + size * np.arange(1, count + 1, dtype="<u8"))[:, None].view("u1")
    groups[-1, len(header) + len(info)] = 0  # no link: an empty message
    end = (begin + groups.size).to_bytes(8, "little")
    superblock = b"\x89HDF\r\n\x1a\n" + b"\0\0\0\0\0\x08\x08\0" + b"\4\0\x10\0" + bytes(4)
    root = bytes(8) + begin.to_bytes(8, "little") + bytes(24)
    path.write_bytes(superblock + bytes(8) + undefined + end + undefined + root + groups.tobytes())


@hostile
def fields(path: Path) -> None:
    """A compound that is said to have 60,000 of them."""
    write_good(path)
    with h5py.File(path, "a") as file:
        file["rows"] = np.zeros(2, [("one", "<i2"), ("two", "<f8")])
    data = path.read_bytes()
    at = data.rindex(b"one\0") - 8
    assert data[at] & 0x0F == 6, "a compound's type"
    change(path, at + 1, 60000, 2)


@hostile
def most_fields(path: Path) -> None:
    """As many as a header can hold."""
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        file["good"] = np.arange(4, dtype="i4")
        kind = np.dtype([(f"{i:x}", "i1") for i in range(3200)])
        h5d.create(file.id, b"rows", h5t.py_create(kind), h5s.create_simple((2,)))


@hostile
def attribute(path: Path) -> None:
    """It is said to have a thousand million elements."""
    write_good(path)
    with h5py.File(path, "a") as file:
        file["good"].attrs.create("many", np.zeros(7, "<i4"))
    data = path.read_bytes()
    at = data.index(b"many\0")
    change(path, data.index((7).to_bytes(8, "little"), at), 10**9)


@hostile
def dataset(path: Path) -> None:
    """A few hundred bytes that say that there are terabytes, none of which was ever written."""
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        h5d.create(file.id, b"huge", h5t.IEEE_F64LE, h5s.create_simple((1 << 41,)))
    assert path.stat().st_size < 1000

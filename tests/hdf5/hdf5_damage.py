# SPDX-License-Identifier: MIT
"""Damages files, the same way every time: bits that flip, ends that are cut off, headers that lie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import hdf5_files  # noqa: F401 - fills MAKERS
import hdf5_layout_files  # noqa: F401
import hdf5_ragged_files  # noqa: F401
import numpy as np
from hdf5_makers import MAKERS

# What begins a structure of HDF5's own; what follows each are its lengths, kinds and addresses.
SIGNATURES = (
    b"\x89HDF",
    b"OHDR",
    b"OCHK",
    b"TREE",
    b"SNOD",
    b"HEAP",
    b"GCOL",
    b"FRHP",
    b"FHDB",
    b"BTHD",
    b"BTLF",
    b"FADB",
)
EXTREMES = (0, 1, 7, 0x7F, 0x80, 0xFE, 0xFF)


def structures(data: bytearray) -> list[int]:
    """Where structures begin. Headers of objects in old files have no signature: those lie where the root's does."""
    found = []
    for signature in SIGNATURES:
        at = data.find(signature)
        while at >= 0:
            found.append(at)
            at = data.find(signature, at + 1)
    return found or [0]


def flip(data: bytearray, random: np.random.Generator) -> None:
    """A few bits anywhere."""
    for _ in range(random.integers(1, 9)):
        data[random.integers(len(data))] ^= 1 << random.integers(8)


def cut(data: bytearray, random: np.random.Generator) -> None:
    """The end is gone, or is zeros."""
    end = int(random.integers(len(data)))
    zeros = bytes(len(data) - end) if random.integers(2) else b""
    data[end:] = zeros


def lie(data: bytearray, random: np.random.Generator) -> None:
    """Bytes of headers are what no writer puts there."""
    starts = structures(data)
    for _ in range(random.integers(1, 5)):
        at = int(random.choice(starts)) + int(random.integers(0, 96))
        data[at % len(data)] = int(random.choice(EXTREMES))


def swap(data: bytearray, random: np.random.Generator) -> None:
    """An address, or what looks like one, is another: trees that loop come of that."""
    words = np.frombuffer(data[: len(data) // 8 * 8], "<u8")
    places = np.flatnonzero((words >= 48) & (words < len(data)))
    if len(places) < 2:
        return
    one, other = random.choice(places, 2, replace=False)
    data[one * 8 : one * 8 + 8] = data[other * 8 : other * 8 + 8]


WAYS = (flip, cut, lie, swap)


def damaged(folder: Path, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`count` files made of our own, with a name to find each again by."""
    random = np.random.default_rng(seed)
    good = {}
    for name, make in MAKERS.items():
        path = folder / f"{name}.h5"
        make(path)
        if path.stat().st_size < 1 << 20:
            good[name] = path.read_bytes()
        path.unlink()
    names = sorted(good)
    for number in range(count):
        name, way = names[number % len(names)], WAYS[number // len(names) % len(WAYS)]
        data = bytearray(good[name])
        way(data, random)
        yield f"seed {seed}, {number}: {way.__name__} {name}", bytes(data)

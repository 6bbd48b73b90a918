#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads the arrays of a project by its manifest, with nothing but docs/format.md: no cute-shm, no numpy.

usage: read_segment.py MANIFEST PATH
"""

import json
import mmap
import struct
import sys
from collections.abc import Callable, Sequence
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import tomllib
import yaml

CODES = {"b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q",
         "f2": "e", "f4": "f", "f8": "d", "c8": "2f", "c16": "2d", "M8": "q", "m8": "q"}  # fmt: skip


class Array(NamedTuple):
    dtype: str
    shape: list[int]
    order: str
    offset: int


Memory = mmap.mmap | bytes
Take = Callable[[Memory, int], Any]  # the element at an offset


def element(dtype: str | list[Any]) -> tuple[int, Take]:
    """The bytes of one element, and how to take it."""
    if isinstance(dtype, list) or dtype.startswith("["):
        return structured(json.loads(dtype) if isinstance(dtype, str) else dtype)
    order, kind = dtype[0].replace("|", "<"), dtype[1:].split("[")[0]
    if kind[0] == "U":
        size, encoding = 4 * int(kind[1:]), "utf-32-le" if order == "<" else "utf-32-be"
        return size, lambda data, at: data[at : at + size].decode(encoding).rstrip("\0")
    if kind[0] in "SV":
        size = int(kind[1:])
        return size, lambda data, at: data[at : at + size].rstrip(b"\0" if kind[0] == "S" else b"")
    code = struct.Struct(order + CODES[kind])
    if kind[0] == "c":
        return code.size, lambda data, at: complex(*code.unpack_from(data, at))
    return code.size, lambda data, at: code.unpack_from(data, at)[0]


def structured(fields: list[list[Any]]) -> tuple[int, Take]:
    """As above; an element is a tuple of its fields, padding left out."""
    at, takes = 0, []
    for name, dtype, *shape in fields:
        size, take = nested(dtype, shape[0] if shape else [], "C")
        takes += [(at, take)] if name else []
        at += size
    return at, lambda data, start: tuple(take(data, start + field) for field, take in takes)


def nested(dtype: str | list[Any], shape: Sequence[int], order: str) -> tuple[int, Take]:
    """The bytes of elements of a shape, and how to take them as lists in lists."""
    itemsize, take = element(dtype)
    for axis in reversed(range(len(shape))):  # the innermost list is the last dimension
        step = itemsize * prod(shape[axis + 1 :] if order == "C" else shape[:axis])
        take = along(take, shape[axis], step)
    return itemsize * prod(shape), take


def along(take: Take, length: int, step: int) -> Take:
    return lambda data, at: [take(data, at + i * step) for i in range(length)]


def values(segment: Memory, array: Array) -> Any:
    return nested(array.dtype, array.shape, array.order)[1](segment, array.offset)


def load(manifest: Path) -> dict[str, Any]:
    text = manifest.read_text(encoding="utf-8")
    described: dict[str, Any] = tomllib.loads(text) if manifest.suffix == ".toml" else yaml.safe_load(text)
    return described


def arrays_of_manifest(manifest: dict[str, Any]) -> dict[str, Array]:
    entries = {entry["path"]: entry for entry in manifest["arrays"]}
    own = {path: entries[entry.get("alias", path)] for path, entry in entries.items()}
    return {path: Array(*(entry[key] for key in Array._fields)) for path, entry in own.items()}


def map_segment(name: str) -> mmap.mmap:
    with Path("/dev/shm", name).open("rb") as file:
        return mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)


if __name__ == "__main__":
    described = load(Path(sys.argv[1]))
    print(values(map_segment(described["segment"]), arrays_of_manifest(described)[sys.argv[2]]))

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Reads an array of a project by its manifest, with nothing but docs/format.md: no cute-shm, no numpy.

usage: read_segment.py MANIFEST PATH
"""

import json
import mmap
import struct
import sys
from math import prod
from pathlib import Path
from typing import Any

import tomllib
import yaml

Memory = mmap.mmap | bytes
CODES = {"b1": "?", "i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q",
         "f2": "e", "f4": "f", "f8": "d", "c8": "2f", "c16": "2d", "M8": "q", "m8": "q"}  # fmt: skip


def size(dtype: Any) -> int:
    """Bytes of an element. A structured type is a list of fields: name, dtype, and maybe the shape of a sub-array."""
    if isinstance(dtype, list):
        return sum(size(kind) * prod(*shape or [()]) for _, kind, *shape in dtype)
    return int(dtype[2:].split("[")[0]) * (4 if dtype[1] == "U" else 1)


def element(data: Memory, at: int, dtype: Any) -> Any:
    if isinstance(dtype, list):
        starts = [at + size(dtype[:number]) for number in range(len(dtype))]
        return tuple(nest(data, start, *field[1:]) for start, field in zip(starts, dtype, strict=True) if field[0])
    order, kind, raw = dtype[0].replace("|", "<"), dtype[1:].split("[")[0], data[at : at + size(dtype)]
    if kind[0] in "SV":
        return raw.rstrip(b"\0") if kind[0] == "S" else raw
    if kind[0] == "U":
        return raw.decode("utf-32-le" if order == "<" else "utf-32-be").rstrip("\0")
    numbers = struct.unpack(order + CODES[kind], raw)
    return complex(*numbers) if kind[0] == "c" else numbers[0]


def nest(data: Memory, at: int, dtype: Any, shape: list[int] = [], order: str = "C", step: int = 1) -> Any:  # noqa: B006
    """Lists in lists: the outermost is the first dimension, whose elements are `step` elements apart in order F."""
    if not shape:
        return element(data, at, dtype)
    stride = size(dtype) * (prod(shape[1:]) if order == "C" else step)
    return [nest(data, at + i * stride, dtype, shape[1:], order, step * shape[0]) for i in range(shape[0])]


def values(segment: Memory, array: dict[str, Any]) -> Any:
    """The elements of an array, of which its entry in the manifest is given."""
    dtype = json.loads(array["dtype"]) if array["dtype"][0] == "[" else array["dtype"]
    return nest(segment, array["offset"], dtype, array["shape"], array["order"])


def load(manifest: Path) -> dict[str, Any]:
    text = manifest.read_text(encoding="utf-8")
    return tomllib.loads(text) if manifest.suffix == ".toml" else dict(yaml.safe_load(text))


def arrays_of_manifest(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    entries = {entry["path"]: entry for entry in manifest["arrays"]}
    return {path: entries[entry.get("alias", path)] for path, entry in entries.items()}


def map_segment(name: str) -> mmap.mmap:
    with Path("/dev/shm", name).open("rb") as file:
        return mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)


if __name__ == "__main__":
    described = load(Path(sys.argv[1]))
    print(values(map_segment(described["segment"]), arrays_of_manifest(described)[sys.argv[2]]))

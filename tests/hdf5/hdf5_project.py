# SPDX-License-Identifier: MIT
"""A project as `cute-shm show --json` tells it, and its arrays read straight from the segment."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
CLI = Path(os.environ["CUTESHM_BUILD_DIR"]) / "bin" / "cute-shm"


def run(root: Path, *arguments: str | Path, check: bool = True, **options: Any) -> subprocess.CompletedProcess[str]:
    """Runs cute-shm in the store `root`."""
    command = [str(CLI), "--root", str(root), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **options)
    assert not check or result.returncode == 0, f"{command}: {result.returncode}: {result.stderr}"
    return result


def dtype_of(text: str) -> np.dtype[Any]:
    """The numpy dtype of a cute-shm dtype."""
    return np.dtype(text) if text[0] != "[" else structured(json.loads(text))


def structured(fields: list[Any]) -> np.dtype[Any]:
    """The numpy dtype of a descr list, its padding as gaps between the fields."""
    names, formats, offsets, offset = [], [], [], 0
    for name, form, *shape in fields:
        field = structured(form) if isinstance(form, list) else np.dtype(form)
        field = np.dtype((field, tuple(shape[0]))) if shape else field
        if name:
            names.append(name)
            formats.append(field)
            offsets.append(offset)
        offset += field.itemsize
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": offset})


class Project:
    """What is in a project."""

    def __init__(self, root: Path, name: str) -> None:
        """Asks the program, and reads the segment's bytes."""
        self.document = json.loads(run(root, "show", "--json", name).stdout)
        self.nodes = {node["path"]: node for node in self.document["nodes"]}
        self.skipped = {skip["path"]: skip["reason"] for skip in self.document["skipped"]}
        self.origin = {note["key"]: note["text"] for note in self.document["origin"]}
        self.bytes = np.memmap(Path("/dev/shm") / self.document["segment"], np.uint8, "r")

    def array(self, path: str) -> Array:
        """An array's elements."""
        node = self.nodes[path]
        data = self.bytes[node["offset"] : node["offset"] + node["bytes"]]
        array: Array = np.frombuffer(data, dtype_of(node["dtype"])).reshape(node["shape"], order=node["order"])
        return array

    def attributes(self, path: str) -> dict[str, Array]:
        """A node's attributes, made from their JSON values."""
        return {name: value_of(found) for name, found in self.nodes[path].get("attributes", {}).items()}


def value_of(found: dict[str, Any]) -> Array:
    """An attribute as an array."""
    dtype = dtype_of(found["dtype"])
    array = np.zeros(found["shape"], dtype)
    flat = array.reshape(-1)
    for i, value in enumerate(flatten(found["value"], array.ndim)):
        flat[i] = element(value, dtype)
    return array


def flatten(value: Any, ndim: int) -> list[Any]:
    """The elements of nested lists in C order."""
    return [value] if ndim == 0 else [inner for item in value for inner in flatten(item, ndim - 1)]


def element(value: Any, dtype: np.dtype[Any]) -> Any:
    """One element out of its JSON form."""
    if dtype.names is not None:
        return tuple(field(item, dtype[name]) for item, name in zip(value, dtype.names, strict=True))
    if dtype.kind == "c":
        return complex(float(value[0]), float(value[1]))
    if dtype.kind == "S":
        return base64.b64decode(value["base64"]) if isinstance(value, dict) else value.encode()
    if dtype.kind == "V":
        return np.frombuffer(base64.b64decode(value), dtype)[0]
    if dtype.kind in "mM":
        return np.array(np.iinfo(np.int64).min if value == "NaT" else value, "i8").view(dtype.newbyteorder("="))
    return float(value) if dtype.kind == "f" else value


def field(value: Any, dtype: np.dtype[Any]) -> Any:
    """A field of a structured element, which may be an array."""
    if dtype.subdtype is None:
        return element(value, dtype)
    base, shape = dtype.subdtype
    array = np.zeros(shape, base)
    array.reshape(-1)[:] = [element(item, base) for item in flatten(value, len(shape))]
    return array

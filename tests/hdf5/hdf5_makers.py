# SPDX-License-Identifier: MIT
"""What all makers of HDF5 files share.

Each maker writes one file and returns what must be skipped: a dict from path (``path@name`` for an attribute) to a part
of the reason. Everything else in the file must be in the project, and equal what h5py reads. Where the reason begins
with LOSS, the object is there all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5a, h5d, h5s, h5t

LOSS = "LOSS: "
Skips = dict[str, str]
Maker = Callable[[Path], Skips]
MAKERS: dict[str, Maker] = {}


def maker(function: Maker) -> Maker:
    """Registers a maker under its own name."""
    MAKERS[function.__name__] = function
    return function


def random_bytes(size: int) -> np.ndarray[Any, Any]:
    """The same bytes at every run."""
    return np.random.default_rng(size).integers(0, 256, size, dtype=np.uint8)


def raw_dataset(
    group: h5py.Group, name: str, file_type: h5t.TypeID, shape: tuple[int, ...], data: np.ndarray[Any, Any]
) -> None:
    """A dataset of any HDF5 type, its bytes written as they are."""
    dataset = h5d.create(group.id, name.encode(), file_type, h5s.create_simple(shape))
    dataset.write(h5s.ALL, h5s.ALL, data, mtype=file_type)


def raw_attribute(thing: h5py.Group, name: str, file_type: h5t.TypeID, data: np.ndarray[Any, Any]) -> None:
    """An attribute of any HDF5 type without dimensions."""
    attribute = h5a.create(thing.id, name.encode(), file_type, h5s.create(h5s.SCALAR))
    attribute.write(data, mtype=file_type)

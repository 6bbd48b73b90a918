# SPDX-License-Identifier: MIT
"""How many bytes: of an HDF5 file, of an array, and for people."""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import h5py

_UNITS = ("bytes", "KB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")


def bytes_to_human(size_bytes: int) -> str:
    """A size for people, by powers of 1024: ``"0 bytes"``, ``"1.5 KB"``, ``"976.56 KB"``; negative: ``"<unknown>"``."""
    if size_bytes == 0:
        return "0 bytes"
    if size_bytes < 0:
        return "<unknown>"
    power = min((int(size_bytes).bit_length() - 1) // 10, len(_UNITS) - 1)
    return f"{round(size_bytes / 1024**power, 2)} {_UNITS[power]}"


def array_size(meta: Mapping[str, Any]) -> int:
    """The bytes of the array that a meta dictionary of `shm_to_arrays` describes."""
    return int(np.prod(meta["shape"], dtype=np.int64) * np.dtype(meta["dtype"]).itemsize)


def hdf5_size(h5: Path | str | h5py.Group) -> int:
    """The bytes of all datasets in an HDF5 file or group, and in the groups below; scalars do not count.

    Args:
        h5: path of a file, or an open group. For a path h5py is used where it is installed. Where it is not, our own
            reader counts what `hdf5_to_shm` would put into arrays, scalars included.

    Raises:
        FileNotFoundError, OSError: no such file, or it is no HDF5.
    """
    if not isinstance(h5, (str, os.PathLike)):
        return _group_size(h5)
    if find_spec("h5py") is None:
        from .. import _hdf5  # noqa: PLC0415  the only place that needs libhdf5

        return _hdf5.cshm_hdf5_nbytes(h5, None)
    import h5py  # noqa: PLC0415

    with h5py.File(h5, "r") as file:
        return _group_size(file)


def _group_size(group: h5py.Group) -> int:
    total = 0
    met = {group.id}  # links may go in circles
    pending = [group]
    while pending:
        for item in pending.pop().values():  # None in the place of a dangling link
            if hasattr(item, "values"):
                if item.id not in met:
                    met.add(item.id)
                    pending.append(item)
            elif getattr(item, "shape", None):
                total += item.nbytes
    return int(total)

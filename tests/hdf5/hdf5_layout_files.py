# SPDX-License-Identifier: MIT
"""HDF5 files of every layout and version of the format, made by h5py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5d, h5s, h5t
from hdf5_makers import Skips, maker

CHUNKINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "rows": {"chunks": (10, 211)},
    "columns": {"chunks": (503, 3)},
    "tiles": {"chunks": (64, 64)},
    "one": {"chunks": (503, 211)},
    "gzip": {"chunks": (50, 50), "compression": "gzip"},
    "shuffled": {"chunks": (100, 7), "compression": "gzip", "shuffle": True, "fletcher32": True},
    "lzf": {"chunks": (50, 50), "compression": "lzf"},
    "lzf checked": {"chunks": (503, 211), "compression": "lzf", "shuffle": True, "fletcher32": True},
    "checked": {"chunks": (40, 30), "fletcher32": True},
    "szip": {"chunks": (40, 30), "compression": "szip"},
    "lossy": {"chunks": (40, 30), "scaleoffset": 2},
    "unlimited": {"chunks": (33, 44), "maxshape": (None, None)},
}


@maker
def layouts(path: Path) -> Skips:
    """One array in every layout; storage that was never written; chunks larger than the loader's buffer."""
    data = (np.arange(503 * 211, dtype=np.float64).reshape(503, 211) * 0.25) % 1000
    with h5py.File(path, "w") as file:
        for name, options in CHUNKINGS.items():
            file.create_dataset(f"layouts/{name}", data=data, **options)
        file.create_dataset("never/contiguous", shape=(100, 3), dtype="<i4", fillvalue=7)
        file.create_dataset("never/chunked", shape=(100, 3), dtype=">i4", chunks=(9, 2), fillvalue=-3)
        partly = file.create_dataset("never/partly", shape=(100, 30), dtype="<f4", chunks=(10, 10), fillvalue=0.5)
        partly[15:35, 5:9] = 2
        big = np.arange(1 << 20, dtype="<u4").reshape(1024, 1024)
        file.create_dataset("big/one chunk", data=big, chunks=(1024, 1024))
        file.create_dataset("big/one chunk gzip", data=big, chunks=(1024, 1024), compression="gzip", compression_opts=1)
        file.create_dataset("big/tall chunks", data=big, chunks=(1024, 300))
        file.create_dataset("big/4d", data=big.reshape(16, 32, 64, 32), chunks=(3, 5, 64, 7))
        compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        compact.set_layout(h5d.COMPACT)
        dataset = h5d.create(file.id, b"compact", h5t.IEEE_F64BE, h5s.create_simple((5,)), dcpl=compact)
        dataset.write(h5s.ALL, h5s.ALL, np.arange(5.0))
        nbit = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        nbit.set_chunk((10,))
        nbit.set_filter(h5py.h5z.FILTER_NBIT)
        twelve = h5t.STD_I16LE.copy()
        twelve.set_precision(12)
        dataset = h5d.create(file.id, b"nbit", twelve, h5s.create_simple((25,)), dcpl=nbit)
        dataset.write(h5s.ALL, h5s.ALL, np.arange(-12, 13, dtype="<i2"))
        unknown = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        unknown.set_chunk((10,))
        unknown.set_filter(399, h5py.h5z.FLAG_OPTIONAL, ())
        for name, mask in (("needs it", 0), ("goes without", 1)):
            dataset = h5d.create(file.id, name.encode(), h5t.STD_I16LE, h5s.create_simple((20,)), dcpl=unknown)
            dataset.write_direct_chunk((0,), np.arange(10, dtype="<i2").tobytes(), 1)
            dataset.write_direct_chunk((10,), np.arange(10, dtype="<i2").tobytes(), mask)
        h5d.create(file.id, b"never written", h5t.STD_I16LE, h5s.create_simple((20,)), dcpl=unknown)
    return {"needs it": "it needs filter 399 (unknown), which HDF5 "}


def simple(path: Path, **options: Any) -> Skips:
    """A small file in one version of the format."""
    with h5py.File(path, "w", **options) as file:
        file["group/data"] = np.arange(1000)
        file["group/data"].attrs["units"] = "counts"
        file.create_dataset("group/chunked", data=np.arange(1000), chunks=(100,), maxshape=(None,), compression="gzip")
        for i in range(20):  # more than fit into a header: they are stored densely
            file.attrs[f"attribute {i}"] = np.arange(i)
    return {}


@maker
def oldest(path: Path) -> Skips:
    """The format of HDF5 1.0."""
    return simple(path, libver="earliest")


@maker
def v108(path: Path) -> Skips:
    """The format of HDF5 1.8, with superblock version 2."""
    return simple(path, libver=("v108", "v108"))


@maker
def v110(path: Path) -> Skips:
    """The format of HDF5 1.10, with superblock version 3 and new chunk indexes."""
    return simple(path, libver=("v110", "v110"))


@maker
def indexes(path: Path) -> Skips:
    """Every index that HDF5 1.10 keeps chunks in: by address, and with filters by size, too."""
    data = np.arange(60, dtype="<i4").reshape(6, 10)
    kinds: dict[str, dict[str, Any]] = {
        "single": {"chunks": (6, 10)},
        "fixed": {"chunks": (4, 3), "maxshape": (20, 20)},
        "extensible": {"chunks": (4, 3), "maxshape": (None, 20)},
        "tree": {"chunks": (4, 3), "maxshape": (None, None)},
    }
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        for name, options in kinds.items():
            file.create_dataset(name, data=data, **options)
            file.create_dataset(f"{name} gzip", data=data, compression="gzip", **options)
            file.create_dataset(f"{name} never", shape=(6, 10), dtype="<i2", fillvalue=5, **options)
        early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        early.set_chunk((4, 3))
        early.set_alloc_time(h5d.ALLOC_TIME_EARLY)
        dataset = h5d.create(file.id, b"implicit", h5t.STD_I32LE, h5s.create_simple((6, 10)), dcpl=early)
        dataset.write(h5s.ALL, h5s.ALL, data)
    return {}


@maker
def user_block(path: Path) -> Skips:
    """Foreign bytes in front."""
    return simple(path, userblock_size=1024)


@maker
def ordered(path: Path) -> Skips:
    """Links and attributes in the order of their creation."""
    return simple(path, track_order=True)


@maker
def wide(path: Path) -> Skips:
    """Many small datasets."""
    with h5py.File(path, "w", libver=("earliest", "v110")) as file:
        for i in range(2000):
            file[f"group {i % 10}/data {i}"] = np.full(3, i)
    return {}


@maker
def deep(path: Path) -> Skips:
    """Many groups in each other."""
    with h5py.File(path, "w") as file:
        group: h5py.Group = file
        for i in range(300):
            group = group.create_group(f"level {i}")
            group.attrs["depth"] = i
        group["bottom"] = 1
    return {}


@maker
def empty(path: Path) -> Skips:
    """Nothing but the root."""
    h5py.File(path, "w").close()
    return {}

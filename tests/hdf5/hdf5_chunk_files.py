# SPDX-License-Identifier: MIT
"""HDF5 files whose chunks have every combination of filters and masks, in many dimensions, with edges and holes."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t, h5z
from hdf5_makers import Skips, maker

SHAPES: list[tuple[tuple[int, ...], tuple[int, ...]]] = [
    ((1,), (1,)),
    ((10,), (3,)),
    ((1000,), (128,)),
    ((7, 5), (7, 5)),
    ((7, 5), (2, 5)),
    ((7, 5), (3, 2)),
    ((5, 6, 7), (2, 3, 4)),
    ((5, 6, 7), (5, 1, 7)),
    ((3, 4, 2, 5), (2, 4, 1, 3)),
    ((2, 3, 2, 3, 2), (1, 2, 2, 2, 1)),
]
FILTERS = {"shuffle": h5z.FILTER_SHUFFLE, "deflate": h5z.FILTER_DEFLATE, "fletcher32": h5z.FILTER_FLETCHER32}
TYPES: list[Any] = ["<i1", ">u2", "<f4", "<f8", "<c16", "|S3", [("a", "<i4"), ("b", "<f8"), ("c", "|u1")]]


def some_values(shape: tuple[int, ...], dtype: Any) -> np.ndarray[Any, Any]:
    """Values that can be compressed, the same at every run."""
    kind = np.dtype(dtype)
    count = int(np.prod(shape))
    bytes_ = np.arange(count * kind.itemsize, dtype="<u4") // 3 % 61 + 33
    return np.frombuffer(bytes_.astype("u1").tobytes(), kind, count).reshape(shape)


def starts(shape: tuple[int, ...], chunk: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Where the chunks begin."""
    return list(itertools.product(*(range(0, n, step) for n, step in zip(shape, chunk, strict=True))))


@maker
def chunk_shapes(path: Path) -> Skips:
    """Many dimensions, edges that are cut off, types of all sizes; by old and new indexes of chunks."""
    with h5py.File(path, "w", libver=("earliest", "v110")) as file:
        for (shape, chunk), dtype in itertools.product(SHAPES, TYPES):
            data = some_values(shape, dtype)
            name = f"{len(shape)}d {shape} {chunk} {np.dtype(dtype).str}"
            file.create_dataset(f"plain/{name}", data=data, chunks=chunk)
            file.create_dataset(f"gzip/{name}", data=data, chunks=chunk, compression="gzip", shuffle=True)
            file.create_dataset(f"lzf/{name}", data=data, chunks=chunk, compression="lzf", fletcher32=True)
            file.create_dataset(f"growing/{name}", data=data, chunks=chunk, maxshape=(None, *shape[1:]), shuffle=True)
    return {}


@maker
def chunk_indexes(path: Path) -> Skips:
    """The same in the newest format: single chunk, implicit, fixed and extensible array, B-tree of version 2."""
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        for shape, chunk in SHAPES:
            data = some_values(shape, "<i4")
            name = f"{shape} {chunk}"
            for many, limits in (("fixed", shape), ("one", (None, *shape[1:])), ("all", (None,) * len(shape))):
                file.create_dataset(f"{many}/{name}", data=data, chunks=chunk, maxshape=limits)
                file.create_dataset(f"{many} gzip/{name}", data=data, chunks=chunk, maxshape=limits, compression="gzip")
            early = h5p.create(h5p.DATASET_CREATE)
            early.set_chunk(chunk)
            early.set_alloc_time(h5d.ALLOC_TIME_EARLY)
            space = h5s.create_simple(shape)
            dataset = h5d.create(file.id, f"implicit {name}".encode(), h5t.STD_I32LE, space, dcpl=early)
            dataset.write(h5s.ALL, h5s.ALL, data)
    return {}


@maker
def chunk_masks(path: Path) -> Skips:
    """Every order of filters, and in each chunk another mask of those that were not applied."""
    shape, chunk = (9, 10), (4, 3)
    data = some_values(shape, "<i8")
    masks = [0, 1, 2, 4, 3, 5, 6, 7]
    with h5py.File(path, "w") as file:
        for order in [
            order
            for count in range(4)
            for some in itertools.combinations(FILTERS, count)
            for order in itertools.permutations(some)
        ]:
            for mask in masks[: 2 ** len(order)] if len(order) != 2 else (0, 1, 2, 3):
                write_masked(file, f"{' '.join(order) or 'none'} {mask}", data, chunk, order, mask)
    return {}


def write_masked(
    file: h5py.File, name: str, data: np.ndarray[Any, Any], chunk: tuple[int, ...], order: tuple[str, ...], mask: int
) -> None:
    """Writes a dataset whose every second chunk has that mask: as HDF5 wrote it in a dataset without these filters."""

    def make(target: h5py.Group, label: str, filters: list[str]) -> h5d.DatasetID:
        properties = h5p.create(h5p.DATASET_CREATE)
        properties.set_chunk(chunk)
        for one in filters:
            properties.set_filter(FILTERS[one], h5z.FLAG_OPTIONAL, (4,) if one == "deflate" else ())
        space = h5s.create_simple(data.shape)
        dataset = h5d.create(target.id, label.encode(), h5t.STD_I64LE, space, dcpl=properties)
        dataset.write(h5s.ALL, h5s.ALL, data)
        return dataset

    with h5py.File("other", "w", driver="core", backing_store=False) as other:
        applied = [one for bit, one in enumerate(order) if not mask >> bit & 1]
        source, target = make(other, "source", applied), make(file, name, list(order))
        for number, start in enumerate(starts(data.shape, chunk)):
            _, raw = source.read_direct_chunk(start)
            if number % 2:
                target.write_direct_chunk(start, raw, filter_mask=mask)


@maker
def chunk_holes(path: Path) -> Skips:
    """Chunks that were never written, with and without a fill value."""
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        for shape, chunk in SHAPES:
            for fill in (None, 0, 7, -1):
                for options in ({}, {"compression": "gzip", "shuffle": True}):
                    name = f"{shape} {chunk} {fill} {len(options)}"
                    dataset = file.create_dataset(name, shape, "<i4", chunks=chunk, fillvalue=fill, **options)
                    for start in starts(shape, chunk)[::3]:
                        place = tuple(slice(a, a + n) for a, n in zip(start, chunk, strict=True))
                        dataset[place] = some_values(dataset[place].shape, "<i4")
    return {}

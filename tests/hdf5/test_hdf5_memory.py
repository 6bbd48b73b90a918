# SPDX-License-Identifier: MIT
"""Loading streams: the program's memory does not grow with the file."""

from __future__ import annotations

import math
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
from h5py import h5d, h5p, h5s, h5t
from hdf5_project import CLI, run

SIZE = 512 << 20
LIMIT = 64 << 20


def plain(file: h5py.File, chunk: tuple[int, int] | None) -> None:
    """Not compressed: allocated, and left as a hole in the file, which reads as zeros."""
    properties = h5p.create(h5p.DATASET_CREATE)
    if chunk:
        properties.set_chunk(chunk)
    properties.set_alloc_time(h5d.ALLOC_TIME_EARLY)
    properties.set_fill_time(h5d.FILL_TIME_NEVER)
    h5d.create(file.id, b"data", h5t.IEEE_F64LE, h5s.create_simple((8192, SIZE // 8 // 8192)), dcpl=properties)


def chunked(file: h5py.File, chunk: tuple[int, int]) -> None:
    """Compressed by gzip, each chunk the same bytes."""
    shape = (8192, SIZE // 8 // 8192)
    packed = zlib.compress(np.arange(chunk[0] * chunk[1], dtype="f8").tobytes(), 1)
    data = file.create_dataset("data", shape, "f8", chunks=chunk, compression="gzip")
    for row in range(0, shape[0], chunk[0]):
        for column in range(0, shape[1], chunk[1]):
            data.id.write_direct_chunk((row, column), packed)


# The system counts for a child what its parent had when it was started, so that must be little.
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(1024 * resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_memory(*command: str | Path) -> int:
    """The most resident memory in bytes that a command had."""
    measured = subprocess.run(
        [sys.executable, "-I", "-S", "-c", MEASURE, *command], check=True, capture_output=True, text=True
    )
    return int(measured.stdout)


KINDS: dict[str, Callable[[h5py.File], None]] = {
    "contiguous": lambda file: plain(file, None),
    "one chunk": lambda file: plain(file, (8192, 8192)),
    "tall chunks": lambda file: plain(file, (8192, 100)),
    "gzip": lambda file: chunked(file, (256, 256)),
    "chunks of 512 KiB": lambda file: plain(file, (256, 256)),
    "long thin chunks": lambda file: chunked(file, (8192, 16)),
    "gzip, chunks of 8 MiB": lambda file: chunked(file, (1024, 1024)),
}


def words(file: h5py.File) -> None:
    """3 million strings of 10 bytes."""
    data = file.create_dataset("data", (30, 100000), h5py.string_dtype(), chunks=(1, 20000))
    for row in range(data.shape[0]):
        data[row] = [f"{row:03} {i:06}" for i in range(data.shape[1])]


def long_words(file: h5py.File) -> None:
    """Two strings, each larger than what the program may have."""
    data = file.create_dataset("data", (2,), h5py.string_dtype())
    for i in range(2):
        data[i] = "é" * (LIMIT // 2)


def long_sequences(file: h5py.File) -> None:
    """The same of numbers that have to be converted."""
    kind = h5t.STD_I64BE.copy()
    kind.set_precision(63)
    data = h5d.create(file.id, b"data", h5t.vlen_create(kind), h5s.create_simple((2,)))
    values = np.empty(2, object)
    values[:] = [np.arange(LIMIT // 8)] * 2
    data.write(h5s.ALL, h5s.ALL, values, mtype=h5t.py_create(h5py.vlen_dtype("i8")))


RAGGED: dict[str, tuple[Callable[[h5py.File], None], str]] = {
    "3 million strings": (words, "28.6 MiB"),
    "strings of 64 MiB": (long_words, "128.0 MiB"),
    "sequences of 64 MiB": (long_sequences, "128.0 MiB"),
}


@pytest.mark.parametrize("kind", RAGGED)
def test_memory_stays_under_64_mib_for_ragged_arrays(tmp_path: Path, kind: str) -> None:
    """Many elements, and long ones."""
    path = tmp_path / "large.h5"
    make, size = RAGGED[kind]
    with h5py.File(path, "w") as file:
        make(file)
    peak = peak_memory(CLI, "--root", tmp_path / "store", "load", "--quiet", path)
    shown = run(tmp_path / "store", "show", "large", "data/values").stdout
    run(tmp_path / "store", "unlink", "large")
    assert size in shown
    print(f"{kind}: {peak / 1024**2:.1f} MiB")
    assert peak < LIMIT


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize("kind", KINDS)
def test_memory_stays_under_48_mib_and_4_chunks_a_thread_for_512_mib_of_data(
    tmp_path: Path, kind: str, threads: int
) -> None:
    """However it is laid out."""
    path = tmp_path / "large.h5"
    with h5py.File(path, "w") as file:
        KINDS[kind](file)
        whole = bool(file["data"].compression) or kind != "one chunk"  # else it is read piece by piece
        chunk = 8 * math.prod(file["data"].chunks or (0,)) if whole else 0
    limit = (48 << 20) + 4 * threads * chunk
    peak = peak_memory(CLI, "--root", tmp_path / "store", "load", "--quiet", "--threads", str(threads), path)
    shown = run(tmp_path / "store", "show", "large", "data").stdout
    run(tmp_path / "store", "unlink", "large")
    assert "512.0 MiB" in shown
    print(f"{kind}: {peak / 1024**2:.1f} MiB of {limit / 1024**2:.1f}")
    assert peak < limit


def wide(file: h5py.File, groups: int) -> None:
    """So many groups of 100 small datasets with 4 attributes each."""
    first = file.create_group("part0")
    for i in range(100):
        data = first.create_dataset(f"data{i:02}", data=np.full(8, i, "f8"))
        data.attrs.update({"units": "mm", "scale": 0.5, "index": i, "range": np.array([0.0, 1.0])})
    for group in range(1, groups):
        file.copy(first, f"part{group}")


@pytest.mark.parametrize("options", [[], ["--no-isolate"]])
def test_memory_stays_under_48_mib_for_10000_datasets_with_4_attributes_each(
    tmp_path: Path, options: list[str]
) -> None:
    """What is known of a dataset is little, and let go as soon as can be."""
    path = tmp_path / "wide.h5"
    with h5py.File(path, "w") as file:
        wide(file, 100)
    peak = peak_memory(CLI, "--root", tmp_path / "store", "load", "--quiet", *options, path)
    shown = run(tmp_path / "store", "show", "wide", "part99/data99").stdout
    run(tmp_path / "store", "unlink", "wide")
    assert "64 B" in shown
    print(f"10,000 datasets: {peak / 1024**2:.1f} MiB")
    assert peak < (48 << 20)

# SPDX-License-Identifier: MIT
"""What the rows load-contiguous, load-chunked, load-gzip and load-wide share: their files, and what loads them.

Run as a program, it loads a file in one of these ways and prints the most KiB that this took: loading.py WAY FILE.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path
from typing import Any

import cute_shm
import h5py
import numpy as np
from figure import measure_values, memory_beside, seconds

PROJECT = "cute-shm-bench-load"
ROWS = 8192


def shape(short: bool) -> tuple[int, int]:
    """Returns 512 MiB of float64, or 4 MiB."""
    return (64, ROWS) if short else (ROWS, ROWS)


@contextmanager
def file_of(fill: Callable[[h5py.File], None]) -> Iterator[Path]:
    """Makes a file, which is in the page cache then, in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="cute-shm-bench-", dir=os.environ.get("TMPDIR", "/tmp")) as folder:
        path = Path(folder) / "file.h5"
        with h5py.File(path, "w") as file:
            fill(file)
        yield path


def noisy(rows: slice) -> np.ndarray[Any, Any]:
    """Returns rows of what a detector counts: two bytes of eight vary."""
    generator = np.random.default_rng(rows.start)
    counts: np.ndarray[Any, Any] = generator.poisson(1000, (rows.stop - rows.start, ROWS)).astype("f8")
    return counts


def large(short: bool, chunk: tuple[int, int] | None, gzip: bool = False) -> Callable[[h5py.File], None]:
    """Returns what writes a dataset of 512 MiB. Only a few chunks are deflated: each is written many times."""

    def fill(file: h5py.File) -> None:
        options: dict[str, Any] = {"compression": "gzip", "compression_opts": 4, "shuffle": True} if gzip else {}
        data = file.create_dataset("data", shape(short), "f8", chunks=chunk, **options)
        step = chunk[0] if chunk else 64
        for row in range(0, data.shape[0], step):
            if gzip and chunk:
                values = noisy(slice(row, row + step))
                for column in range(0, ROWS, chunk[1]):
                    piece = np.ascontiguousarray(values[:, column : column + chunk[1]])
                    shuffled = piece.view("u1").reshape(-1, 8).T.tobytes()
                    data.id.write_direct_chunk((row, column), zlib.compress(shuffled, 4))
            else:
                data[row : row + step] = noisy(slice(row, row + step))

    return fill


def wide(count: int) -> Callable[[h5py.File], None]:
    """Returns what writes so many small datasets with 4 attributes each."""

    def fill(file: h5py.File) -> None:
        for i in range(count):
            data = file.create_dataset(f"part{i // 100:02}/data{i % 100:02}", data=np.full(8, i, "f8"))
            data.attrs["units"] = "mm"
            data.attrs["scale"] = 0.5
            data.attrs["index"] = i
            data.attrs["range"] = np.array([0.0, 1.0])

    return fill


def load(path: Path, threads: int | None = None) -> float:
    """Returns the seconds of a load. What was loaded is unlinked, so that each time fresh memory is written."""
    took = seconds(lambda: cute_shm.load_hdf5(path, PROJECT, lifetime="persistent", threads=threads).close())
    cute_shm.unlink(PROJECT)
    return took


def copy(path: Path) -> float:
    """Returns the seconds of `cp`, which is what moving the bytes costs."""
    target = Path("/dev/shm") / f"{PROJECT}-{os.getpid()}"
    took = seconds(lambda: os.spawnlp(os.P_WAIT, "cp", "cp", str(path), str(target)))
    target.unlink()
    return took


def read_shared(path: Path) -> float:
    """Returns the seconds of h5py's `read_direct` into a fresh SharedMemory."""

    def work() -> SharedMemory:
        with h5py.File(path) as file:
            data = file["data"]
            memory = SharedMemory(create=True, size=data.nbytes)
            data.read_direct(np.ndarray(data.shape, data.dtype, memory.buf))
        return memory

    made: list[SharedMemory] = []
    took = seconds(lambda: made.append(work()))
    made[0].close()
    made[0].unlink()
    return took


def read_private(path: Path) -> float:
    """Returns the seconds of h5py reading into private memory."""

    def work() -> Any:
        with h5py.File(path) as file:
            return file["data"][()]

    return seconds(work)


def visit(path: Path) -> float:
    """Returns the seconds of h5py visiting and reading every dataset with its attributes."""

    def work() -> dict[str, Any]:
        found: dict[str, Any] = {}

        def take(name: str, thing: h5py.Group | h5py.Dataset) -> None:
            value = thing[()] if isinstance(thing, h5py.Dataset) else None
            found[name] = value, dict(thing.attrs)

        with h5py.File(path) as file:
            file.visititems(take)
        return found

    return seconds(work)


def compare(row: str, work: str, path: Path, against: Callable[[Path], float], threads: int | None = None) -> None:
    """Prints one figure in ms."""
    measure_values(row, work, "ms", 5, lambda: load(path, threads) * 1e3, lambda: against(path) * 1e3)


# How a new process is told what to do.
WAYS: dict[str, Callable[[Path], float]] = {"load": load, "private": read_private, "visit": visit}


def peak(way: str, path: Path) -> float:
    """Returns the most KiB that a new process has while it loads, beside what it had before. In one that has loaded
    already it would be less: what it gave back then is its own still, and is taken again.
    """
    command = [sys.executable, __file__, way, str(path)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def memory(row: str, path: Path, work: str = "peak memory", against: str = "private") -> None:
    """Prints that, of ours and of what h5py takes."""
    measure_values(row, work, "KiB", 5, lambda: peak("load", path), lambda: peak(against, path))


if __name__ == "__main__":
    print(memory_beside(lambda: WAYS[sys.argv[1]](Path(sys.argv[2]))))

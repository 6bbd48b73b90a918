# SPDX-License-Identifier: MIT
"""What the rows save-contiguous and save-gzip share: their project, and what saves it.

Files are written to memory (/dev/shm), where only the work shows, and to a disk, and waited for.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cute_shm
import h5py
import numpy as np
from figure import measure_values, seconds
from loading import noisy, shape

PROJECT = "cute-shm-bench-save"
MEMORY = Path("/dev/shm")
DISK = Path(os.environ.get("TMPDIR", "/tmp"))


@contextmanager
def project_of(short: bool, part: int = 1) -> Iterator[cute_shm.Project]:
    """Shares what a detector counts: 512 MiB of float64, or one of so many parts of it."""
    rows, columns = shape(short)
    data = np.empty((max(64, rows // part), columns))
    for row in range(0, len(data), 64):
        data[row : row + 64] = noisy(slice(row, row + 64))
    cute_shm.create(PROJECT, {"data": data}, lifetime="persistent", overwrite=True)
    del data
    try:
        with cute_shm.open(PROJECT) as project:
            yield project
    finally:
        cute_shm.unlink(PROJECT)


@contextmanager
def new_file(where: Path) -> Iterator[Path]:
    """Gives the name of a file in a folder that goes with it."""
    with tempfile.TemporaryDirectory(prefix="cute-shm-bench-", dir=where) as folder:
        yield Path(folder) / "file"


def timed(where: Path, write: Callable[[Path], object]) -> float:
    """Returns the seconds of writing a new file and waiting for it. What was written before is on the disk by then."""
    os.sync()
    with new_file(where) as path:

        def work() -> None:
            write(path)
            with path.open("rb+") as file:
                os.fsync(file.fileno())

        return seconds(work)


def save(project: cute_shm.Project, where: Path, **options: Any) -> float:
    """Returns the seconds of a save, which waits for itself."""
    return timed(where, lambda path: project.save_hdf5(path, **options))


def copy(project: cute_shm.Project, where: Path) -> float:
    """Returns the seconds of `cp` of the segment, which is what moving the bytes costs."""
    segment = MEMORY / project.segment
    return timed(where, lambda path: os.spawnlp(os.P_WAIT, "cp", "cp", str(segment), str(path)))


def write_by_h5py(project: cute_shm.Project, where: Path, **options: Any) -> float:
    """Returns the seconds of h5py writing the same array out of shared memory."""
    data = np.asarray(project["data"])

    def write(path: Path) -> None:
        with h5py.File(path, "w") as file:
            file.create_dataset("data", data=data, **options)

    return timed(where, write)


def compare(row: str, work: str, ours: Callable[[], float], against: Callable[[], float]) -> None:
    """Prints one figure in ms."""
    measure_values(row, work, "ms", 5, lambda: ours() * 1e3, lambda: against() * 1e3)

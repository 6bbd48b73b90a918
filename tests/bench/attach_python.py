# SPDX-License-Identifier: MIT
"""attach-python: a project is opened and one array touched, against mapping the same segment by hand; and all of 1, 100
and 10,000 arrays are taken, plainly and by the function of cute-shm 1.2, against as many bare `np.ndarray` views.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Any

import cute_shm
import numpy as np
from figure import is_short, measure

SHAPE = (8,)  # float64: 64 bytes
FIRST = "part00/row00/array00"


def tree(count: int) -> dict[str, dict[str, dict[str, np.ndarray]]]:
    """Returns arrays nested 3 deep, at most 100 to a group: the paths are those of bench_path in bench.c."""
    zeros = np.zeros(SHAPE)
    rows = {
        f"row{row:02}": {f"array{i:02}": zeros for i in range(min(100, count - 100 * row))}
        for row in range((count + 99) // 100)
    }
    return {"part00": rows}


def open_and_touch() -> float:
    """Opens the project, reads one element and closes it."""
    with cute_shm.open("cute-shm-bench") as project:
        return float(project[FIRST][0])


def map_and_touch(segment: Path) -> float:
    """Does the same with the least of means: the name of the segment is known, and where the array lies."""
    descriptor = os.open(segment, os.O_RDONLY)
    memory = mmap.mmap(descriptor, os.fstat(descriptor).st_size, prot=mmap.PROT_READ)
    os.close(descriptor)
    return float(np.ndarray(SHAPE, np.float64, memory, 0)[0])


def bare_views(count: int, buffer: bytearray) -> list[np.ndarray]:
    """Makes that many views."""
    return [np.ndarray(SHAPE, np.float64, buffer, 64 * i) for i in range(count)]


def open_all() -> dict[str, Any]:
    """Opens the project and takes all arrays, which stay valid after the project is closed."""
    with cute_shm.open("cute-shm-bench") as project:
        return project.to_dict()


def measure_count(count: int, pairs: int) -> None:
    """Measures a project of `count` arrays."""
    what = "1 array" if count == 1 else f"{count:,} arrays"
    buffer = bytearray(64 * count)
    with cute_shm.create("cute-shm-bench", tree(count), overwrite=True) as project:
        segment = Path("/dev/shm", project.segment)
    works = [
        (f"open, touch one of {what}", open_and_touch, lambda: map_and_touch(segment)),
        (f"open, to_dict of {what}", open_all, lambda: bare_views(count, buffer)),
        (
            f"shm_to_arrays of {what}",
            lambda: cute_shm.shm_to_arrays("cute-shm-bench"),
            lambda: bare_views(count, buffer),
        ),
    ]
    try:
        for work, ours, against in works:
            measure("attach-python", work, "us", pairs, ours, against)
    finally:
        cute_shm.unlink("cute-shm-bench")


def main() -> None:
    """Measures 1, 100 and 10,000 arrays."""
    pairs = 5 if is_short(__doc__) else 31
    for count in (1, 100, 10_000):
        measure_count(count, pairs)


if __name__ == "__main__":
    main()

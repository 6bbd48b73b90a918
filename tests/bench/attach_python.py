# SPDX-License-Identifier: MIT
"""attach-python: a project is opened and one array touched, against mapping the same segment by hand; and all of 1, 100
and 10,000 arrays are taken, plainly and by the function of cute-shm 1.2, against as many bare `np.ndarray` views,
against the dictionaries that this function promises, and against that function.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path
from typing import Any

import cute_shm
import numpy as np
from figure import SMALL, Peer, is_short, measure, measure_values, seconds, tree

SHAPE = (SMALL // 8,)  # of float64
PEER_MOST = 400  # arrays that cute-shm 1.2 opens at once: two file descriptors each, of the 1024 that are usual
FIRST = "part00/row00/array00"


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


class Shm:
    """As small an object as Python makes, in the place of a SharedMemory."""

    __slots__ = ("memory", "nbytes", "offset", "project")


def dictionaries(count: int, buffer: bytearray) -> list[dict[str, Any]]:
    """Makes what `shm_to_arrays` promises for that many arrays, with no shared memory: its floor in Python."""
    return [
        {
            "meta": {
                "shm_name": "name",
                "shm_private_name": "/name",
                "shm": Shm(),
                "shape": list(SHAPE),
                "dtype": "float64",
                "attrs": {},
                "offset": 64 * i,
            },
            "data": np.ndarray(SHAPE, np.float64, buffer, 64 * i),
        }
        for i in range(count)
    ]


def open_all() -> dict[str, Any]:
    """Opens the project and takes all arrays, which stay valid after the project is closed."""
    with cute_shm.open("cute-shm-bench") as project:
        return project.to_dict()


def measure_peer(count: int, what: str, peer: Peer) -> None:
    """Measures `shm_to_arrays` against cute-shm 1.2: for each array, where that cannot open as many."""
    peer_count = min(count, PEER_MOST)
    each = "" if peer_count == count else f", for each, against {PEER_MOST}"
    measure_values(
        "attach-python",
        f"shm_to_arrays of {what}{each} by cute-shm 1.2",
        "us",
        5,
        lambda: seconds(lambda: cute_shm.shm_to_arrays("cute-shm-bench")) * 1e6 / (count if each else 1),
        lambda: peer.attach(peer_count, SMALL)["seconds"] * 1e6 / (peer_count if each else 1),
    )


def measure_count(count: int, pairs: int, peer: Peer) -> None:
    """Measures a project of `count` arrays."""
    what = "1 array" if count == 1 else f"{count:,} arrays"
    buffer = bytearray(64 * count)
    with cute_shm.create("cute-shm-bench", tree(count), overwrite=True) as project:
        segment = Path("/dev/shm", project.segment)
    attach_all = lambda: cute_shm.shm_to_arrays("cute-shm-bench")  # noqa: E731
    works = [
        (f"open, touch one of {what}", open_and_touch, lambda: map_and_touch(segment)),
        (f"open, to_dict of {what}", open_all, lambda: bare_views(count, buffer)),
        (f"shm_to_arrays of {what}", attach_all, lambda: bare_views(count, buffer)),
        (f"shm_to_arrays of {what}, against its dictionaries", attach_all, lambda: dictionaries(count, buffer)),
    ]
    try:
        for work, ours, against in works:
            measure("attach-python", work, "us", pairs, ours, against)
        measure_peer(count, what, peer)
    finally:
        cute_shm.unlink("cute-shm-bench")


def main() -> None:
    """Measures 1, 100 and 10,000 arrays."""
    pairs = 5 if is_short(__doc__) else 31
    with Peer() as peer:
        for count in (1, 100, 10_000):
            measure_count(count, pairs, peer)


if __name__ == "__main__":
    main()

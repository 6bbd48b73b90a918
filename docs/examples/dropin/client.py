# SPDX-License-Identifier: MIT
"""Reads, under a lock, the array that server.py keeps changing.

usage: client.py [PROJECT [LOCK_FILE [COUNT]]]
"""

from __future__ import annotations

import fcntl
import sys
import time

import cute_shm


def look(project: str, lock_path: str, count: str) -> None:
    """Prints the array so many times."""
    array = cute_shm.shm_to_arrays(project)["array"]["data"]  # attached once: it shows every change
    with open(lock_path) as lock:
        for _ in range(int(count)):
            fcntl.flock(lock, fcntl.LOCK_SH)
            print(array)
            fcntl.flock(lock, fcntl.LOCK_UN)
            time.sleep(0.01)


if __name__ == "__main__":
    try:
        look(*(sys.argv[1:] + ["demo_project", "/tmp/demo_project.lock", "100"][len(sys.argv) - 1 :]))
    except FileNotFoundError:
        sys.exit("nobody serves that project: start server.py first")

# SPDX-License-Identifier: MIT
"""Shares an array and keeps changing it, under a lock, until Ctrl-C. Run client.py beside it.

usage: server.py [PROJECT [LOCK_FILE]]
"""

from __future__ import annotations

import fcntl
import signal
import sys
import time
from typing import Any

import cute_shm
import numpy as np


def serve(project: str, lock_path: str) -> None:
    """Moves a 1 through ten zeros. Whoever holds the lock sees one 1, and never two."""
    first = np.zeros(10, np.int32)
    first[0] = 1
    with open(lock_path, "w") as lock, cute_shm.unlinked_arrays_to_shm(project, {"array": first}) as manifest:
        print(f"serving {manifest}", flush=True)
        array: Any = cute_shm.shm_to_arrays(project)["array"]["data"]
        while True:
            time.sleep(0.01)
            fcntl.flock(lock, fcntl.LOCK_EX)
            array[:] = np.roll(array, 1)
            fcntl.flock(lock, fcntl.LOCK_UN)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        serve(*(sys.argv[1:] + ["demo_project", "/tmp/demo_project.lock"][len(sys.argv) - 1 :]))
    except KeyboardInterrupt:
        print("served")

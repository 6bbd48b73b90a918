# SPDX-License-Identifier: MIT
"""Shares an HDF5 file with worker processes, and cleans up.

usage: hdf5.py FILE.h5 [PROJECT]
"""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

import cute_shm


def work(project: str) -> None:
    """Runs in another process, which loads nothing: it attaches what is there."""
    with cute_shm.open(project) as opened:
        for path, array in opened.walk():
            if hasattr(array, "nbytes"):
                print(f"{path}: {cute_shm.bytes_to_human(array.nbytes)}", flush=True)


def main(file: str, project: str = "demo_project") -> None:
    with cute_shm.unlinked_hdf5_to_shm(Path(file), project):
        worker = multiprocessing.get_context("spawn").Process(target=work, args=(project,))
        worker.start()
        worker.join()
    print("clean" if project not in cute_shm.Project2Toml.list() else "something is left")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: hdf5.py FILE.h5 [PROJECT]")
    main(*sys.argv[1:])

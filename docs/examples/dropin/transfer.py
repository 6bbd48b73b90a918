# SPDX-License-Identifier: MIT
"""Loads an HDF5 file into shared memory, where it stays until clean.py is run.

usage: transfer.py FILE.h5 [PROJECT]
"""

from __future__ import annotations

import sys
from pathlib import Path

import cute_shm


def main(file: str, project: str = "demo_transfer") -> None:
    manifest = cute_shm.hdf5_to_shm(Path(file), project, progress=True, persistent=True, overwrite=True)
    print(f"{cute_shm.bytes_to_human(cute_shm.hdf5_size(file))} in {manifest}")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: transfer.py FILE.h5 [PROJECT]")
    main(*sys.argv[1:])

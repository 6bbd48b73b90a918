#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Attaches a project, prints its tree, and the CRC-32 of one array's bytes.

usage: attach.py PROJECT [DATASET]
"""

import sys
import time
import zlib

import cute_shm


def main(name: str, dataset: str | None = None) -> None:
    """Prints the project `name`; the dataset is the largest array if none is given."""
    started = time.perf_counter()
    project = cute_shm.open(name)
    microseconds = (time.perf_counter() - started) * 1e6

    arrays = []
    for path, value in project.walk():
        if isinstance(value, cute_shm.Array):
            print(f"{path}\t{cute_shm.dtype_to_string(value.dtype)}\t({', '.join(map(str, value.shape))})")
            arrays.append(value)
        else:
            print(f"{path}\tgroup")

    if dataset is None:
        dataset = max(arrays, key=lambda array: array.nbytes).path
    array = project[dataset]  # a numpy array: no copy was made
    data = array.ravel(order="K").view("u1")  # its bytes, as they lie in memory
    print(f"crc32 {dataset} {zlib.crc32(data):08x}")
    print(f"python: attached in {microseconds:.1f} us", file=sys.stderr)


if __name__ == "__main__":
    if not 2 <= len(sys.argv) <= 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

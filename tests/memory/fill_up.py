# SPDX-License-Identifier: MIT
"""What run_memory.py asks of each language, on a /dev/shm that is too small: three refusals, and then what does fit."""

from __future__ import annotations

import sys

import cute_shm
import numpy as np


def refused(root: str, name: str, nbytes: int) -> None:
    """Sees that a project does not fit, in words."""
    try:
        cute_shm.create(name, {"a": np.ones(nbytes, np.uint8)}, lifetime="persistent", store=root)
    except cute_shm.NoSpaceError as error:
        print(error)
    else:
        sys.exit(f"{name}: {nbytes} bytes were found on 8 MiB")


def main(root: str) -> None:
    """Tries what does not fit, fills /dev/shm up, and makes room again."""
    for _ in range(3):
        refused(root, "large", 16 << 20)
    made = 0
    try:
        while True:
            cute_shm.create(f"full-{made}", {"a": np.ones(1 << 20, np.uint8)}, lifetime="persistent", store=root)
            made += 1
    except cute_shm.NoSpaceError:
        pass
    refused(root, "one-more", 1 << 20)
    cute_shm.unlink("full-0", store=root)
    cute_shm.create("small", {"a": np.arange(1000.0)}, lifetime="persistent", store=root)
    if not np.array_equal(cute_shm.open("small", store=root)["a"], np.arange(1000.0)):
        sys.exit("small: wrong values")
    print(f"made {made}")


main(sys.argv[1])

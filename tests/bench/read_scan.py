# SPDX-License-Identifier: MIT
"""read-scan in Python: the sum of a shared float64 array of 1 GiB, against the same numbers in private memory.

Both were read once before, so that no page is met for the first time.
"""

from __future__ import annotations

import cute_shm
import numpy as np
from figure import is_short, measure


def main() -> None:
    """Shares the numbers and measures."""
    short = is_short(__doc__)
    private = np.arange(2**17 if short else 2**27, dtype=np.float64)
    with cute_shm.create("cute-shm-bench", {"x": private}, lifetime="owner") as project:
        shared = project["x"]
        if shared.sum() != private.sum():
            raise SystemExit(f"read_scan: the shared sum is {shared.sum()}, the private one {private.sum()}")
        measure("read-scan", "1 MiB" if short else "1 GiB", "ms", 5 if short else 11, shared.sum, private.sum)
    cute_shm.unlink("cute-shm-bench")


if __name__ == "__main__":
    main()

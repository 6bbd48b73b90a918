# SPDX-License-Identifier: MIT
"""Prints what transfer.py has loaded. Nothing is copied, and nothing ends with this process.

usage: read.py [PROJECT]
"""

from __future__ import annotations

import sys
from typing import Any

import cute_shm
import numpy as np


def show(arrays: dict[str, Any], prefix: str = "") -> None:
    """Prints a line for each array: name, shape, dtype, mean where it has one, attributes."""
    for key, value in arrays.items():
        if not isinstance(value.get("data"), np.ndarray):
            show(value, f"{prefix}{key}/")
            continue
        data, meta = value["data"], value["meta"]
        mean = f"mean {data.mean():.3g}" if data.dtype.kind in "iuf" and data.size else ""
        print(f"{prefix}{key}", data.shape, data.dtype, mean, ", ".join(meta["attrs"]))


if __name__ == "__main__":
    try:
        show(cute_shm.shm_to_arrays(sys.argv[1] if len(sys.argv) > 1 else "demo_transfer"))
    except FileNotFoundError:
        sys.exit("no such project: run transfer.py first")

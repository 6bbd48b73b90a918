#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws docs/evaluate.svg: `cute-shm-evaluate` on a file of 64 MiB. Needs the Python package, and h5py."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np
from cute_shm import evaluation

PICTURE = Path(__file__).resolve().parents[2] / "docs" / "evaluate.svg"


def main() -> int:
    """Makes the file, and measures with it."""
    random = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "recording.h5"
        with h5py.File(file, "w") as opened:
            opened["camera/frames"] = random.integers(0, 256, (128, 480, 640), "u1")
            opened["robot/joints"] = random.normal(size=(100_000, 24))
            opened["robot/time"] = np.arange(100_000) * 1e-3
            opened["robot/good"] = random.random(100_000) > 0.01
        return evaluation.main([str(file), "evaluate-figure", "--iterations", "200000", "--plot", str(PICTURE)])


if __name__ == "__main__":
    sys.exit(main())

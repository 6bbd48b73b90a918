# SPDX-License-Identifier: MIT
"""load-wide: an HDF5 file of 10,000 small datasets with 4 attributes each; against h5py visiting and reading them."""

from __future__ import annotations

from figure import is_short
from loading import compare, file_of, memory, visit, wide


def main() -> None:
    """Measures."""
    short = is_short(__doc__)
    count = 100 if short else 10_000
    with file_of(wide(count)) as path:
        compare("load-wide", f"{count:,} datasets", path, visit)
        memory("load-wide", path, f"{count:,} datasets: peak memory", "visit")


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""save-contiguous: a project of 512 MiB of float64 is saved as an HDF5 file; against `cp` of its segment and h5py
writing the same array, to memory and to a disk.
"""

from __future__ import annotations

from functools import partial

from figure import is_short
from saving import DISK, MEMORY, compare, copy, project_of, save, write_by_h5py


def main() -> None:
    """Measures."""
    with project_of(is_short(__doc__)) as project:
        for place, where in (("to memory", MEMORY), ("to a disk", DISK)):
            ours = partial(save, project, where)
            compare("save-contiguous", f"{place}, against cp", ours, partial(copy, project, where))
            compare("save-contiguous", f"{place}, against h5py", ours, partial(write_by_h5py, project, where))


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""load-contiguous: an HDF5 file of 512 MiB of contiguous float64, in the page cache, is loaded; against `cp` to
/dev/shm, h5py reading into shared memory, and cute-shm 1.2; and the most memory that takes.
"""

from __future__ import annotations

from figure import Peer, is_short
from loading import compare, copy, file_of, large, memory, read_shared


def main() -> None:
    """Measures."""
    short = is_short(__doc__)
    with file_of(large(short, None)) as path:
        compare("load-contiguous", "against cp", path, copy)
        compare("load-contiguous", "against h5py into shared memory", path, read_shared)
        with Peer() as peer:
            compare("load-contiguous", "against cute-shm 1.2", path, peer.load)
        memory("load-contiguous", path)


if __name__ == "__main__":
    main()

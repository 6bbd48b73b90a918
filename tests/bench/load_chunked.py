# SPDX-License-Identifier: MIT
"""load-chunked: the same in chunks of 512 KiB without filters."""

from __future__ import annotations

from figure import Peer, is_short
from loading import compare, copy, file_of, large, memory, read_shared


def main() -> None:
    """Measures."""
    short = is_short(__doc__)
    with file_of(large(short, (64, 1024))) as path:
        compare("load-chunked", "against cp", path, copy)
        compare("load-chunked", "against h5py into shared memory", path, read_shared)
        with Peer() as peer:
            compare("load-chunked", "against cute-shm 1.2", path, peer.load)
        memory("load-chunked", path)


if __name__ == "__main__":
    main()

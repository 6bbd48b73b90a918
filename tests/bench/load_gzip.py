# SPDX-License-Identifier: MIT
"""load-gzip: the same with shuffle and deflate of level 4, by 1 and 2 threads; against h5py reading into private
memory, and cute-shm 1.2.
"""

from __future__ import annotations

from figure import Peer, is_short
from loading import compare, file_of, large, memory, read_private


def main() -> None:
    """Measures."""
    short = is_short(__doc__)
    with file_of(large(short, (64, 1024), gzip=True)) as path:
        for threads in (1, 2):
            compare("load-gzip", f"threads: {threads}", path, read_private, threads)
        with Peer() as peer:
            compare("load-gzip", "threads: 2, against cute-shm 1.2", path, peer.load, 2)
        memory("load-gzip", path)


if __name__ == "__main__":
    main()

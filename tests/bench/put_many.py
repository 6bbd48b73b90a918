# SPDX-License-Identifier: MIT
"""put-many from Python: 10,000 arrays of 64 bytes, nested 3 deep, are shared; against as many calls of pwrite in C
and, for each array, against cute-shm 1.2.
"""

from __future__ import annotations

import cute_shm
from figure import SMALL, Bare, Peer, is_short, measure_values, seconds, tree

PEER_COUNT = 1000  # more would only take longer


def main() -> None:
    """Measures."""
    count, pairs = (100, 5) if is_short(__doc__) else (10_000, 11)
    arrays = tree(count)

    def create() -> float:
        """Returns the seconds of a whole creation, manifest included."""
        return seconds(lambda: cute_shm.create("cute-shm-bench", arrays, overwrite=True).close())

    try:
        with Bare(SMALL * count, SMALL) as bare:
            measure_values(
                "put-many", f"{count:,} arrays", "ms", pairs, lambda: create() * 1e3, lambda: bare.seconds() * 1e3
            )
        with Peer() as peer:
            peer_count = min(count, PEER_COUNT)
            measure_values(
                "put-many",
                f"each of {count:,} arrays, against {peer_count:,} by cute-shm 1.2",
                "us",
                5,
                lambda: create() * 1e6 / count,
                lambda: peer.put(peer_count, SMALL)["seconds"] * 1e6 / peer_count,
            )
    finally:
        cute_shm.unlink("cute-shm-bench")


if __name__ == "__main__":
    main()

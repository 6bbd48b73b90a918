# SPDX-License-Identifier: MIT
"""put-large: one float64 array of 1 GiB goes from Python into shared memory, against a bare loop of pwrite in C and
against cute-shm 1.2; and the most memory that takes beside the source.
"""

from __future__ import annotations

import cute_shm
import numpy as np
from figure import Bare, Peer, is_short, measure_values, memory_beside, seconds


def main() -> None:
    """Measures. What was shared is unlinked each time, so that each time fresh memory is written."""
    short = is_short(__doc__)
    nbytes = 2**20 if short else 2**30
    what = "1 MiB" if short else "1 GiB"
    source = {"x": np.ones(nbytes // 8)}

    def create() -> None:
        """Shares the array."""
        cute_shm.create("cute-shm-bench", source, lifetime="persistent").close()

    def create_ms() -> float:
        """Returns how long that takes."""
        took = seconds(create)
        cute_shm.unlink("cute-shm-bench")
        return took * 1e3

    def create_kib() -> float:
        """Returns the most memory it takes."""
        kib = memory_beside(create)
        cute_shm.unlink("cute-shm-bench")
        return kib

    with Bare(nbytes, nbytes) as bare:
        measure_values("put-large", what, "ms", 5, create_ms, lambda: bare.seconds() * 1e3)
    with Peer() as peer:
        answers: list[dict[str, float]] = []

        def peer_ms() -> float:
            """Returns how long cute-shm 1.2 takes, and keeps the whole answer."""
            answers.append(peer.put(1, nbytes))
            return answers[-1]["seconds"] * 1e3

        measure_values("put-large", f"{what}, against cute-shm 1.2", "ms", 5, create_ms, peer_ms)
        # Memory does not vary as times do: the answers are there already.
        kept = iter(answers)
        measure_values("put-large", f"{what}: peak memory beside it", "KiB", 5, create_kib, lambda: next(kept)["kib"])


if __name__ == "__main__":
    main()

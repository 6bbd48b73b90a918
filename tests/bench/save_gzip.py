# SPDX-License-Identifier: MIT
"""save-gzip: 64 MiB of the same with shuffle and deflate of level 4, by 1 and 2 threads; against h5py with the same
filters and chunks.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from figure import is_short
from saving import MEMORY, compare, project_of, save, write_by_h5py

CHUNK = 1 << 20


def main() -> None:
    """Measures."""
    with project_of(is_short(__doc__), part=8) as project:
        columns = project["data"].shape[1]
        options: dict[str, Any] = {
            "compression": "gzip",
            "compression_opts": 4,
            "shuffle": True,
            "chunks": (CHUNK // 8 // columns, columns),
        }
        against = partial(write_by_h5py, project, MEMORY, **options)
        for threads in (1, 2):
            ours = partial(save, project, MEMORY, deflate=4, shuffle=True, threads=threads)
            compare("save-gzip", f"threads: {threads}", ours, against)


if __name__ == "__main__":
    main()

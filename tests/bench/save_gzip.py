# SPDX-License-Identifier: MIT
"""save-gzip: the same with shuffle and deflate of level 4, by 1 and 2 threads; against h5py with the same filters and chunks."""

from __future__ import annotations

from figure import is_short
from saving import MEMORY, compare, project_of, save, write_by_h5py

CHUNK = 1 << 20


def main() -> None:
    """Measures."""
    with project_of(is_short(__doc__)) as project:
        columns = project["data"].shape[1]
        options = {
            "compression": "gzip",
            "compression_opts": 4,
            "shuffle": True,
            "chunks": (CHUNK // 8 // columns, columns),
        }
        for threads in (1, 2):
            compare(
                "save-gzip",
                f"threads: {threads}",
                lambda threads=threads: save(project, MEMORY, deflate=4, shuffle=True, threads=threads),
                lambda: write_by_h5py(project, MEMORY, **options),
            )


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""Writing a project, open or named, to an HDF5 file."""

from __future__ import annotations

import os

from ._progress import ProgressFunction
from ._project import Project
from ._store import StoreLike, as_store


def save_hdf5(
    project: Project | str,
    path: str | os.PathLike[str],
    *,
    overwrite: bool = False,
    deflate: int = 0,
    shuffle: bool = True,
    chunk: int = 0,
    threads: int = 0,
    progress: bool | ProgressFunction | None = None,
    store: StoreLike = None,
) -> None:
    """Writes a project to an HDF5 file: see `Project.save_hdf5`.

    Args:
        project: an open one, or its name.
        path: the file.
        overwrite: whether a file of that name is replaced.
        deflate: level of compression, 1 to 9; 0: none.
        shuffle: whether bytes are put in the order that is better to compress.
        chunk: bytes of a chunk; 0: 1 MiB where there is compression, else no chunks.
        threads: that compress; 0: as many as there are cores.
        progress: as in `load_hdf5`.
        store: where a project of that name is; a `Store` or its root; by default the user's own.

    Raises:
        NotFoundError: no such project, or no such folder (a FileNotFoundError).
        ExistsError, NoSpaceError, Hdf5Error, InvalidArgumentError, PermissionDeniedError: as in `Project.save_hdf5`.
    """
    opened = project if isinstance(project, Project) else as_store(store).open(project)
    try:
        opened.save_hdf5(
            path,
            overwrite=overwrite,
            deflate=deflate,
            shuffle=shuffle,
            chunk=chunk,
            threads=threads,
            progress=progress,
        )
    finally:
        if opened is not project:
            opened.close()

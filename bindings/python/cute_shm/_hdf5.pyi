# SPDX-License-Identifier: MIT
"""HDF5 files, wrapped by SWIG: see ``hdf5.h``. A module of its own, so that attaching needs no libhdf5."""

from os import PathLike

from ._progress import ProgressFunction

CSHM_HDF5_OUTSIDE_DATA: int
CSHM_HDF5_OUTSIDE_FOLDER: int
CSHM_HDF5_OUTSIDE_ANYWHERE: int

_Options = tuple[
    int, int, int, ProgressFunction | None, str | None, int, int, str | None, str | None, int, int, int, int
]

def cshm_hdf5_load(store: int, project: str, file: str | bytes | PathLike[str], options: _Options | None, /) -> int: ...
def cshm_hdf5_nbytes(file: str | bytes | PathLike[str], options: _Options | None, /) -> int: ...
def cshm_hdf5_save(
    attachment: int,
    file: str | bytes | PathLike[str],
    options: tuple[int, int, int, int, int, ProgressFunction | None],
    /,
) -> None: ...
def cshm_hdf5_version() -> str: ...

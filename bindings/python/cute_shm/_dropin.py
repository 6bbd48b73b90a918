# SPDX-License-Identifier: MIT
"""The functions of cute-shm 1.2, for code written for it. New code calls `cute_shm.create` and `cute_shm.open`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._array import Row, view
from ._attributes import Attributes
from ._errors import ExistsError
from ._project import Project
from ._store import Lifetime, Store

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def arrays_to_shm(project: str, arrays: Mapping[str, Any], persistent: bool = False, overwrite: bool = False) -> Path:
    """Copies a nested dictionary of numpy arrays into shared memory.

    Args:
        project: its name.
        arrays: dictionaries and arrays.
        persistent: if False, the project is gone when this process exits.
        overwrite: whether a project of that name is replaced.

    Returns:
        The path of the project's manifest.

    Raises:
        FileExistsError: the project exists, and `overwrite` is False.
        TypeError, ValueError: an array or a name that cannot be shared; nothing was created.
        MemoryError: not enough shared memory; nothing was created.
    """
    store = Store()
    try:
        store.create(project, arrays, lifetime=_lifetime(persistent), overwrite=overwrite).close()
    except ExistsError as error:
        raise _already_exists(error, store, project, "numpy arrays to shared memory") from None
    return store.manifest(project)


def hdf5_to_shm(
    hdf5_path: str | os.PathLike[str],
    project: str,
    progress: bool = False,
    persistent: bool = False,
    overwrite: bool = False,
) -> Path:
    """Loads an HDF5 file into shared memory.

    Args:
        hdf5_path: the file.
        project: name of the project.
        progress: whether a bar is shown on stderr.
        persistent: if False, the project is gone when this process exits.
        overwrite: whether a project of that name is replaced.

    Returns:
        The path of the project's manifest.

    Raises:
        FileExistsError: the project exists, and `overwrite` is False.
        FileNotFoundError, IsADirectoryError, OSError: the file is missing, a directory, or no HDF5.
        MemoryError: not enough shared memory; nothing was created.
    """
    store = Store()
    if os.path.isdir(hdf5_path):
        raise IsADirectoryError(f"{os.fspath(hdf5_path)!r} is a directory, not an HDF5 file")
    try:
        store.load_hdf5(
            hdf5_path,
            project,
            overwrite=overwrite,
            lifetime=_lifetime(persistent),
            progress=bool(progress),
        ).close()
    except ExistsError as error:
        raise _already_exists(error, store, project, os.fspath(hdf5_path)) from None
    return store.manifest(project)


def shm_to_arrays(project: str, persistent: bool = True) -> dict[str, Any]:
    """Attaches a project as nested dictionaries.

    Args:
        project: its name.
        persistent: kept for cute-shm 1.2. A reader never destroys what another process made, whatever it says here.

    Returns:
        In the place of each array ``{"meta": dict, "data": numpy.ndarray}``. The data is writable and shared: a change
        is seen by all; it stays whole even when the project is unlinked. `meta` holds ``shm_name``,
        ``shm_private_name``, ``shm``, ``shape`` (a list), ``dtype`` (a str), ``attrs`` (a dict) and ``offset`` (bytes
        into the segment). An HDF5 compound dataset is a dictionary of its fields.

    Raises:
        FileNotFoundError: no such project.
        ValueError: its manifest or its segment is damaged.
    """
    store = Store()
    with store.open(project, "r+") as opened:
        return _Reader(store, opened).tree()


def _lifetime(persistent: bool) -> Lifetime:
    return "persistent" if persistent else "owner"


def _already_exists(error: ExistsError, store: Store, project: str, what: str) -> ExistsError:
    """The error with the words that 1.2 had."""
    return ExistsError(
        f"Project {project}: failed to transfer {what}. "
        f"The corresponding meta file {store.manifest(project)} already exists",
        error.sys_errno,
    )


class _Reader:
    """Builds the nested dictionaries of one project."""

    def __init__(self, store: Store, project: Project) -> None:
        from ._shared_memory import ArrayMemory  # noqa: PLC0415  multiprocessing costs milliseconds to import

        self._array_memory = ArrayMemory
        self._project = project
        self._memory = project._memory
        self._segment = project.segment
        self._project_key = (store, project.name, project.generation)
        self._from_hdf5 = "hdf5.path" in project.origin
        self._dtype_names: dict[np.dtype[Any], str] = {}

    def tree(self) -> dict[str, Any]:
        root: dict[str, Any] = {}
        groups = {"": root}
        for row in self._project._rows(deep=True):
            parent, _, name = row.path.rpartition("/")
            if row.kind == _core.CSHM_GROUP:
                groups[parent][name] = groups[row.path] = {}
            else:
                groups[parent][name] = self._array(row)
        return root

    def _array(self, row: Row) -> dict[str, Any]:
        data = view(self._memory, row)
        offset = row.offset
        attrs = self._attrs(row)
        names = data.dtype.names if self._from_hdf5 else None
        if names is None:
            return self._leaf(row, data, attrs, offset)
        offsets = {name: tuple(data.dtype.fields[name])[1] for name in names}  # type: ignore[index]
        return {name: self._leaf(row, data[name], dict(attrs), offset + offsets[name]) for name in names}

    def _attrs(self, row: Row) -> dict[str, Any]:
        if not row.attribute_count:
            return {}
        attributes = Attributes(self._memory, row.number, row.attribute_count)
        return {name: _plain(value) for name, value in attributes.items()}

    def _leaf(self, row: Row, data: NDArray[Any], attrs: dict[str, Any], offset: int) -> dict[str, Any]:
        dtype = self._dtype_names.get(data.dtype)
        if dtype is None:
            dtype = self._dtype_names[data.dtype] = str(data.dtype)
        meta = {
            "shm_name": self._segment,
            "shm_private_name": "/" + self._segment,
            "shm": self._array_memory(self._memory, self._segment, row.offset, row.nbytes, self._project_key),
            "shape": list(data.shape),
            "dtype": dtype,
            "attrs": attrs,
            "offset": offset,
        }
        return {"meta": meta, "data": data}


def _plain(value: Any) -> Any:
    """An attribute as 1.2 gave it: a plain Python value where there is one."""
    if isinstance(value, np.bytes_):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return bytes(value)
    return value.item() if isinstance(value, (np.bool_, np.integer, np.floating)) else value

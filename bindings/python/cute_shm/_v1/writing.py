# SPDX-License-Identifier: MIT
"""`arrays_to_shm` and `hdf5_to_shm`, and the same as context managers that clean up."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from .._errors import ExistsError, NotFoundError
from .._tree import shared
from .location import store_of, unlink_generation
from .log import arrays_of, listening
from .progress import transfer
from .sizes import bytes_to_human, hdf5_size

if TYPE_CHECKING:
    from pathlib import Path

    from .._listing import Lifetime
    from .._project import Project
    from .._store import Store
    from .types import ArrayDict


def arrays_to_shm(project: str, arrays: ArrayDict, persistent: bool = False, overwrite: bool = False) -> Path:
    """Copies a nested dictionary of numpy arrays into shared memory.

    Args:
        project: its name.
        arrays: dictionaries and arrays. What is in shared memory lies in C order.
        persistent: if False, the project is gone when this process exits.
        overwrite: whether a project of that name is replaced. Those who have attached it keep the old one.

    Returns:
        The path of the project's manifest, a TOML file.

    Raises:
        FileExistsError: the project exists, and `overwrite` is False.
        TypeError, ValueError: an array or a name that cannot be shared; the message names it.
        MemoryError: not enough shared memory.

    After any of these nothing was created, and a project that was to be overwritten is whole.
    """
    store = store_of()
    _share_arrays(store, project, arrays, persistent, overwrite).close()
    return store.manifest(project)


@contextmanager
def unlinked_arrays_to_shm(project: str, arrays: ArrayDict, overwrite: bool = False) -> Iterator[Path]:
    """`arrays_to_shm` for the time of a with block, which yields the manifest's path.

    What it created is removed at the end. What somebody else puts in its place meanwhile is not, and a project that
    exists already, without `overwrite`, is left as it is.
    """
    store = store_of()
    with _unlinked(store, _share_arrays(store, project, arrays, False, overwrite)):
        yield store.manifest(project)


def hdf5_to_shm(
    hdf5_path: str | os.PathLike[str],
    project: str,
    progress: bool = False,
    persistent: bool = False,
    overwrite: bool = False,
) -> Path:
    """Loads an HDF5 file into shared memory, through a buffer of a few MiB whatever the file's size.

    Args:
        hdf5_path: the file.
        project: name of the project.
        progress: whether a bar is shown on stderr.
        persistent: if False, the project is gone when this process exits.
        overwrite: whether a project of that name is replaced. Those who have attached it keep the old one.

    Returns:
        The path of the project's manifest, a TOML file.

    Raises:
        FileExistsError: the project exists, and `overwrite` is False.
        FileNotFoundError, IsADirectoryError, OSError: the file is missing, a directory, or no HDF5.
        MemoryError: not enough shared memory.

    After any of these nothing was created, and a project that was to be overwritten is whole.
    """
    store = store_of()
    _share_file(store, hdf5_path, project, progress, persistent, overwrite).close()
    return store.manifest(project)


@contextmanager
def unlinked_hdf5_to_shm(
    hdf5_path: str | os.PathLike[str], project: str, progress: bool = False, overwrite: bool = False
) -> Iterator[None]:
    """`hdf5_to_shm` for the time of a with block: see `unlinked_arrays_to_shm`."""
    store = store_of()
    with _unlinked(store, _share_file(store, hdf5_path, project, progress, False, overwrite)):
        yield


def _share_arrays(store: Store, name: str, arrays: ArrayDict, persistent: bool, overwrite: bool) -> Project:
    log = listening()
    if log is not None:
        for node in shared(arrays, "keep")[0]:
            if node.data is not None:
                log.debug("transferring key '%s' to shared memory (%s)", node.path, bytes_to_human(node.data.nbytes))
    with transfer(False) as told, _words_of_1_2(store, name, "numpy arrays to shared memory"):
        created = store.create(name, arrays, lifetime=_lifetime(persistent), overwrite=overwrite, order="C")
        if told is not None:
            total = sum(nbytes for _, nbytes in arrays_of(created))
            told(total, total)
    if log is not None:
        for path, _ in arrays_of(created):
            log.debug("transfer of key '%s' to shared memory '%s' finished", path, created.segment)
        log.debug("writing shared memory meta data to %s", store.manifest(name))
    return created


def _share_file(
    store: Store, path: str | os.PathLike[str], name: str, progress: bool, persistent: bool, overwrite: bool
) -> Project:
    if os.path.isdir(path):
        raise IsADirectoryError(f"{os.fspath(path)!r} is a directory, not an HDF5 file")
    log = listening()
    if log is not None:
        log.debug("transferring content of %s to shared memory (%s)", path, bytes_to_human(hdf5_size(path)))
    with transfer(bool(progress)) as told, _words_of_1_2(store, name, os.fspath(path)):
        created = store.load_hdf5(path, name, overwrite=overwrite, lifetime=_lifetime(persistent), progress=told)
    if log is not None:
        for key, _ in arrays_of(created):
            log.debug("transfer of %s to shared memory '%s' finished", key, created.segment)
        log.debug("finished transferring content of %s to shared memory", path)
        log.debug("writing shared memory meta data to %s", store.manifest(name))
    return created


def _lifetime(persistent: bool) -> Lifetime:
    return "persistent" if persistent else "owner"


@contextmanager
def _words_of_1_2(store: Store, name: str, what: str) -> Iterator[None]:
    """Says that a project exists in the words that 1.2 had."""
    try:
        yield
    except ExistsError as error:
        raise ExistsError(
            f"Project {name}: failed to transfer {what}. "
            f"The corresponding meta file {store.manifest(name)} already exists",
            error.sys_errno,
        ) from None


@contextmanager
def _unlinked(store: Store, created: Project) -> Iterator[None]:
    """Removes at the end what was created here: this generation, and not from a child that was forked meanwhile."""
    name, generation, creator = created.name, created.generation, os.getpid()
    created.close()
    try:
        yield
    finally:
        if os.getpid() == creator:
            with suppress(NotFoundError):  # somebody has removed it
                unlink_generation(store, name, generation)

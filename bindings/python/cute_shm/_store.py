# SPDX-License-Identifier: MIT
"""Stores: directories of projects; creating, opening, listing and unlinking."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from . import _core
from ._attributes import encode
from ._errors import BadTypeError, Error, StaleHandleError, from_status
from ._progress import Bar, ProgressFunction, progress_function
from ._project import MODES, Mode, Project
from ._tree import Node, flatten

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

Lifetime = Literal["persistent", "owner", "last-user"]
_LIFETIMES: dict[str, int] = {
    "persistent": _core.CSHM_PERSISTENT,
    "owner": _core.CSHM_OWNER,
    "last-user": _core.CSHM_LAST_USER,
}
_LIFETIME_NAMES: tuple[Lifetime, ...] = ("persistent", "owner", "last-user")
_PRODUCER = "cute_shm {} (Python {}.{}.{})".format(_core.CSHM_VERSION_STRING, *sys.version_info[:3])
_PIECE = 64 << 20  # bytes written between two looks at Ctrl-C

Attrs = Mapping[str, Mapping[str, Any]]


class ProjectInfo(NamedTuple):
    """A project of a listing."""

    name: str
    manifest: Path
    """Its manifest's path."""
    segment: str
    """Its segment's name in /dev/shm; "" where the manifest is damaged."""
    generation: int
    """Identity of this creation; 0 where not known."""
    nbytes: int
    """Bytes of shared memory; 0 where not known."""
    created_ns: int
    """Nanoseconds since 1970-01-01 UTC; 0 where not known."""
    array_count: int
    lifetime: Lifetime
    error: Error | None
    """Why it cannot be opened, or None."""


class Store:
    """A directory of projects.

    It is a plain value: nothing is open between calls, so that it can be kept, pickled and used after a fork.
    Nothing is created on disk until a project is.
    """

    __slots__ = ("_root",)

    def __init__(self, root: str | os.PathLike[str] | None = None) -> None:
        """Opens a store.

        Args:
            root: the directory; by default ``$CUTE_SHM_ROOT``, else ``/tmp/cute-shm-<uid>`` if it is there and yours,
                else ``/tmp/cute-shm`` if it is yours or absent, else ``/tmp/cute-shm-<uid>``.

        Raises:
            PermissionDeniedError: the root is a symlink, or someone else's.
            BadNameError: the root is no directory.
        """
        with _handle(root) as store:
            self._root = _core.cshm_store_root(store)

    @property
    def root(self) -> Path:
        """The directory, absolute."""
        return _path(self._root)

    def __repr__(self) -> str:
        return f"cute_shm.Store({self._root!r})"

    def __eq__(self, other: object) -> bool:
        return self._root == other._root if isinstance(other, Store) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._root)

    def manifest(self, name: str) -> Path:
        """The path of the manifest that a project has, or would be given, here."""
        with _handle(self._root) as store:
            return _path(_core.cshm_store_manifest(store, name))

    def create(
        self,
        name: str,
        tree: Mapping[str, Any],
        attrs: Attrs | None = None,
        lifetime: Lifetime = "persistent",
        overwrite: bool = False,
    ) -> Project:
        """Creates a project in this store: see `cute_shm.create`."""
        nodes = flatten(tree)
        options = (bool(overwrite), _lifetime_number(lifetime), _PRODUCER)
        with _handle(self._root) as store:
            builder = _core.cshm_builder_open(store, name, options)
            try:
                arrays = _declare(builder, nodes, attrs or {})
                _core.cshm_builder_allocate(builder)
                for number, array in enumerate(arrays):
                    _write(builder, number, array)
                return Project(_core.cshm_builder_publish(builder))
            except BaseException:
                _abort(builder)
                raise

    def open(self, name: str, mode: Mode = "r") -> Project:
        """Opens a project of this store: see `cute_shm.open`."""
        if mode not in MODES:
            raise ValueError(f"mode {mode!r}: use 'r' (read only), 'r+' (read and write) or 'c' (copy on write)")
        with _handle(self._root) as store:
            return Project(_core.cshm_attach(store, name, MODES[mode]))

    def load_hdf5(
        self,
        path: str | os.PathLike[str],
        name: str,
        *,
        overwrite: bool = False,
        lifetime: Lifetime = "persistent",
        strict: bool = False,
        progress: bool | ProgressFunction | None = None,
    ) -> Project:
        """Loads an HDF5 file into this store: see `cute_shm.load_hdf5`."""
        from . import _hdf5  # noqa: PLC0415  the only place that needs libhdf5

        function = progress_function(progress)
        options = (bool(overwrite), _lifetime_number(lifetime), bool(strict), function, _PRODUCER)
        try:
            with _handle(self._root) as store:
                return Project(_hdf5.cshm_hdf5_load(store, name, path, options))
        finally:
            if isinstance(function, Bar):
                function.end()

    def projects(self) -> list[ProjectInfo]:
        """The projects of this store: see `cute_shm.projects`."""
        with _handle(self._root) as store:
            listing = _core.cshm_list(store)
            try:
                count = _core.cshm_listing_count(listing)
                return [_project_info(*_core.cshm_listing_project(listing, index)) for index in range(count)]
            finally:
                _core.cshm_listing_close(listing)

    def unlink(self, name: str) -> None:
        """Removes a project of this store: see `cute_shm.unlink`."""
        with _handle(self._root) as store:
            _core.cshm_unlink(store, name)


def _path(text: str) -> Path:
    from pathlib import Path  # noqa: PLC0415  milliseconds that opening a project does not need

    return Path(text)


@contextmanager
def _handle(root: str | os.PathLike[str] | None) -> Iterator[int]:
    store = _core.cshm_store_open(root, None)
    try:
        yield store
    finally:
        _core.cshm_store_close(store)


def _lifetime_number(lifetime: str) -> int:
    if lifetime not in _LIFETIMES:
        raise ValueError(
            f"lifetime {lifetime!r}: use 'persistent' (until it is unlinked), 'owner' (until this process exits) or "
            "'last-user' (until the last process that has it open lets go)"
        )
    return _LIFETIMES[lifetime]


def _declare(builder: int, nodes: list[Node], attrs: Attrs) -> list[NDArray[Any]]:
    """Declares everything. Gives the arrays by their number in the builder."""
    arrays: list[NDArray[Any]] = []
    for path, array, dtype, order in nodes:
        if array is None:
            _core.cshm_builder_group(builder, path)
        else:
            _core.cshm_builder_array(builder, path, dtype, array.shape, order)
            arrays.append(array)
    for path, values in attrs.items():
        if not isinstance(values, Mapping):
            raise BadTypeError(f"attrs[{path!r}] is a mapping of names to values, not {type(values).__name__}")
        for name, value in values.items():
            encoded = encode(value, f"attribute {name!r} of {path!r}")
            _core.cshm_builder_attribute(builder, path, name, *encoded)
    return arrays


def _write(builder: int, number: int, array: NDArray[Any]) -> None:
    if not array.nbytes:
        return
    # The transpose of a Fortran array is its memory in C order; bytes, as numpy exports no buffer of datetimes.
    data = (array if array.flags.c_contiguous else array.T).reshape(-1).view(np.uint8)
    for start in range(0, data.nbytes, _PIECE):
        _core.cshm_builder_write(builder, number, start, data[start : start + _PIECE])


def _abort(builder: int) -> None:
    with suppress(StaleHandleError):  # it was published: what failed came after
        _core.cshm_builder_abort(builder)


def _project_info(
    status: int,
    name: str,
    manifest: str,
    segment: str,
    message: str,
    generation: int,
    nbytes: int,
    created_ns: int,
    array_count: int,
    lifetime: int,
) -> ProjectInfo:
    error = from_status(status, message, 0) if status else None
    kind = _LIFETIME_NAMES[lifetime]
    return ProjectInfo(name, _path(manifest), segment, generation, nbytes, created_ns, array_count, kind, error)

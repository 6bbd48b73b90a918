# SPDX-License-Identifier: MIT
"""Stores: directories of projects; creating, opening, listing and unlinking."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from operator import index
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, SupportsIndex

from . import _core
from ._building import Attrs, Count, abort, declare, fill
from ._draft import Draft
from ._errors import Error, InvalidArgumentError, from_status
from ._layout import declared
from ._progress import ProgressFunction, reporting
from ._project import MODES, Mode, Project
from ._tree import Node, Order, shared
from ._v1.log import unlinking

if TYPE_CHECKING:
    from pathlib import Path

Lifetime = Literal["persistent", "owner", "last-user"]
_LIFETIMES: dict[Lifetime, int] = {
    "persistent": _core.CSHM_PERSISTENT,
    "owner": _core.CSHM_OWNER,
    "last-user": _core.CSHM_LAST_USER,
}
_LIFETIME_NAMES = {number: name for name, number in _LIFETIMES.items()}
Manifest = Literal["yaml", "toml"]
_MANIFESTS: dict[Manifest | None, int] = {
    None: _core.CSHM_MANIFEST_DEFAULT,
    "yaml": _core.CSHM_MANIFEST_YAML,
    "toml": _core.CSHM_MANIFEST_TOML,
}
_PRODUCER = "cute_shm {} (Python {}.{}.{})".format(_core.CSHM_VERSION_STRING, *sys.version_info[:3])


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

    __slots__ = ("_manifest", "_prefix", "_root")

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        prefix: str | None = None,
        manifest: Manifest | None = None,
    ) -> None:
        """Opens a store.

        Args:
            root: the directory; by default ``$CUTE_SHM_ROOT``, else ``/tmp/cute-shm-<uid>`` if it is there and yours,
                else ``/tmp/cute-shm`` if it is yours or absent, else ``/tmp/cute-shm-<uid>``.
            prefix: what the manifests' file names begin with; by default ``"cute-shm."``.
            manifest: ``"yaml"`` or ``"toml"``: the syntax in which manifests are written; by default what
                ``$CUTE_SHM_MANIFEST`` says, else YAML. Projects of either syntax are read.

        Raises:
            PermissionDeniedError: the root is a symlink, or someone else's.
            BadNameError: the root is no directory, or the prefix is not part of a file name.
            InvalidArgumentError: no such syntax, here or in ``$CUTE_SHM_MANIFEST``.
        """
        if manifest not in _MANIFESTS:
            raise InvalidArgumentError(f"manifest {manifest!r}: use 'yaml' or 'toml', or None for the default")
        self._prefix = prefix
        self._manifest = manifest
        with self._handle(root) as store:
            self._root = _core.cshm_store_root(store)

    def _handle(self, root: str | os.PathLike[str] | None) -> _Handle:
        return _Handle(root, (_MANIFESTS[self._manifest], self._prefix))

    @property
    def root(self) -> Path:
        """The directory, absolute."""
        return _path(self._root)

    def _value(self) -> tuple[str, str | None, Manifest | None]:
        return self._root, self._prefix, self._manifest

    def __repr__(self) -> str:
        options = (("prefix", self._prefix), ("manifest", self._manifest))
        given = "".join(f", {name}={value!r}" for name, value in options if value is not None)
        return f"cute_shm.Store({self._root!r}{given})"

    def __eq__(self, other: object) -> bool:
        return self._value() == other._value() if isinstance(other, Store) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._value())

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        # The oldest protocols know no slots.
        return super().__reduce_ex__(max(2, index(protocol)))

    def manifest(self, name: str) -> Path:
        """The path of the manifest that a project has, or would be given, here."""
        with self._handle(self._root) as store:
            return _path(_core.cshm_store_manifest(store, name))

    def create(
        self,
        name: str,
        tree: Mapping[str, Any],
        attrs: Attrs | None = None,
        lifetime: Lifetime = "owner",
        overwrite: bool = False,
        order: Order = "keep",
        progress: bool | ProgressFunction | None = None,
    ) -> Project:
        """Creates a project in this store: see `cute_shm.create`."""
        nodes, own = shared(tree, order)
        with reporting(progress) as report:
            count = Count(nodes, report)  # begins here, as reserving gigabytes takes seconds
            with self._building(name, nodes, _merged(own, attrs), lifetime, overwrite) as builder:
                fill(builder, nodes, count)
                return Project(_core.cshm_builder_publish(builder), self)

    def allocate(
        self,
        name: str,
        layout: Mapping[str, Any],
        attrs: Attrs | None = None,
        lifetime: Lifetime = "owner",
        overwrite: bool = False,
    ) -> Draft:
        """Declares a project of this store, to be filled in place and then published: see `cute_shm.allocate`."""
        nodes, own = declared(layout)
        with self._building(name, nodes, _merged(own, attrs), lifetime, overwrite) as builder:
            return Draft(builder, self)

    @contextmanager
    def _building(
        self, name: str, nodes: list[Node], attrs: Attrs, lifetime: Lifetime, overwrite: bool
    ) -> Iterator[int]:
        """An allocated builder, which is aborted where anything goes wrong."""
        options = (bool(overwrite), _lifetime_number(lifetime), _PRODUCER)
        with self._handle(self._root) as store:
            builder = _core.cshm_builder_open(store, name, options)
        try:
            declare(builder, nodes, attrs)
            yield builder
        except BaseException:
            abort(builder)
            raise

    def open(self, name: str, mode: Mode = "r") -> Project:
        """Opens a project of this store: see `cute_shm.open`."""
        if mode not in MODES:
            raise InvalidArgumentError(
                f"mode {mode!r}: use 'r' (read only), 'r+' (read and write) or 'c' (copy on write)"
            )
        with self._handle(self._root) as store:
            return Project(_core.cshm_attach(store, name, MODES[mode]), self)

    def load_hdf5(
        self,
        path: str | os.PathLike[str],
        name: str,
        *,
        overwrite: bool = False,
        lifetime: Lifetime = "owner",
        strict: bool = False,
        progress: bool | ProgressFunction | None = None,
    ) -> Project:
        """Loads an HDF5 file into this store: see `cute_shm.load_hdf5`."""
        from . import _hdf5  # noqa: PLC0415  the only place that needs libhdf5

        with reporting(progress) as report, self._handle(self._root) as store:
            options = (bool(overwrite), _lifetime_number(lifetime), bool(strict), report, _PRODUCER)
            return Project(_hdf5.cshm_hdf5_load(store, name, os.fspath(path), options), self)

    def projects(self) -> list[ProjectInfo]:
        """The projects of this store: see `cute_shm.projects`."""
        with self._handle(self._root) as store:
            listing = _core.cshm_list(store)
            try:
                count = _core.cshm_listing_count(listing)
                return [_project_info(*_core.cshm_listing_project(listing, index)) for index in range(count)]
            finally:
                _core.cshm_listing_close(listing)

    def unlink(self, name: str) -> None:
        """Removes a project of this store: see `cute_shm.unlink`."""
        unlinking(self, name)
        with self._handle(self._root) as store:
            _core.cshm_unlink(store, name)


def default_store() -> Store:
    """The store of those who name none: where the drop-in's `Project2Toml` says that projects are."""
    from ._v1.location import default_store as where_1_2_looks  # noqa: PLC0415  that module needs this one

    return where_1_2_looks()


def _merged(own: dict[str, Mapping[str, Any]], given: Attrs | None) -> Attrs:
    """The attributes that arrays bring along, and those that the user gives, which win."""
    given = given or {}
    # Values that are no mapping are refused later, by their path.
    return {**own, **{path: {**own[path], **values} if path in own else values for path, values in given.items()}}


def _path(text: str) -> Path:
    from pathlib import Path  # noqa: PLC0415  milliseconds that opening a project does not need

    return Path(text)


class _Handle:  # a generator would take longer than attaching again does
    """A store of the C layer, open for the time of a block."""

    __slots__ = ("_store",)

    def __init__(self, root: str | os.PathLike[str] | None, options: tuple[int, str | None]) -> None:
        self._store = _core.cshm_store_open(root, options)

    def __enter__(self) -> int:
        return self._store

    def __exit__(self, *error: object) -> None:
        _core.cshm_store_close(self._store)


def _lifetime_number(lifetime: Lifetime) -> int:
    if lifetime not in _LIFETIMES:
        raise InvalidArgumentError(
            f"lifetime {lifetime!r}: use 'persistent' (until it is unlinked), 'owner' (until this process exits) or "
            "'last-user' (until the last process that has it open lets go)"
        )
    return _LIFETIMES[lifetime]


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

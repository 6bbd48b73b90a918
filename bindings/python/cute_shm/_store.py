# SPDX-License-Identifier: MIT
"""Stores: directories of projects; creating, opening, listing and unlinking."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from operator import index
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex

from . import _core
from ._building import Attrs, Count, abort, declare, fill
from ._draft import Draft
from ._errors import InvalidArgumentError, SkippedWarning
from ._layout import declared
from ._listing import LIFETIMES, Leftover, Lifetime, Listed, ProjectInfo, Repaired, path_of
from ._manifest import FORMATS, Manifest, ManifestFormat
from ._progress import ProgressFunction, reporting
from ._project import Mode, Project, mode_number
from ._tree import Node, Order, shared
from ._units import plural
from ._v1.log import unlinking

if TYPE_CHECKING:
    from pathlib import Path

_MANIFESTS: dict[ManifestFormat | None, int] = {
    None: _core.CSHM_MANIFEST_DEFAULT,
    "yaml": FORMATS["yaml"],
    "toml": FORMATS["toml"],
}
Access = Literal["r", "rw"]
_ACCESSES: dict[Access | None, int] = {
    None: _core.CSHM_ACCESS_DEFAULT,
    "r": _core.CSHM_ACCESS_READ,
    "rw": _core.CSHM_ACCESS_READ_WRITE,
}
ExternalLinks = Literal["folder", "anywhere"]
_OUTSIDE: dict[ExternalLinks | None, int] = {None: 0, "folder": 1, "anywhere": 2}
_WARNED = 10  # objects that a warning names
LayoutLike = Mapping[str, Any] | Manifest | str | os.PathLike[str]
_PRODUCER = "cute_shm {} (Python {}.{}.{})".format(_core.CSHM_VERSION_STRING, *sys.version_info[:3])


class Store:
    """A directory of projects.

    It is a plain value: nothing is open between calls, so that it can be kept, pickled and used after a fork.
    Nothing is created on disk until a project is.
    """

    __slots__ = ("_access", "_group", "_manifest", "_prefix", "_root")

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        prefix: str | None = None,
        manifest: ManifestFormat | None = None,
        group: str | int | None = None,
        access: Access | None = None,
    ) -> None:
        """Opens a store.

        Args:
            root: the directory; by default ``$CUTE_SHM_ROOT``, else with a group ``/tmp/cute-shm-group-<gid>``, and
                without one ``/tmp/cute-shm-<uid>`` if it is there and yours, else ``/tmp/cute-shm`` if it is yours or
                absent, else ``/tmp/cute-shm-<uid>``.
            prefix: what the manifests' file names begin with; by default ``"cute-shm."``.
            manifest: ``"yaml"`` or ``"toml"``: the syntax in which manifests are written; by default what
                ``$CUTE_SHM_MANIFEST`` says, else YAML. Projects of either syntax are read.
            group: name or number of the system's group that shares the store; all who use it must name it. By default
                what ``$CUTE_SHM_GROUP`` says, else nobody; ``""`` is nobody, whatever that says.
            access: what the group's other members may do. ``"r"``: list and open, with mode "r" or "c"; ``"rw"``: all
                that the owner may. By default what ``$CUTE_SHM_ACCESS`` says, else as the store is; a new one is for
                reading. Without a group it means nothing.

        Raises:
            PermissionDeniedError: the root is a symlink, or someone else's; or it is shared with a group that was not
                named, or that this process is not a member of.
            BadNameError: the root is no directory, or the prefix is not part of a file name.
            NotFoundError: no such group.
            InvalidArgumentError: no such syntax or access, here or in the environment.
        """
        if manifest not in _MANIFESTS:
            raise InvalidArgumentError(f"manifest {manifest!r}: use 'yaml' or 'toml', or None for the default")
        if access not in _ACCESSES:
            raise InvalidArgumentError(
                f"access {access!r}: use 'r' (the group reads) or 'rw' (it does all), or None for the default"
            )
        self._prefix = prefix
        self._manifest = manifest
        self._group = group if group is None else str(group)
        self._access = access
        with self._handle(root) as store:
            self._root = _core.cshm_store_root(store)

    def _handle(self, root: str | os.PathLike[str] | None) -> _Handle:
        return _Handle(root, (_MANIFESTS[self._manifest], self._prefix, self._group, _ACCESSES[self._access]))

    @property
    def root(self) -> Path:
        """The directory, absolute."""
        return path_of(self._root)

    def _options(self) -> tuple[str | None, ...]:
        return self._prefix, self._manifest, self._group, self._access

    def _value(self) -> tuple[str | None, ...]:
        return self._root, *self._options()

    def __repr__(self) -> str:
        options = zip(("prefix", "manifest", "group", "access"), self._options(), strict=True)
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
            return path_of(_core.cshm_store_manifest(store, name))

    def create(
        self,
        name: str,
        tree: Mapping[str, Any],
        attrs: Attrs | None = None,
        lifetime: Lifetime | None = None,
        overwrite: bool = False,
        order: Order = "keep",
        progress: bool | ProgressFunction | None = None,
        *,
        sealed: bool = False,
    ) -> Project:
        """Creates a project in this store: see `cute_shm.create`."""
        nodes, own = shared(tree, order)
        with reporting(progress) as report:
            count = Count(nodes, report)  # begins here, as reserving gigabytes takes seconds
            with self._building(name, nodes, _merged(own, attrs), _terms(lifetime, overwrite, sealed)) as builder:
                fill(builder, nodes, count)
                return self._published(_core.cshm_builder_publish(builder), sealed)

    def allocate(
        self,
        name: str,
        layout: LayoutLike,
        attrs: Attrs | None = None,
        lifetime: Lifetime | None = None,
        overwrite: bool = False,
        *,
        sealed: bool = False,
    ) -> Draft:
        """Declares a project of this store, to be filled in place and then published: see `cute_shm.allocate`."""
        nodes, own = _planned(layout)
        with self._building(name, nodes, _merged(own, attrs), _terms(lifetime, overwrite, sealed)) as builder:
            return Draft(builder, None if sealed else self)

    @contextmanager
    def _building(
        self, name: str, nodes: list[Node] | Manifest, attrs: Attrs, terms: tuple[bool, int, bool]
    ) -> Iterator[int]:
        """An allocated builder, which is aborted where anything goes wrong."""
        with self._handle(self._root) as store:
            builder = _core.cshm_builder_open(store, name, (*terms, _PRODUCER))
        try:
            declare(builder, nodes, attrs)
            yield builder
        except BaseException:
            abort(builder)
            raise

    def _published(self, attachment: int, sealed: bool) -> Project:
        return Project(_core.Memory(attachment, None if sealed else self))

    def open(self, name: str, mode: Mode = "r") -> Project:
        """Opens a project of this store: see `cute_shm.open`."""
        number = mode_number(mode)
        with self._handle(self._root) as store:
            return Project(_core.Memory(_core.cshm_attach(store, name, number), self))

    def load_hdf5(
        self,
        path: str | os.PathLike[str],
        name: str,
        *,
        overwrite: bool = False,
        lifetime: Lifetime | None = None,
        strict: bool = False,
        progress: bool | ProgressFunction | None = None,
        sealed: bool = False,
        select: str | Iterable[str] | None = None,
        exclude: str | Iterable[str] | None = None,
        max_bytes_per_dataset: int | None = None,
        threads: int | None = None,
        native_endian: bool = False,
        external_links: ExternalLinks | None = None,
        isolate: bool = False,
    ) -> Project:
        """Loads an HDF5 file into this store: see `cute_shm.load_hdf5`."""
        from . import _hdf5  # noqa: PLC0415  the only place that needs libhdf5

        if external_links not in _OUTSIDE:
            raise InvalidArgumentError(f"external_links {external_links!r}: use None, 'folder' or 'anywhere'")
        outside = _OUTSIDE[external_links]
        replace, number, _ = _terms(lifetime, overwrite, sealed)
        with reporting(progress) as report, self._handle(self._root) as store:
            options = (
                *(replace, number, bool(strict), report, _PRODUCER, bool(sealed)),
                *(_count("threads", threads, 2**32), _globs("select", select), _globs("exclude", exclude)),
                *(_count("max_bytes_per_dataset", max_bytes_per_dataset, 2**64), bool(native_endian), outside),
                bool(isolate),
            )
            loaded = self._published(_hdf5.cshm_hdf5_load(store, name, os.fspath(path), options), sealed)
        try:
            _warn_of_skipped(loaded, os.fspath(path))
        except Warning:  # where warnings are errors, nobody gets the project
            loaded.close()
            raise
        return loaded

    def _listed(self, call: Callable[[int], int]) -> list[Listed]:
        """What a call of the C layer lists of this store."""
        with self._handle(self._root) as store:
            listing = call(store)
            try:
                count = _core.cshm_listing_count(listing)
                return [Listed(*_core.cshm_listing_project(listing, index)) for index in range(count)]
            finally:
                _core.cshm_listing_close(listing)

    def projects(self) -> list[ProjectInfo]:
        """The projects of this store: see `cute_shm.projects`."""
        return [found.project() for found in self._listed(_core.cshm_list)]

    def collect(self, dry_run: bool = False) -> list[Leftover]:
        """Removes what the dead have left in this store: see `cute_shm.collect`."""
        return [found.leftover() for found in self._listed(lambda store: _core.cshm_store_collect(store, dry_run))]

    def repair(self, name: str | None = None) -> list[Repaired]:
        """Writes manifests of this store anew: see `cute_shm.repair`."""
        return [found.repaired() for found in self._listed(lambda store: _core.cshm_store_repair(store, name))]

    def unlink(self, name: str) -> None:
        """Removes a project of this store: see `cute_shm.unlink`."""
        unlinking(self, name)
        with self._handle(self._root) as store:
            _core.cshm_unlink(store, name)


def default_store() -> Store:
    """The store of those who name none: where the drop-in's `Project2Toml` says that projects are."""
    from ._v1.location import default_store as where_1_2_looks  # noqa: PLC0415  that module needs this one

    return where_1_2_looks()


StoreLike = Store | str | os.PathLike[str] | None


def as_store(store: StoreLike) -> Store:
    """The store that a caller names, or the user's own."""
    if store is None:
        return default_store()
    return store if isinstance(store, Store) else Store(store)


def _planned(layout: LayoutLike) -> tuple[list[Node] | Manifest, dict[str, Mapping[str, Any]]]:
    """What is to be declared, and attributes that are not among it yet."""
    if isinstance(layout, (str, os.PathLike)):
        layout = Manifest.read(layout)
    return (layout, {}) if isinstance(layout, Manifest) else declared(layout)


def _warn_of_skipped(project: Project, file: str | bytes) -> None:
    skipped = project.skipped
    if not skipped:
        return
    import warnings  # noqa: PLC0415  most files are loaded whole

    first = "; ".join(f"{path}: {reason}" for path, reason in skipped[:_WARNED])
    more = f"; and {len(skipped) - _WARNED} more" if len(skipped) > _WARNED else ""
    warnings.warn(
        f"{os.fsdecode(file)}: {plural(len(skipped), 'object')} not loaded (all in Project.skipped): {first}{more}",
        SkippedWarning,
        stacklevel=4,
    )


def _merged(own: dict[str, Mapping[str, Any]], given: Attrs | None) -> Attrs:
    """The attributes that arrays bring along, and those that the user gives, which win."""
    given = given or {}
    # Values that are no mapping are refused later, by their path.
    return {**own, **{path: {**own[path], **values} if path in own else values for path, values in given.items()}}


def _globs(what: str, given: str | Iterable[str] | None) -> str | None:
    """Globs as the C layer takes them, one a line; None where there are none."""
    if given is None:
        return None
    globs = [given] if isinstance(given, str) else list(given)
    if not all(isinstance(glob, str) and glob and not set(glob) & {"\n", "\0"} for glob in globs):
        raise InvalidArgumentError(f"{what}: globs are strings of one line: {given!r}")
    return "\n".join(globs) or None


def _count(what: str, given: int | None, limit: int) -> int:
    """A number of 1 and more; 0 where none is given."""
    if given is not None and not 0 < given < limit:
        raise InvalidArgumentError(f"{what}: {given!r} is not from 1 to {limit - 1}")
    return given or 0


class _Handle:  # a generator would take longer than attaching again does
    """A store of the C layer, open for the time of a block."""

    __slots__ = ("_store",)

    def __init__(self, root: str | os.PathLike[str] | None, options: tuple[int, str | None, str | None, int]) -> None:
        self._store = _core.cshm_store_open(root, options)

    def __enter__(self) -> int:
        return self._store

    def __exit__(self, *error: object) -> None:
        _core.cshm_store_close(self._store)


def _terms(lifetime: Lifetime | None, overwrite: bool, sealed: bool) -> tuple[bool, int, bool]:
    """How a project begins and ends, as the C layer takes it: does it replace one, its lifetime, is it sealed.

    Raises:
        InvalidArgumentError: no such lifetime; or one that a sealed project cannot have.
    """
    if sealed and (overwrite or lifetime is not None):
        given = "overwrite=True" if overwrite else f"lifetime={lifetime!r}"
        raise InvalidArgumentError(
            f"{given} beside sealed=True: a sealed project is in no store, so it replaces none, and lives as long as a "
            f"process holds it or a descriptor of it; leave {given} out"
        )
    lifetime = "owner" if lifetime is None else lifetime
    if lifetime not in LIFETIMES:
        raise InvalidArgumentError(
            f"lifetime {lifetime!r}: use 'persistent' (until it is unlinked), 'owner' (until this process exits) or "
            "'last-user' (until the last process that has it open lets go)"
        )
    return bool(overwrite), LIFETIMES[lifetime], bool(sealed)

# SPDX-License-Identifier: MIT
"""A nested tree of numpy arrays in shared memory, used by many processes at once with no copy.

One process creates a project, or loads an HDF5 file into one:

    project = cute_shm.create("weather", {"grid": {"temperature": temperature, "height": height}})
    cute_shm.load_hdf5("recording.h5", "recording", lifetime="persistent")

Any other opens it, in microseconds whatever its size, and uses its arrays as the numpy arrays they are:

    with cute_shm.open("weather") as project:
        print(project["grid/temperature"].mean())

or is sent an array, and attaches the same memory: what is pickled is an address. A project ends with the process that
made it, or when it is unlinked; the memory is given back as soon as the last process has let go.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from . import _core, core, hdf5_shm, numpy_shm, progress
from ._array import Array
from ._attributes import Attributes
from ._building import Attrs
from ._draft import Draft
from ._dtypes import from_string as dtype_from_string
from ._dtypes import to_string as dtype_to_string
from ._errors import (
    BadNameError,
    BadTypeError,
    BufferTooSmallError,
    CancelledError,
    CorruptError,
    Error,
    ExistsError,
    GenerationError,
    Hdf5Error,
    InvalidArgumentError,
    LimitError,
    NodeNotFoundError,
    NoMemoryError,
    NoSpaceError,
    NotFoundError,
    PermissionDeniedError,
    SkippedWarning,
    StaleHandleError,
    StateError,
    SystemCallError,
    TimedOutError,
    UnsupportedError,
    VersionError,
)
from ._group import Group
from ._layout import Spec
from ._listing import Leftover, Lifetime, ProjectInfo, Repaired
from ._manifest import Manifest, ManifestFormat
from ._progress import ProgressFunction
from ._project import Mode, Project, mode_number
from ._ragged import Ragged
from ._records import Records
from ._saving import save_hdf5
from ._store import Access, ExternalLinks, LayoutLike, Store, StoreLike, as_store
from ._tree import Order
from ._upkeep import collect, projects, repair, unlink
from ._v1.location import Project2Toml
from ._v1.progress import ShmProgress
from ._v1.reading import shm_to_arrays
from ._v1.sizes import bytes_to_human, hdf5_size
from ._v1.types import ArrayDict, MetaArrayDict, SharedArray, SharedArrayDict, SharedArrayMeta
from ._v1.writing import arrays_to_shm, hdf5_to_shm, unlinked_arrays_to_shm, unlinked_hdf5_to_shm

# Without `open`: `from cute_shm import *` is not to take the place of the one that opens files.
__all__ = [
    "Access",
    "Array",
    "ArrayDict",
    "Attributes",
    "BadNameError",
    "BadTypeError",
    "BufferTooSmallError",
    "CancelledError",
    "CorruptError",
    "Draft",
    "Error",
    "ExistsError",
    "ExternalLinks",
    "GenerationError",
    "Group",
    "Hdf5Error",
    "InvalidArgumentError",
    "Leftover",
    "Lifetime",
    "LimitError",
    "Manifest",
    "ManifestFormat",
    "MetaArrayDict",
    "Mode",
    "NoMemoryError",
    "NoSpaceError",
    "NodeNotFoundError",
    "NotFoundError",
    "Order",
    "PermissionDeniedError",
    "ProgressFunction",
    "Project",
    "Project2Toml",
    "ProjectInfo",
    "Ragged",
    "Records",
    "Repaired",
    "SharedArray",
    "SharedArrayDict",
    "SharedArrayMeta",
    "ShmProgress",
    "SkippedWarning",
    "Spec",
    "StaleHandleError",
    "StateError",
    "Store",
    "SystemCallError",
    "TimedOutError",
    "UnsupportedError",
    "VersionError",
    "allocate",
    "arrays_to_shm",
    "attach_fd",
    "bytes_to_human",
    "collect",
    "core",
    "create",
    "dtype_from_string",
    "dtype_to_string",
    "hdf5_shm",
    "hdf5_size",
    "hdf5_to_shm",
    "load_hdf5",
    "manifest",
    "numpy_shm",
    "progress",
    "projects",
    "repair",
    "save_hdf5",
    "shm_to_arrays",
    "unlink",
    "unlinked_arrays_to_shm",
    "unlinked_hdf5_to_shm",
]

__version__ = _core.cshm_version()


def create(
    name: str,
    tree: Mapping[str, Any],
    attrs: Attrs | None = None,
    lifetime: Lifetime | None = None,
    overwrite: bool = False,
    order: Order = "keep",
    store: StoreLike = None,
    progress: bool | ProgressFunction | None = None,
    *,
    sealed: bool = False,
) -> Project:
    """Copies a nested mapping of arrays into shared memory, as one project that appears whole or not at all.

    Args:
        name: 1 to 200 bytes of UTF-8, no "/", not starting with ".".
        tree: names to arrays, and to mappings, which become groups. An array is whatever `numpy.asarray` takes, or has
            ``__dlpack__``; of any shape, and of any dtype but those that hold Python objects.
        attrs: paths such as ``"b/b1"`` (``""`` is the project) to mappings of names to values: str, bytes, bool,
            numbers, and array-likes of these.
        lifetime: ``"owner"``, the default: until this process exits, however it exits; ``"persistent"``: until it is
            unlinked or the machine restarts; ``"last-user"``: until the last process that has it open (the project, or
            a group or array of it) lets go or exits, however it exits. A child of fork has open what it inherits.
        overwrite: whether a project of that name is replaced. Those who have it open keep the old one.
        order: ``"C"`` (the last dimension is contiguous), ``"F"`` (the first), or ``"keep"``: as each array lies in
            memory, and C for one that is not contiguous.
        store: a `Store` or its root; by default the user's own.
        progress: as in `load_hdf5`.
        sealed: whether it is kept out of the store, and nobody, this process included, can ever change, cut or grow it:
            for readers that trust nobody, in other containers or of other users. Only whom it is handed to has it:
            through multiprocessing, or by `Project.export_fd` and `attach_fd`. It lives as long as a process holds it,
            so that `lifetime` and `overwrite` cannot be given; of `store` there is only the root in its description.

    Returns:
        The project, opened for reading.

    Raises:
        ExistsError: the project exists, and `overwrite` is False (a FileExistsError).
        BadNameError: a name that is not allowed (a ValueError).
        BadTypeError: a value that cannot be shared, named by its path (a TypeError).
        InvalidArgumentError: a lifetime or an order that there is not, or what cannot go with `sealed` (a ValueError).
        NodeNotFoundError: `attrs` names a path that is not in the tree (a KeyError).
        NoSpaceError: not enough shared memory (a MemoryError).
        PermissionDeniedError: the store is someone else's (a PermissionError).

    After any of these nothing was created, and a project that was to be overwritten is whole.
    """
    return as_store(store).create(name, tree, attrs, lifetime, overwrite, order, progress, sealed=sealed)


def allocate(
    name: str,
    layout: LayoutLike,
    attrs: Attrs | None = None,
    lifetime: Lifetime | None = None,
    overwrite: bool = False,
    store: StoreLike = None,
    *,
    sealed: bool = False,
) -> Draft:
    """Reserves shared memory for a project that is filled in place, and published when it is complete.

    It spares the copy that `create` makes, and the memory for two:

        with cute_shm.allocate("frames", {"image": ((480, 640), "u1"), "t": ((), "f8")}) as draft:
            draft["image"][...] = camera.read()
            draft["t"][...] = time.time()

    Args:
        name: as in `create`.
        layout: names to declared arrays, and to mappings, which become groups. An array is declared by ``(shape,
            dtype)``, by `Spec`, which takes order and attributes, too, or by something that has both, such as another
            array or an h5py dataset. All elements are zero at first. Or the path of a layout in YAML or TOML, or a
            `Manifest`, which is a layout, too: there elements are what the layout's fill says.
        attrs: as in `create`; they come after those that a `Spec` or a layout gives. Those of a `Spec` may be replaced.
        lifetime: as in `create`.
        overwrite: as in `create`; the project is replaced when the draft is published.
        store: as in `create`.
        sealed: as in `create`. Publish within the block, and keep what that gives.

    Returns:
        The draft. Nobody sees it until it is published.

    Raises:
        BadTypeError: a declaration that is not understood, or a dtype that cannot be shared, named by its path.
        ExistsError: as in `create`; or `attrs` gives what the layout's text has already.
        NotFoundError, CorruptError, VersionError, LimitError: the layout's text, as in `Manifest.read`.
        BadNameError, InvalidArgumentError, NodeNotFoundError, NoSpaceError, PermissionDeniedError: as in
            `create`.
    """
    return as_store(store).allocate(name, layout, attrs, lifetime, overwrite, sealed=sealed)


def open(name: str, mode: Mode = "r", store: StoreLike = None) -> Project:
    """Opens a project. This takes microseconds, however many and large its arrays are: nothing is copied.

    Args:
        name: the project.
        mode: ``"r"``: arrays are read-only; ``"r+"``: writes are seen by everyone; ``"c"``: copy on write, writes are
            seen by this project object only.
        store: a `Store` or its root; by default the user's own.

    Raises:
        NotFoundError: no such project (a FileNotFoundError); the message names near matches.
        CorruptError, VersionError, GenerationError: its segment or manifest is damaged, too new, or not its own.
        PermissionDeniedError: it is someone else's (a PermissionError).
    """
    return as_store(store).open(name, mode)


def manifest(project: str, format: ManifestFormat = "yaml", store: StoreLike = None) -> str:
    """The manifest of a project as text, in either syntax, whatever the store has: a full table of contents.

    `Manifest` reads such text, and converts what lies elsewhere.

    Args:
        project: its name.
        format: ``"yaml"`` or ``"toml"``.
        store: a `Store` or its root; by default the user's own.

    Raises:
        InvalidArgumentError: no such syntax (a ValueError).
        NotFoundError, CorruptError, VersionError, GenerationError, PermissionDeniedError: as `open`.
    """
    with open(project, store=store) as opened:
        return opened.manifest(format)


def attach_fd(fd: int, mode: Mode = "r") -> Project:
    """Opens a sealed project that another process has handed over: see `Project.export_fd`. Nothing is copied.

    That it is sealed is checked first: what is not could be cut while it is read.

    Args:
        fd: the descriptor. It stays the caller's, to be closed at any time.
        mode: as in `open`; ``"r+"`` cannot be had.

    Raises:
        InvalidArgumentError: no open descriptor (a ValueError).
        PermissionDeniedError: not sealed, or mode "r+" (a PermissionError).
        CorruptError, VersionError: no project, damaged, or too new.
    """
    return Project(_core.Memory(_core.cshm_attach_fd(fd, mode_number(mode))))


def load_hdf5(
    path: str | os.PathLike[str],
    name: str,
    *,
    overwrite: bool = False,
    lifetime: Lifetime | None = None,
    strict: bool = False,
    progress: bool | ProgressFunction | None = None,
    store: StoreLike = None,
    sealed: bool = False,
    select: str | Iterable[str] | None = None,
    exclude: str | Iterable[str] | None = None,
    max_bytes_per_dataset: int | None = None,
    threads: int | None = None,
    native_endian: bool = False,
    external_links: ExternalLinks | None = None,
    isolate: bool = False,
) -> Project:
    """Loads an HDF5 file into shared memory, through buffers of a few MiB whatever the file's size.

    What has no form in shared memory is left out and told by `Project.skipped`, and by one `SkippedWarning`.

    Args:
        path: the file.
        name: the project.
        overwrite: whether a project of that name is replaced.
        lifetime: as in `create`.
        strict: whether an object that would be left out is an error instead.
        progress: True for a bar on stderr (rich's, if that is installed), or a callable of (done, total), in bytes.
            What it returns is ignored; what it raises cancels, and is what you see; so does Ctrl-C.
        store: a `Store` or its root; by default the user's own.
        sealed: as in `create`.
        select: globs of paths: only what one of them matches is loaded. `*` stands for anything within a level, `**`
            across levels, `?` for one character; one that matches a group takes all that is in it.
        exclude: globs of what is left out, whatever `select` says.
        max_bytes_per_dataset: larger datasets are left out.
        threads: how many read and inflate; by default as many as there are cores.
        native_endian: whether numbers of the other byte order become those of this machine.
        external_links: which links into other files are followed: None, those to files in the folder of the file or
            below it ("folder"), or all ("anywhere"). Whoever wrote the file chose where they lead.
        isolate: whether a process of its own reads the file: one that makes HDF5 crash, loop or eat memory then
            ends that, and you get a Hdf5Error that names the object. It costs a few milliseconds.

    Returns:
        The project, opened for reading.

    Raises:
        NotFoundError: no such file, or `select` matches nothing in it (a FileNotFoundError).
        Hdf5Error: not HDF5, truncated, or written by a newer HDF5 than the one in use (an OSError).
        UnsupportedError: `strict`, and something cannot be represented (a NotImplementedError).
        ExistsError, BadNameError, InvalidArgumentError, NoSpaceError, PermissionDeniedError: as in `create`.
    """
    return as_store(store).load_hdf5(
        path,
        name,
        overwrite=overwrite,
        lifetime=lifetime,
        strict=strict,
        progress=progress,
        sealed=sealed,
        select=select,
        exclude=exclude,
        max_bytes_per_dataset=max_bytes_per_dataset,
        threads=threads,
        native_endian=native_endian,
        external_links=external_links,
        isolate=isolate,
    )

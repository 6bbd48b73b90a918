# SPDX-License-Identifier: MIT
"""Projects: the root group of a segment, and what is known about the whole."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Literal, NamedTuple

from . import _core
from ._array import Row
from ._errors import InvalidArgumentError, TimedOutError
from ._group import Group
from ._manifest import ManifestFormat, format_number
from ._progress import ProgressFunction, reporting
from ._units import human_bytes, plural

Mode = Literal["r", "r+", "c"]
MODES: dict[Mode, int] = {"r": _core.CSHM_READ_ONLY, "r+": _core.CSHM_READ_WRITE, "c": _core.CSHM_PRIVATE}
MODE_NAMES = {number: mode for mode, number in MODES.items()}
_LOOK = 0.1  # seconds of waiting between two looks at Ctrl-C


def mode_number(mode: Mode) -> int:
    """A mode, as the C layer takes it.

    Raises:
        InvalidArgumentError: no such mode.
    """
    if mode not in MODES:
        raise InvalidArgumentError(f"mode {mode!r}: use 'r' (read only), 'r+' (read and write) or 'c' (copy on write)")
    return MODES[mode]


class Root(Group):
    """The root group of a memory, and what is known about the whole. Unlike other groups it comes to an end."""

    __slots__ = ("_info",)

    def __init__(self, memory: _core.Memory) -> None:
        self._info = describe(memory)
        super().__init__(memory, Row._make(_core.row(memory.attachment, "")))

    @property
    def name(self) -> str:
        """The project's name."""
        return self._info.project

    @property
    def nbytes(self) -> int:
        """Bytes of shared memory, index included."""
        return self._info.nbytes

    # As it changes when it ends, it equals only itself.

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)


class Project(Root):
    """A project in shared memory: the root group, and what is known about the whole.

    It is a context manager. Closing it, or dropping it, never invalidates groups and arrays that are still held: the
    memory is unmapped with the last of them. Pickled, it is its address: unpickling opens the same generation. A sealed
    one has no address: multiprocessing sends it as a descriptor, and what else pickles refuses it.
    """

    __slots__ = ()

    def __init__(self, memory: _core.Memory) -> None:
        """The project of a memory. Users call `open`, `create` or `load_hdf5`."""
        super().__init__(memory)
        if self._info.sealed:
            from . import _sealed  # noqa: F401, PLC0415  tells multiprocessing how to send it; costs milliseconds

    @property
    def root(self) -> str:
        """Directory of the store it was made in; a sealed project is in none, and this is only where it might be."""
        return self._info.root

    @property
    def segment(self) -> str:
        """Name of its segment in /dev/shm; of a sealed project, what /proc/PID/fd calls it."""
        return self._info.segment

    @property
    def mode(self) -> Mode:
        """``"r"``, ``"r+"`` or ``"c"``: as it was opened."""
        return MODE_NAMES[self._info.mode]

    @property
    def sealed(self) -> bool:
        """Whether it is in no store, and nobody, its producer included, can change, cut or grow it."""
        return self._info.sealed

    @property
    def generation(self) -> int:
        """Identity of this creation of the project: overwriting it makes another."""
        return self._info.generation

    @property
    def created_ns(self) -> int:
        """Nanoseconds since 1970-01-01 UTC."""
        return self._info.created_ns

    @property
    def is_current(self) -> bool:
        """Whether opening the project anew would give this generation: False once it was overwritten or unlinked."""
        return _core.cshm_attachment_is_current(self._memory.attachment)

    def wait_for_newer(self, timeout: float | None = None) -> None:
        """Waits until `is_current` is False: the project was overwritten or unlinked, or its owner is gone.

        `reattach` gives the newer one. Other threads run meanwhile, and Ctrl-C ends the wait.

        Args:
            timeout: seconds; None waits for ever.

        Raises:
            TimedOutError: it still is current (a TimeoutError).
            UnsupportedError: it is sealed, and there is never a newer one (a NotImplementedError).
        """
        memory = self._memory  # also if another thread closes the project
        end = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            left = max(0.0, end - time.monotonic())
            try:
                return _core.cshm_attachment_wait_newer(memory.attachment, int(min(left, _LOOK) * 1e9))
            except TimedOutError:
                if left <= _LOOK:
                    raise TimedOutError(f"project {self.name!r}: no newer one within {timeout} s") from None

    def reattach(self) -> Project:
        """Opens the newest generation of this project, in the same mode, where this one came from.

        This one stays as it is: close it when you are done with it. Where it still is the newest, the result shares its
        memory (but in mode "c").

        Raises:
            NotFoundError: the project was unlinked, or has ended with its owner or last user (a FileNotFoundError).
            UnsupportedError: it is sealed, and there is never a newer one (a NotImplementedError).
            CorruptError, VersionError, GenerationError, PermissionDeniedError: as `open`.
        """
        memory = self._memory  # also if another thread closes the project
        return Project(_core.Memory(_core.cshm_attachment_reattach(memory.attachment), memory.store))

    def export_fd(self) -> int:
        """A descriptor of a sealed project's memory, to be handed to another process, which calls `attach_fd`.

        Hand it over through a Unix socket (`socket.send_fds`), by inheritance, or as ``/proc/PID/fd/N``. It is new,
        read-only, and closed by exec; the caller closes it (`os.close`). The project lives as long as a process holds
        it or a descriptor of it.

        Raises:
            StateError: the project is not sealed (a RuntimeError).
            SystemCallError: this process has no descriptors left (an OSError).
        """
        return _core.cshm_attachment_export_fd(self._memory.attachment)

    def save_hdf5(
        self,
        path: str | os.PathLike[str],
        *,
        overwrite: bool = False,
        deflate: int = 0,
        shuffle: bool = True,
        chunk: int = 0,
        threads: int = 0,
        progress: bool | ProgressFunction | None = None,
    ) -> None:
        """Writes the project to an HDF5 file: groups, arrays and attributes. Loaded again, they are the same.

        The file gets its name when it is whole and on the disk: whatever goes wrong, nothing is left behind, and a file
        that was to be replaced is as it was. Arrays in Fortran's order are written in C's.

        Args:
            path: the file.
            overwrite: whether a file of that name is replaced.
            deflate: level of compression, 1 (fast) to 9 (small); 0: none.
            shuffle: whether bytes are put in the order that is better to compress; without `deflate` it does nothing.
            chunk: bytes of a chunk; 0: 1 MiB where there is compression, else no chunks.
            threads: that compress; 0: as many as there are cores.
            progress: as in `load_hdf5`.

        Raises:
            ExistsError: the file is there already (a FileExistsError).
            NotFoundError: no such folder (a FileNotFoundError).
            NoSpaceError: the disk is full (a MemoryError and an OSError).
            Hdf5Error: HDF5 has no room for an array or attribute, which is named (an OSError).
            InvalidArgumentError: no such level of compression, or a chunk of more than 1 GiB (a ValueError).
            PermissionDeniedError: the folder cannot be written to (a PermissionError).
        """
        from . import _hdf5  # noqa: PLC0415  the only place that needs libhdf5

        memory = self._memory  # also if another thread closes the project
        with reporting(progress) as report:
            options = (bool(overwrite), deflate, bool(shuffle), chunk, threads, report)
            _hdf5.cshm_hdf5_save(memory.attachment, os.fspath(path), options)

    def manifest(self, format: ManifestFormat = "yaml") -> str:
        """The project's manifest as text, written from what is in memory: a full table of contents.

        Args:
            format: ``"yaml"`` or ``"toml"``, whatever the store has.

        Raises:
            InvalidArgumentError: no such syntax (a ValueError).
        """
        return _core.attachment_manifest(self._memory.attachment, format_number(format))

    def _notes(self, kind: int) -> Iterator[tuple[str, str]]:
        for index in range(self._info.note_count):
            found, key, text = _core.cshm_note_at(self._memory.attachment, index)
            if found == kind:
                yield key, text

    @property
    def skipped(self) -> list[tuple[str, str]]:
        """What of the source is not in the project: path and reason."""
        return list(self._notes(_core.CSHM_NOTE_SKIPPED))

    @property
    def origin(self) -> dict[str, str]:
        """Where the data came from, such as ``"producer"`` or ``"hdf5.path"``."""
        return dict(self._notes(_core.CSHM_NOTE_ORIGIN))

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._mapped is None

    def close(self) -> None:
        """Lets go of the memory. Groups and arrays taken before stay whole; closing twice is allowed."""
        self._mapped = None

    def __enter__(self) -> Project:
        self._memory  # noqa: B018  raises when it is closed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __reduce__(self) -> Any:
        from ._address import reduce_project  # noqa: PLC0415  which needs this class

        return reduce_project(self._memory)

    def _title(self) -> str:
        arrays = plural(self._info.array_count, "array")
        sealed = ", sealed" if self.sealed else ""
        return f"cute_shm.Project {self.name!r} ({self.mode}{sealed}): {arrays}, {human_bytes(self.nbytes)}"

    def __repr__(self) -> str:
        return f"<cute_shm.Project {self.name!r}: closed>" if self.closed else super().__repr__()

    def _repr_html_(self) -> str:
        from ._look_html import project_html  # noqa: PLC0415  for notebooks

        return project_html(self)


class Info(NamedTuple):
    """What `cshm_attachment_describe` tells."""

    mode: int
    project: str
    root: str
    segment: str
    generation: int
    created_ns: int
    nbytes: int
    node_count: int
    array_count: int
    note_count: int
    lifetime: int
    sealed: bool


def describe(memory: _core.Memory) -> Info:
    """What is known about the project of a memory."""
    return Info._make(_core.cshm_attachment_describe(memory.attachment))

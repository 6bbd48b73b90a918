# SPDX-License-Identifier: MIT
"""Projects: the root group of a segment, and what is known about the whole."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from . import _core
from ._array import Row
from ._errors import TimedOutError
from ._group import Group
from ._units import human_bytes, plural

if TYPE_CHECKING:
    from ._store import Store

Mode = Literal["r", "r+", "c"]
MODES: dict[Mode, int] = {"r": _core.CSHM_READ_ONLY, "r+": _core.CSHM_READ_WRITE, "c": _core.CSHM_PRIVATE}
MODE_NAMES = {number: mode for mode, number in MODES.items()}
_LOOK = 0.1  # seconds of waiting between two looks at Ctrl-C


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
    memory is unmapped with the last of them. Pickled, it is its address: unpickling opens the same generation.
    """

    __slots__ = ()

    def __init__(self, attachment: int, store: Store | None = None) -> None:
        """Takes over an attachment of the C layer. Users call `open`, `create` or `load_hdf5`."""
        super().__init__(_core.Memory(attachment, store))

    @property
    def root(self) -> str:
        """Directory of the store it was made in."""
        return self._info.root

    @property
    def segment(self) -> str:
        """Name of its segment in /dev/shm."""
        return self._info.segment

    @property
    def mode(self) -> Mode:
        """``"r"``, ``"r+"`` or ``"c"``: as it was opened."""
        return MODE_NAMES[self._info.mode]

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

        Open it again for the newer one. Other threads run meanwhile, and Ctrl-C ends the wait.

        Args:
            timeout: seconds; None waits for ever.

        Raises:
            TimedOutError: it still is current (a TimeoutError).
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
        return f"cute_shm.Project {self.name!r} ({self.mode}): {arrays}, {human_bytes(self.nbytes)}"

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


def describe(memory: _core.Memory) -> Info:
    """What is known about the project of a memory."""
    return Info._make(_core.cshm_attachment_describe(memory.attachment))

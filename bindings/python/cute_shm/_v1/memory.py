# SPDX-License-Identifier: MIT
"""The ``meta["shm"]`` of cute-shm 1.2: a SharedMemory that cannot invalidate anything."""

from __future__ import annotations

from multiprocessing.shared_memory import SharedMemory
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from .. import _core
from .._errors import StateError
from .location import unlink_generation

if TYPE_CHECKING:
    from .._store import Store


class Origin(NamedTuple):
    """What the memory of an array knows of its project."""

    store: Store
    name: str
    generation: int
    segment: str


class ArrayMemory(_core.Span, SharedMemory):
    """The memory of one array of a project.

    Closing it, or dropping it, leaves the array whole. Unlinking it removes the project, as all arrays of a project
    lie in one segment; those who hold arrays keep them.
    """

    # Nothing of SharedMemory's state is set up: every method that would use it is replaced, here or by Span.

    __slots__ = ()

    _project: Origin

    def __init__(self) -> None:
        raise TypeError("it comes with an array: see cute_shm.shm_to_arrays")

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, offset={self._offset}, size={self.size})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("shared memory of a project cannot be pickled: send the project's name and attach it there")

    @property
    def name(self) -> str:
        """The segment's name in /dev/shm."""
        return self._project.segment

    @property
    def size(self) -> int:
        """Bytes of the array."""
        return self._nbytes

    @property
    def buf(self) -> memoryview:
        """The array's bytes.

        Raises:
            StateError: it is closed (a RuntimeError, too).
        """
        if self._memory is None:
            raise StateError(f"{self!r} is closed: use the array itself, which is still whole")
        return memoryview(self._memory)[self._offset : self._offset + self._nbytes]

    def close(self) -> None:
        """Lets go of the memory. The array stays whole."""
        self._memory = None

    def unlink(self) -> None:
        """Removes the project, unless it was overwritten in the meantime.

        Raises:
            NotFoundError: it is gone already (a FileNotFoundError, too).
        """
        store, name, generation, _ = self._project
        unlink_generation(store, name, generation)

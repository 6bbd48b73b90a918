# SPDX-License-Identifier: MIT
"""The ``meta["shm"]`` of cute-shm 1.2: a SharedMemory that cannot invalidate anything."""

from __future__ import annotations

from multiprocessing.shared_memory import SharedMemory
from typing import TYPE_CHECKING, NoReturn

from . import _core
from ._errors import StateError

if TYPE_CHECKING:
    from ._store import Store


class ArrayMemory(SharedMemory):
    """The memory of one array of a project.

    Closing it, or dropping it, leaves the array whole. Unlinking it removes the project, as all arrays of a project
    lie in one segment; those who hold arrays keep them.
    """

    # Nothing of the base class's state is set up: every method that would use it is replaced here.

    def __init__(
        self, memory: _core.Memory, segment: str, offset: int, nbytes: int, project: tuple[Store, str, int]
    ) -> None:
        self._memory: _core.Memory | None = memory
        self._segment = segment
        self._offset = offset
        self._nbytes = nbytes
        self._project = project

    def __del__(self) -> None:
        pass

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._segment!r}, offset={self._offset}, size={self._nbytes})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("shared memory of a project cannot be pickled: send the project's name and attach it there")

    @property
    def name(self) -> str:
        """The segment's name in /dev/shm."""
        return self._segment

    @property
    def size(self) -> int:
        """Bytes of the array."""
        return self._nbytes

    @property
    def buf(self) -> memoryview:
        """The array's bytes."""
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
        store, name, generation = self._project
        with store.open(name) as project:
            current = project.generation
        if current == generation:
            store.unlink(name)

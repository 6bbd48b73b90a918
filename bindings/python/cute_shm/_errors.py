# SPDX-License-Identifier: MIT
"""The exceptions of this package: one class for each status of the C library."""

from __future__ import annotations

import errno
from typing import Any, ClassVar


class Error(Exception):
    """Base of all errors of this package. Each also derives from the built-in that a user expects.

    Attributes:
        status: number of the C library's status (``CSHM_ERR_...`` in ``cuteshm.h``).
        sys_errno: errno of the system call at fault, or 0.
    """

    status: int = 17
    sys_errno: int
    _errno: ClassVar[int] = 0

    def __init__(self, message: str, sys_errno: int = 0) -> None:
        super().__init__(message)
        self.sys_errno = sys_errno
        if isinstance(self, OSError):
            # mypy looks for errno in Error itself.
            object.__setattr__(self, "errno", sys_errno or self._errno or None)

    def __str__(self) -> str:
        # KeyError would show the message's repr, OSError the errno before it.
        return str(self.args[0])

    def __reduce__(self) -> Any:
        # OSError's own would lose errno, which is not among its attributes.
        return type(self), (self.args[0], self.sys_errno), vars(self)


class SkippedWarning(UserWarning):
    """Something of a file is not in the project that was made of it; `Project.skipped` has all with the reasons."""


class InvalidArgumentError(Error, ValueError):
    """An argument that no call could accept."""

    status = 1


class StaleHandleError(Error, ValueError):
    """A project that was closed, or at the lowest layer a handle that was released or never existed."""

    status = 2


class StateError(Error, RuntimeError):
    """Calls in an order that cannot be."""

    status = 3


class NotFoundError(Error, FileNotFoundError):
    """No such project or file; see `NodeNotFoundError` for what is inside a project."""

    status = 4
    _errno = errno.ENOENT


class NodeNotFoundError(NotFoundError, KeyError):
    """No such group, array or attribute in a project."""


class ExistsError(Error, FileExistsError):
    """A project of that name is there already; it is untouched."""

    status = 5
    _errno = errno.EEXIST


class BadNameError(Error, ValueError):
    """A name that a project, a group or an array cannot have."""

    status = 6


class BadTypeError(Error, TypeError):
    """Data that cannot be shared, such as Python objects, or a dtype that is not understood."""

    status = 7


class NoSpaceError(Error, MemoryError):
    """Not enough shared memory; nothing was created."""

    status = 8


class NoMemoryError(Error, MemoryError):
    """Not enough memory in this process."""

    status = 9


class PermissionDeniedError(Error, PermissionError):
    """Not allowed, or owned by someone else."""

    status = 10
    _errno = errno.EACCES


class CorruptError(Error, ValueError):
    """A segment or manifest that is damaged, truncated or not ours."""

    status = 11


class VersionError(Error, ValueError):
    """A segment or manifest written by a newer cute-shm."""

    status = 12


class GenerationError(Error, ValueError):
    """A manifest and a segment that do not belong together."""

    status = 13


class UnsupportedError(Error, NotImplementedError):
    """What this system or this build cannot do."""

    status = 14


class CancelledError(Error, RuntimeError):
    """The load was cancelled; nothing was created."""

    status = 15


class BufferTooSmallError(Error, BufferError):
    """Text longer than the wrapper's buffer."""

    status = 16


class SystemCallError(Error, OSError):
    """A system call failed; ``errno`` says why."""

    status = 17


class Hdf5Error(Error, OSError):
    """The HDF5 library could not open or read the file."""

    status = 18


class LimitError(Error, OverflowError):
    """More than the format or the library can hold."""

    status = 19


class TimedOutError(Error, TimeoutError):
    """It had not happened when the time was over."""

    status = 20
    _errno = errno.ETIMEDOUT


_CLASSES: dict[int, type[Error]] = {kind.status: kind for kind in Error.__subclasses__()}


def from_status(status: int, message: str, sys_errno: int) -> Error:
    """The exception for a status of the C library; called by the extension modules."""
    kind = _CLASSES.get(status, Error)
    exception = kind(message, sys_errno)
    if kind is Error:
        exception.status = status
    return exception

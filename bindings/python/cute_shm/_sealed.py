# SPDX-License-Identifier: MIT
"""Sealed projects on their way to other processes.

A sealed project has no name by which it could be found: what is handed over is a descriptor of its memory, which no
pickle can hold. multiprocessing has ways of its own to pass descriptors along with what it pickles, and is told here to
use them. So importing this module imports multiprocessing.
"""

from __future__ import annotations

import os
from multiprocessing import context, reduction
from typing import Any, NoReturn
from weakref import WeakValueDictionary, finalize

from . import _core
from ._errors import NotFoundError, StateError


class SealedAddress:
    """The memory of a sealed project, within what is pickled of it."""

    __slots__ = ("__weakref__", "memory", "project")

    def __init__(self, memory: _core.Memory, project: str) -> None:
        self.memory = memory
        self.project = project

    def __reduce__(self) -> NoReturn:
        raise StateError(
            f"sealed project {self.project!r} cannot be pickled, as it has no name by which others could find it: send "
            "it through multiprocessing (Process, Queue, Pool, ProcessPoolExecutor), or hand over project.export_fd(), "
            "by socket.send_fds for one, and call cute_shm.attach_fd() there; or send a copy (array.copy())"
        )

    def __deepcopy__(self, memo: dict[int, Any]) -> SealedAddress:
        return self


# The address of each memory while it is being pickled: a message that holds many arrays of one project then holds one
# descriptor, as pickle knows what it has met before.
_addresses: WeakValueDictionary[int, SealedAddress] = WeakValueDictionary()


def address_of(memory: _core.Memory, project: str) -> SealedAddress:
    """The address of a sealed project's memory."""
    address = _addresses.get(memory.attachment)
    if address is None:
        address = _addresses[memory.attachment] = SealedAddress(memory, project)
    return address


def _send(address: SealedAddress) -> Any:
    """What multiprocessing pickles of an address."""
    fd = _core.cshm_attachment_export_fd(address.memory.attachment)
    popen = context.get_spawning_popen()
    try:
        handle = reduction.DupFd(fd)
    except BaseException:
        os.close(fd)
        raise
    if popen is None:
        os.close(fd)  # the handle has a duplicate, for the one who asks for it
    else:
        finalize(popen, os.close, fd)  # the new process inherits this very one, after all is pickled
    return _receive, (handle, address.project)


def _receive(handle: Any, project: str) -> SealedAddress:
    """Attaches a sealed project that multiprocessing has brought.

    Raises:
        NotFoundError: its sender has ended, or this was unpickled before.
    """
    try:
        fd = handle.detach()
    except (OSError, EOFError) as error:
        raise NotFoundError(
            f"sealed project {project!r} did not arrive: the process that sent it has ended, or the same message was "
            "unpickled before; keep the sender until all it sent has arrived, and send it once for each receiver"
        ) from error
    try:
        return SealedAddress(_core.Memory(_core.cshm_attach_fd(fd, _core.CSHM_READ_ONLY)), project)
    finally:
        os.close(fd)


reduction.ForkingPickler.register(SealedAddress, _send)

# SPDX-License-Identifier: MIT
"""`ShmProgress`: a bar that follows the bytes that this process puts into shared memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .._progress import Bar

if TYPE_CHECKING:
    from .._progress import ProgressFunction

_started: list[ShmProgress] = []


class ShmProgress:
    """A bar for transfers to shared memory.

    Between `start` and `stop` it shows the bytes that `arrays_to_shm` and `hdf5_to_shm` transfer in this process: of
    each array or file as it comes in, not, as in cute-shm 1.2, the growth of the process's memory. It has no thread.

    Args:
        total_bytes: what will be transferred, all in all.
    """

    def __init__(self, total_bytes: int) -> None:
        self._total = int(total_bytes)
        self._before = 0  # bytes of the transfers that are finished
        self._bar: Bar | None = None

    def start(self) -> None:
        """Begins to follow. Starting twice is allowed."""
        if self._bar is None:
            self._bar = Bar()
            self._before = 0
            _started.append(self)

    def stop(self) -> None:
        """Ends the line. Stopping twice, or before the start, is allowed."""
        if self._bar is not None:
            _started.remove(self)
            self._bar.end()
            self._bar = None

    def _show(self, done: int) -> None:
        if self._bar is not None:
            self._bar(min(self._before + done, self._total), self._total)

    def _finish(self, done: int) -> None:
        self._before += done


@contextmanager
def shm_progress(total_size: int) -> Iterator[ShmProgress]:
    """A `ShmProgress` that is started, and stopped at the end of the with block."""
    progress = ShmProgress(total_size)
    progress.start()
    try:
        yield progress
    finally:
        progress.stop()


@contextmanager
def transfer(bar: bool) -> Iterator[ProgressFunction | None]:
    """What a transfer tells its (done, total) bytes to: a bar of its own, if wanted, and all that were started.

    None where nobody wants to know.
    """
    followers = list(_started)
    own = Bar() if bar else None
    last = 0

    def tell(done: int, total: int) -> None:
        nonlocal last
        last = done
        if own is not None:
            own(done, total)
        for progress in followers:
            progress._show(done)

    try:
        yield tell if own is not None or followers else None
    finally:
        for progress in followers:
            progress._finish(last)
        if own is not None:
            own.end()

# SPDX-License-Identifier: MIT
"""A plain progress bar for the terminal, fed by bytes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TextIO

_WIDTH = 30
_INTERVAL = 0.1  # seconds between two drawings

ProgressFunction = Callable[[int, int], object]


class Bar:
    """Draws ``[#####.....]  50%  1.0 GB of 2.0 GB  800.0 MB/s`` on one line of a stream.

    Where the stream is no terminal, that line is written once, at the end.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._started = time.monotonic()
        self._drawn = 0.0
        self._open = False  # whether the line goes on

    def __call__(self, done: int, total: int) -> None:
        """Shows that `done` of `total` bytes are there."""
        now = time.monotonic()
        finished = done >= total
        terminal = self._stream.isatty()
        if not finished and (not terminal or now - self._drawn < _INTERVAL):
            return
        self._drawn = now
        line = self._line(done, total, now - self._started)
        self._stream.write(f"\r{line}\x1b[K" if terminal else line)
        self._open = True
        if finished:
            self.end()
        self._stream.flush()

    def end(self) -> None:
        """Ends the line, also of a load that failed midway."""
        if self._open:
            self._stream.write("\n")
            self._open = False

    @staticmethod
    def _line(done: int, total: int, seconds: float) -> str:
        share = done / total if total else 1.0
        bar = "#" * int(share * _WIDTH)
        rate = done / seconds if seconds > 0 else 0.0
        return f"[{bar:.<{_WIDTH}}] {share:4.0%}  {human(done)} of {human(total)}  {human(rate)}/s"


def human(nbytes: float) -> str:
    """Bytes for people: ``976.6 KB``, by powers of 1024."""
    for unit in ("bytes", "KB", "MB", "GB", "TB"):
        if nbytes < 1024 or unit == "TB":
            break
        nbytes /= 1024
    return f"{nbytes:.0f} bytes" if unit == "bytes" else f"{nbytes:.1f} {unit}"


def progress_function(progress: bool | ProgressFunction | None) -> ProgressFunction | None:
    """What to call, from what a user may give: a callable, True for a bar, or False or None for nothing."""
    if progress is None or progress is False:
        return None
    if progress is True:
        return Bar()
    if not callable(progress):
        raise TypeError(f"progress must be a bool, None or a callable of (done, total), not {progress!r}")
    return progress

# SPDX-License-Identifier: MIT
"""Progress bars fed by bytes: rich's where it is installed, else a plain one."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Protocol, TextIO

from ._units import human_bytes, human_seconds

_WIDTH = 30
_INTERVAL = 0.1  # seconds between two drawings
_LARGE = 256 << 20  # bytes that take longer than that: shown at once, before their memory is reserved

ProgressFunction = Callable[[int, int], object]


class Bar:
    """Shows how many of how many bytes are there, how fast, and for how long it will go on.

    On a terminal and in a notebook it moves, drawn by rich if that can be imported. Elsewhere, and for what takes less
    than a tenth of a second, it is one line at the end. It has no thread and never waits: it is drawn by the calls.
    A stream that cannot be written to ends the drawing, never the work.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._started = time.monotonic()
        self._due = self._started + _INTERVAL
        self._painter: _Painter | None = None
        self._over = self._stream is None  # a program without a console has no stderr

    def __call__(self, done: int, total: int) -> None:
        """Shows that `done` of `total` bytes are there."""
        now = time.monotonic()
        if done == 0:
            self._started = now  # what came before, such as reserving the memory, is not the rate of the bytes
        finished = done >= total
        early = now < self._due and (self._painter is not None or total < _LARGE)
        if self._over or (early and not finished):
            return
        self._due = now + _INTERVAL
        try:
            self._draw(done, total, now - self._started, finished)
        except (OSError, ValueError):  # the stream is closed, full or a broken pipe
            self._over = True
        if finished:
            self.end()

    def _draw(self, done: int, total: int, seconds: float, finished: bool) -> None:
        if self._painter is None:
            notebook = _in_notebook()
            if not finished and not notebook and not self._stream.isatty():
                return
            # To import rich takes longer than what is finished by now.
            self._painter = (None if finished else _rich(self._stream, notebook)) or _Plain(self._stream)
        self._painter.draw(done, total, _words(done, total, seconds))

    def end(self) -> None:
        """Ends the line, also of work that failed midway. Nothing is drawn after it."""
        self._over = True
        painter, self._painter = self._painter, None
        if painter is not None:
            with suppress(OSError, ValueError):
                painter.close()


def _words(done: int, total: int, seconds: float) -> str:
    rate = done / seconds if seconds > 0 else 0.0
    words = f"{human_bytes(done)} of {human_bytes(total)}  {human_bytes(rate)}/s"
    return f"{words}  {human_seconds((total - done) / rate)} left" if rate and done < total else words


class _Painter(Protocol):
    def draw(self, done: int, total: int, words: str) -> None: ...
    def close(self) -> None: ...


class _Plain:
    """``[#####.....]  50%  1.0 GiB of 2.0 GiB  800.0 MiB/s  0:02 left``, each drawing over the one before it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._drawn = 0  # characters of the line

    def draw(self, done: int, total: int, words: str) -> None:
        share = done / total if total else 1.0
        width = max(0, min(_WIDTH, _columns(self._stream) - len(f"[] 100%  {words} ")))
        bar = "#" * int(share * width)
        line = f"[{bar:.<{width}}] {share:4.0%}  {words}"
        start = "\r" if self._drawn else ""
        self._stream.write(f"{start}{line:<{self._drawn}}")  # blanks over the rest of a longer one
        self._stream.flush()
        self._drawn = len(line)

    def close(self) -> None:
        self._stream.write("\n")
        self._stream.flush()


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):  # not a terminal, or not even a file
        return 120


class _Rich:
    """The same by rich. Without its thread, which would need a second look at every Ctrl-C."""

    def __init__(self, stream: TextIO) -> None:
        from rich.console import Console  # noqa: PLC0415  a tenth of a second, and only where something is to be drawn
        from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415

        columns = BarColumn(_WIDTH), TextColumn("{task.percentage:3.0f}%"), TextColumn("{task.fields[words]}")
        self._progress = Progress(
            *columns, console=Console(file=stream), auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )
        self._task = self._progress.add_task("", words="")
        self._started = False

    def draw(self, done: int, total: int, words: str) -> None:
        self._progress.update(self._task, completed=done, total=total, words=words)
        if self._started:
            self._progress.refresh()
        else:
            self._progress.start()  # draws it, too
            self._started = True

    def close(self) -> None:
        self._progress.stop()


def _rich(stream: TextIO, notebook: bool) -> _Rich | None:
    """Rich's bar, where it can draw. In a notebook it needs ipywidgets, and warns at each drawing without."""
    try:
        if notebook:
            import ipywidgets  # type: ignore[import-untyped, import-not-found, unused-ignore]  # noqa: F401, PLC0415
        return _Rich(stream)
    except ImportError:
        return None


def _in_notebook() -> bool:
    ipython: Any = sys.modules.get("IPython")
    return ipython is not None and type(ipython.get_ipython()).__name__ == "ZMQInteractiveShell"


@contextmanager
def reporting(progress: bool | ProgressFunction | None) -> Iterator[ProgressFunction | None]:
    """What to call with (done, total), from what a user may give: a callable, True for a bar, or False or None.

    Raises:
        TypeError: it is something else.
    """
    if progress is None or progress is False:
        yield None
    elif progress is True:
        bar = Bar()
        try:
            yield bar
        finally:
            bar.end()
    elif callable(progress):
        yield progress
    else:
        raise TypeError(f"progress must be a bool, None or a callable of (done, total), not {progress!r}")

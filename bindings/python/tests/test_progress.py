# SPDX-License-Identifier: MIT
"""Progress of loads and creations: real bytes, bars, Ctrl-C, and no waiting."""

from __future__ import annotations

import contextlib
import fcntl
import io
import math
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import cute_shm
import h5py
import numpy as np
import pytest
from conftest import RunPython, left_behind
from cute_shm import _hdf5
from cute_shm._progress import Bar

Make = Callable[[Any], cute_shm.Project]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as h5:
        h5["a"] = np.arange(12.0)
        h5.create_dataset("b", data=np.arange(5000.0), chunks=(100,), compression="gzip")
    return path


@pytest.fixture(params=["load_hdf5", "create"])
def make(request: pytest.FixtureRequest, name: str, file: Path) -> Make:
    """Makes the same project in either way, with the progress given."""
    tree = {"a": np.arange(12.0), "b": np.arange(5000.0), "none": np.zeros((0, 3))}
    if request.param == "create":
        return lambda progress: cute_shm.create(name, tree, progress=progress)
    return lambda progress: cute_shm.load_hdf5(file, name, progress=progress)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the time that bars see."""
    now = [100.0]
    monkeypatch.setattr("cute_shm._progress.time.monotonic", lambda: now[0])

    def advance(seconds: float) -> None:
        now[0] += seconds

    return advance


@pytest.fixture
def no_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("rich", "rich.console", "rich.progress"):
        monkeypatch.setitem(sys.modules, module, None)


# ---- a callable


def test_a_callable_gets_bytes(make: Make) -> None:
    steps: list[tuple[int, int]] = []
    with make(lambda done, total: steps.append((done, total))) as project:
        total = sum(array.nbytes for array in project.values() if isinstance(array, np.ndarray))
    assert steps[0] == (0, total)
    assert steps[-1] == (total, total)
    assert steps == sorted(steps)


def test_a_files_bytes_are_known_before(name: str, file: Path) -> None:
    totals: set[int] = set()
    cute_shm.load_hdf5(file, name, progress=lambda _, total: totals.add(total)).close()
    assert totals == {_hdf5.cshm_hdf5_nbytes(file)}


def test_large_arrays_are_created_in_steps(name: str) -> None:
    steps: list[int] = []
    tree = {"a": np.zeros(40 << 20, "u1"), "b": np.zeros(5, "u1")}
    cute_shm.create(name, tree, progress=lambda done, _: steps.append(done)).close()
    assert steps == [0, 0, 16 << 20, 32 << 20, 40 << 20, (40 << 20) + 5]


def test_what_a_callable_raises_cancels_and_is_what_the_user_sees(make: Make, name: str) -> None:
    def stop(done: int, _: int) -> None:
        if done:
            raise ZeroDivisionError("enough")

    with pytest.raises(ZeroDivisionError, match="enough"):
        make(stop)
    assert cute_shm.projects() == []
    assert left_behind(name) == []


def test_a_cancelled_overwrite_leaves_the_old_project(name: str) -> None:
    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    cute_shm.create(name, {"old": 1}).close()
    with pytest.raises(KeyboardInterrupt):
        cute_shm.create(name, {"new": 2}, overwrite=True, progress=stop)
    with cute_shm.open(name) as project:
        assert list(project) == ["old"]


def test_progress_must_be_callable(make: Make) -> None:
    with pytest.raises(TypeError, match="progress must be a bool, None or a callable"):
        make(3)


@pytest.mark.parametrize("progress", [None, False])
def test_no_progress_is_silent(make: Make, progress: bool | None, capfd: pytest.CaptureFixture[str]) -> None:
    make(progress).close()
    assert capfd.readouterr() == ("", "")


# ---- bars


def test_without_a_terminal_it_is_one_line_at_the_end(make: Make, capfd: pytest.CaptureFixture[str]) -> None:
    make(True).close()
    written = capfd.readouterr()
    assert written.out == ""
    assert re.fullmatch(r"\[#{30}\] 100%  39\.2 KiB of 39\.2 KiB  .*/s\n", written.err)


def test_a_failed_load_without_a_terminal_writes_nothing(clock: Callable[[float], None]) -> None:
    stream = io.StringIO()
    bar = Bar(stream)
    bar(0, 100)
    clock(1)
    bar(50, 100)
    bar.end()
    assert stream.getvalue() == ""


@pytest.mark.usefixtures("no_rich")
def test_a_plain_bar_moves_on_a_terminal(clock: Callable[[float], None]) -> None:
    stream = Terminal()
    bar = Bar(stream)
    bar(0, 4 << 20)
    clock(0.05)
    bar(1 << 20, 4 << 20)  # too soon to be drawn
    clock(0.95)
    bar(2 << 20, 4 << 20)
    clock(1)
    bar(4 << 20, 4 << 20)
    bar(4 << 20, 4 << 20)  # it is over
    bar.end()
    assert stream.getvalue() == (
        "[###############...............]  50%  2.0 MiB of 4.0 MiB  2.0 MiB/s  0:01 left"
        "\r[##############################] 100%  4.0 MiB of 4.0 MiB  2.0 MiB/s           \n"
    )


@pytest.mark.usefixtures("no_rich")
def test_the_rate_is_that_of_the_bytes_alone(clock: Callable[[float], None]) -> None:
    stream = Terminal()
    bar = Bar(stream)
    bar(0, 1 << 30)
    assert "0%  0 bytes of 1.0 GiB" in stream.getvalue(), "much is shown at once"
    clock(10)  # the memory is reserved
    bar(0, 1 << 30)
    clock(1)
    bar(1 << 28, 1 << 30)
    assert stream.getvalue().endswith("256.0 MiB/s  0:03 left")


def test_rich_draws_on_a_terminal(clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    bar = Bar(stream)
    bar(0, 4 << 20)
    clock(1)
    bar(2 << 20, 4 << 20)
    bar(3 << 20, 4 << 20)  # too soon
    clock(1)
    bar(4 << 20, 4 << 20)
    bar.end()
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", stream.getvalue())
    assert re.findall(r"(\d+)%", text) == ["50", "100", "100"], "rich draws the end twice, on one line"
    assert "2.0 MiB of 4.0 MiB  2.0 MiB/s  0:01 left" in text
    assert text.count("\n") == 1
    assert "\x1b[?25h" in stream.getvalue(), "the cursor is back"


class Notebook(io.StringIO):
    """What IPython's kernel writes to."""


def notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = type("ZMQInteractiveShell", (), {})()
    module: Any = type(sys)("IPython")
    module.get_ipython = lambda: shell
    monkeypatch.setitem(sys.modules, "IPython", module)
    monkeypatch.setitem(sys.modules, "ipywidgets", None)


def test_a_notebook_without_widgets_gets_the_plain_bar(
    clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook(monkeypatch)
    stream = Notebook()
    bar = Bar(stream)
    bar(0, 100)
    clock(1)
    bar(50, 100)
    bar(100, 100)
    bar.end()
    assert re.findall(r"(\d+)%", stream.getvalue()) == ["50", "100"]
    assert stream.getvalue().count("\n") == 1


def test_a_broken_stream_does_not_end_the_work(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w", buffering=1) as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        make(True).close()
        with pytest.raises(BrokenPipeError):
            stream.close()
    monkeypatch.setattr(sys, "stderr", None)
    Bar()(1, 1)


def in_terminal(code: str, *arguments: str) -> str:
    """What a program writes to a terminal of 60 columns."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        written = b""
        while True:
            try:
                read = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not read:
                break
            written += read
        os.close(master)
    assert process.returncode == 0, written
    return written.decode()


def test_a_bar_fits_its_terminal(name: str, file: Path) -> None:
    code = "import sys, cute_shm; cute_shm.load_hdf5(sys.argv[1], sys.argv[2], progress=True)"
    line, end = in_terminal(code, str(file), name).split("\r\n")
    assert "100%  39.2 KiB of 39.2 KiB" in line
    assert len(line) < 60
    assert end == ""


# ---- time


def test_a_small_file_takes_milliseconds(make: Make, name: str) -> None:
    def seconds(progress: bool) -> float:
        started = time.monotonic()
        make(progress).close()
        elapsed = time.monotonic() - started
        cute_shm.unlink(name)
        return elapsed

    pairs = [(seconds(True), seconds(False)) for _ in range(7)]
    assert median(shown - silent for shown, silent in pairs) < 0.05


def test_a_small_file_loads_no_rich(name: str, file: Path, run_python: RunPython) -> None:
    code = (
        "import sys, cute_shm\n"
        "cute_shm.load_hdf5(sys.argv[1], sys.argv[2], progress=True).close()\n"
        "assert not [name for name in sys.modules if name.startswith('rich')]\n"
    )
    assert run_python(code, str(file), name).returncode == 0


# ---- Ctrl-C

_INTERRUPTED = """
import signal, sys, time
import numpy as np
import cute_shm
how, path, name = sys.argv[1:]
word = "interrupted"
def told(done, total):
    if 0 < done < total:
        print(done, flush=True)
try:
    if how == "load_hdf5":
        cute_shm.load_hdf5(path, name, progress=told)
    else:
        cute_shm.create(name, {f"d{i}": np.zeros(1 << 21) for i in range(8)}, progress=told)
    word = "late"
    time.sleep(60)
except KeyboardInterrupt:
    print(word, time.monotonic(), flush=True)
"""


@pytest.fixture
def large_file(tmp_path: Path) -> Path:
    """128 MiB of data, which is read slowly enough to be interrupted."""
    path = tmp_path / "large.h5"
    with h5py.File(path, "w") as h5:
        zeros = np.zeros(1 << 20)
        for index in range(16):
            h5.create_dataset(f"d{index}", data=zeros, chunks=(1 << 14,), compression="gzip", compression_opts=1)
    return path


@pytest.mark.parametrize("how", ["load_hdf5", "create"])
def test_ctrl_c_cancels_at_once_and_leaves_nothing(how: str, name: str, large_file: Path) -> None:
    def seconds() -> float:
        command = [sys.executable, "-c", _INTERRUPTED, how, str(large_file), name]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            process.stdout.readline()
            sent = time.monotonic()
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert cute_shm.projects() == []
        assert left_behind(name) == []
        word, caught = output.split("\n")[-2].split()
        assert word in ("interrupted", "late"), output
        return math.inf if word == "late" else float(caught) - sent  # late: all was done before the signal came

    assert any(seconds() < 0.1 for _ in range(8)), "the best of eight, as machines are busy"


def has_open(pid: int, path: Path) -> bool:
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            if descriptor.readlink() == path:
                return True
    return False


def test_ctrl_c_ends_a_load_that_reports_nothing(name: str, large_file: Path) -> None:
    code = "import sys, cute_shm\nprint(flush=True)\ncute_shm.load_hdf5(sys.argv[1], sys.argv[2])\n"
    command = [sys.executable, "-c", code, str(large_file), name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        process.stdout.readline()
        while not has_open(process.pid, large_file):
            assert process.poll() is None, "it ended before it could be interrupted"
            time.sleep(0.001)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in errors
    assert "in load_hdf5" in errors
    assert process.returncode == -signal.SIGINT
    assert cute_shm.projects() == []
    assert left_behind(name) == []

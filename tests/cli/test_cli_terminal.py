# SPDX-License-Identifier: MIT
"""The program on a terminal, and interrupted: what a script with expected output cannot show."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import h5py
import numpy as np
import pytest

CLI = Path(os.environ["CUTESHM_BUILD_DIR"]) / "bin" / "cute-shm"
CHUNK = np.zeros(1 << 20)  # 8 MiB


@pytest.fixture(scope="module")
def slow_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """1 GiB of zeros that take about a second to inflate, in a small file."""
    path = tmp_path_factory.mktemp("slow") / "slow.h5"
    packed = zlib.compress(CHUNK.tobytes(), 1)
    with h5py.File(path, "w") as file:
        data = file.create_dataset("zeros", (128 << 20,), "f8", chunks=CHUNK.shape, compression="gzip")
        for start in range(0, 128 << 20, len(CHUNK)):
            data.id.write_direct_chunk((start,), packed)
    return path


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """The folder of a store of its own."""
    return tmp_path / "store"


def command(store: Path, *words: str | Path) -> list[str]:
    """A call of the program."""
    return [str(CLI), "--root", str(store), *map(str, words)]


def loader(store: Path, *words: str | Path) -> list[str]:
    """A call of the program by the name of the one that cute-shm 1.2 had."""
    return ["env", f"CUTE_SHM_ROOT={store}", str(CLI.with_name("cute-shm-hdf5")), *map(str, words)]


def segments_of(store: Path) -> list[Path]:
    """Segments that belong to the store (docs/format.md: its path is at byte 512)."""
    found = []
    for segment in Path("/dev/shm").glob("cute-shm.*"):
        # Those of other tests, which run meanwhile, come and go.
        with suppress(FileNotFoundError), segment.open("rb") as file:
            file.seek(512)
            if file.read(3072).split(b"\0")[0] == bytes(store):
                found.append(segment)
    return found


def on_terminal(
    words: list[str], columns: int = 100, kind: str = "xterm", at_first: Callable[[int], None] | None = None
) -> tuple[int, str]:
    """Runs a command with a terminal as its stderr and stdin; returns exit status and what it wrote there.

    `at_first` is called with the terminal when the first bytes come.
    """
    ours, theirs = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
    environment = {**os.environ, "TERM": kind, "LC_ALL": "C.UTF-8"}

    def take_terminal() -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    process = subprocess.Popen(
        words,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=environment,
        preexec_fn=take_terminal,  # noqa: PLW1509 - there are no other threads
    )
    os.close(theirs)
    written = b""
    while True:
        try:
            piece = os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
        if at_first and not written:
            at_first(ours)
        written += piece
    os.close(ours)
    process.communicate(timeout=60)
    return process.returncode, written.decode()


def test_a_terminal_shows_a_bar_with_bytes_rate_and_time(store: Path, slow_file: Path) -> None:
    """Drawn over itself, never wider than the terminal, complete at last."""
    status, written = on_terminal(command(store, "load", slow_file), columns=100)
    subprocess.run(command(store, "unlink", "slow"), check=True)
    assert status == 0
    drawn = [line.removesuffix("\x1b[K") for line in written.rstrip("\r\n").split("\r") if line]
    assert len(drawn) > 5
    assert all(len(line) < 100 for line in drawn)
    assert len({len(re.sub("[^█░]", "", line)) for line in drawn}) == 1
    assert re.fullmatch(r"slow ░+   0%  of 1.0 GiB, reserving memory", drawn[0]), drawn[0]
    middle = drawn[len(drawn) // 2]
    assert re.fullmatch(r"slow [█░]{20,40} +\d+%  [\d.]+ \w+ of 1.0 GiB  [\d.]+ [KMG]iB/s  \d+ s left", middle), middle
    assert re.fullmatch(r"slow █+ 100%  1.0 GiB of 1.0 GiB  [\d.]+ [KMG]iB/s  in \d+ s", drawn[-1]), drawn[-1]


def test_no_bar_where_there_is_no_terminal_for_it(store: Path, slow_file: Path) -> None:
    """In a pipe, on a dumb terminal, or when quiet was asked for."""
    piped = subprocess.run(command(store, "load", slow_file), capture_output=True, check=True)
    assert piped.stderr == b""
    assert piped.stdout.startswith(b"slow: 1 array in 0 groups, 1.0 GiB")
    assert on_terminal(command(store, "load", "-o", slow_file), kind="dumb") == (0, "")
    assert on_terminal(command(store, "load", "-o", "--quiet", slow_file)) == (0, "")
    subprocess.run(command(store, "unlink", "slow"), check=True)


@pytest.mark.parametrize("columns", [58, 20, 1])
def test_a_narrow_terminal_has_room_for_the_numbers_only(store: Path, slow_file: Path, columns: int) -> None:
    """The bar gives way, and no line wraps."""
    _, written = on_terminal(command(store, "load", slow_file), columns=columns)
    subprocess.run(command(store, "unlink", "slow"), check=True)
    drawn = [line.removesuffix("\x1b[K") for line in written.rstrip("\r\n").split("\r") if line]
    assert "█" not in written
    assert all(len(line) < columns for line in drawn)
    assert drawn[-1].startswith(" 100%  1.0 GiB of 1.0 GiB"[: columns - 1])


def press_ctrl_c(terminal: int) -> None:
    """As the terminal's user does."""
    os.write(terminal, b"\x03")


def test_ctrl_c_cancels_and_leaves_nothing(store: Path, slow_file: Path) -> None:
    """As typed on the terminal, while the bar is drawn."""
    status, written = on_terminal(command(store, "load", slow_file), at_first=press_ctrl_c)
    assert status == 130
    assert f'cute-shm: loading {slow_file} into project "slow": cancelled; nothing was created' in written
    assert segments_of(store) == []
    listed = subprocess.run(command(store, "list"), capture_output=True, text=True, check=True)
    assert listed.stdout == ""


def test_cute_shm_hdf5_shows_a_bar_unless_told_not_to(store: Path, slow_file: Path) -> None:
    """On a terminal; with -no-progress nothing; with -v lines in place of it."""
    status, written = on_terminal(loader(store, "slow", slow_file))
    assert status == 0
    assert re.search(r"\rslow █+ 100%  1.0 GiB of 1.0 GiB", written)
    assert on_terminal(loader(store, "slow", slow_file, "-o", "-no-progress")) == (0, "")
    status, written = on_terminal(loader(store, "slow", slow_file, "-o", "-v"))
    assert status == 0
    assert "█" not in written
    assert re.search(r"- DEBUG - transferred zeros to shared memory \(1.0 GB\)", written)
    subprocess.run(command(store, "unlink", "slow"), check=True)


def test_ctrl_c_cancels_cute_shm_hdf5(store: Path, slow_file: Path) -> None:
    """As it does `cute-shm load`, with an error that begins as those of that program."""
    status, written = on_terminal(loader(store, "slow", slow_file), at_first=press_ctrl_c)
    assert status == 130
    assert f'Error: loading {slow_file} into project "slow": cancelled; nothing was created' in written
    assert segments_of(store) == []


def wait_until_it_writes(process: subprocess.Popen[bytes]) -> None:
    """Waits until the process has an unnamed segment open."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        for descriptor in Path(f"/proc/{process.pid}/fd").iterdir():
            try:
                if os.readlink(descriptor).startswith("/dev/shm/"):
                    return
            except OSError:
                continue
        time.sleep(0.005)
    pytest.fail("no segment was opened within 30 s")


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGKILL, -9), (signal.SIGTERM, -15)])
def test_a_signal_in_the_middle_leaves_nothing(
    store: Path, slow_file: Path, number: signal.Signals, status: int
) -> None:
    """However the program ends; and the project that was to be overwritten is whole."""
    small = store.parent / "small.h5"
    with h5py.File(small, "w") as file:
        file["x"] = np.arange(3)
    subprocess.run(command(store, "load", small, "data"), check=True, capture_output=True)
    before = segments_of(store)
    process = subprocess.Popen(command(store, "load", "--overwrite", slow_file, "data"), stderr=subprocess.DEVNULL)
    wait_until_it_writes(process)
    process.send_signal(number)
    assert process.wait(timeout=60) == status
    assert segments_of(store) == before
    shown = subprocess.run(command(store, "show", "data", "x"), capture_output=True, text=True, check=True)
    assert shown.stdout.split() == ["x", "<i8", "(3)", "24", "B"]
    subprocess.run(command(store, "unlink", "data"), check=True)


@pytest.mark.parametrize("lifetime", ["owner", "last-user"])
def test_load_holds_what_ends_with_it(store: Path, tmp_path: Path, lifetime: str) -> None:
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["x"] = np.arange(3)
    words = command(store, "load", "--lifetime", lifetime, tmp_path / "file.h5", "held")
    for ending in (signal.SIGINT, signal.SIGTERM, None):
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline() == "held: 1 array in 0 groups, 24 B\n"
            assert process.stderr.readline() == "cute-shm: the project is held until Ctrl-C\n"
            listed = subprocess.run(command(store, "list"), capture_output=True, text=True, check=True).stdout
            assert listed.splitlines()[1].split()[0] == "held"
            assert listed.splitlines()[1].split()[-1] == lifetime
            shown = subprocess.run(command(store, "show", "held"), capture_output=True, text=True, check=True).stdout
            assert ("gone when that ends" if lifetime == "owner" else "gone with its last user") in shown
            if ending is None:
                subprocess.run(command(store, "unlink", "held"), check=True)
            else:
                process.send_signal(ending)
            assert process.wait(10) == 0
            assert segments_of(store) == []


def test_load_holds_on_through_signals_that_its_caller_ignores(store: Path, tmp_path: Path) -> None:
    """As nohup wants it, and a shell that runs it in the background of a script."""
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["x"] = np.arange(3)
    words = ["sh", "-c", 'trap "" HUP INT; exec "$@"', "sh"]
    words += [str(word) for word in command(store, "load", "--lifetime", "owner", tmp_path / "file.h5", "held")]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "cute-shm: the project is held until Ctrl-C\n"
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGINT)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    assert segments_of(store) == []

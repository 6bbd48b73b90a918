# SPDX-License-Identifier: MIT
"""cute-shm-evaluate: its numbers obey what must hold, and it leaves nothing behind, however it ends."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import cute_shm
import h5py
import numpy as np
import pytest
from cute_shm import _evaluate, evaluation
from cute_shm._evaluate import EvaluationError, Job, Measurement
from cute_shm._evaluate_report import print_report
from cute_shm._evaluate_svg import svg

MIB = 2**20
PROGRAM = "import sys; from cute_shm.evaluation import main; sys.exit(main())"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """16 MiB in two datasets of numbers; beside them what cute-shm 1.2 could not load, and what nobody can."""
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as opened:
        opened["group/noise"] = np.random.default_rng(0).normal(size=(1024, 1024))
        opened["group/count"] = np.arange(MIB)
        opened["group/again"] = opened["group/count"]
        opened["scalar"] = 3.5
        opened["table"] = np.zeros(5, [("a", "<i4"), ("b", "|S3")])
        opened["empty"] = np.zeros((0, 3))
        opened["nothing"] = h5py.Empty("f4")
        opened["truth"] = np.array([True, False])
        opened["soft"] = h5py.SoftLink("/group/count")
        opened["elsewhere"] = h5py.ExternalLink("other.h5", "/x")
    return path


DATASETS = 5  # of them, with elements that can be read; each once
NBYTES = 16 * MIB + 8 + 5 * 7 + 2


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the program."""
    return subprocess.run(
        [sys.executable, "-X", "dev", "-c", PROGRAM, *map(str, words)], capture_output=True, text=True, check=False
    )


@pytest.mark.usefixtures("name")
def test_numbers_are_what_they_must_be(file: Path, name: str) -> None:
    """Reads are counted, none is lost; n direct readers hold n copies, shared ones hold one."""
    title, measurements = evaluation.evaluate(file, name, iterations=30, readers=(1, 10))
    assert title == "file.h5: 5 datasets, 16.0 MiB"
    assert [(found.kind, found.readers) for found in measurements] == [
        *(("direct", 1), ("direct", 10), ("shared", 1), ("shared", 10))
    ]
    for found in measurements:
        assert found.reads == (30 * DATASETS,) * found.readers
        assert len(found.seconds) == found.readers
        assert min(found.seconds) > 0
        assert sum(found.reads) == pytest.approx(found.rate_all * max(found.seconds))
        assert min(found.reads) / max(found.seconds) <= found.rate_each <= max(found.reads) / min(found.seconds)
        assert 0 < found.bare < found.pss
        copies = found.readers if found.kind == "direct" else 1
        assert copies * NBYTES <= found.data < copies * NBYTES + found.readers * 2 * MIB
    memory = {(found.kind, found.readers): found.pss for found in measurements}
    assert memory["shared", 10] < memory["direct", 10] - 8 * NBYTES


def test_the_program_prints_draws_and_leaves_nothing(file: Path, name: str, tmp_path: Path) -> None:
    """As its users call it."""
    picture = tmp_path / "picture.svg"
    done = run(file, name, "--iterations", "20", "--plot", picture)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[1] == "file.h5: 5 datasets, 16.0 MiB"
    rows = [
        line.split() for line in lines if re.fullmatch(r" +\d+  (direct|shared) ( +[\d,]+){2}( +[\d,.]+ MiB){2}", line)
    ]
    expected = [[str(count), kind] for count in (1, 5, 10, 15) for kind in ("direct", "shared")]
    assert [row[:2] for row in rows] == expected
    bars = [line.split() for line in lines if re.fullmatch(r" +\d+  (direct  ░+|shared  █+) [\d,.]+", line)]
    assert [bar[:2] for bar in bars] == 2 * expected
    root = ElementTree.parse(picture).getroot()
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert all(bar[-1] in texts for bar in bars)
    assert cute_shm.projects() == []


def test_wrong_calls_and_files_have_exit_status_and_reason(file: Path, name: str, tmp_path: Path) -> None:
    """2 for a wrong call, 1 for what cannot be done, and no traceback."""
    text = tmp_path / "text.h5"
    text.write_text("no HDF5")
    hollow = tmp_path / "hollow.h5"
    with h5py.File(hollow, "w") as opened:
        opened["empty"] = np.zeros((0, 3))
    cute_shm.create(f"{name}-taken", {"a": np.arange(3)}, lifetime="persistent").close()
    for words, status, reason in [
        ((), 2, "the following arguments are required: hdf5_file, project_name"),
        ((file, name, "--iterations", "0"), 2, "0 is not at least 1"),
        ((file, name, "--iterations", "many"), 2, "invalid _positive value: 'many'"),
        ((tmp_path / "missing.h5", name), 1, "Error: no such file: "),
        ((text, name), 1, "is not an HDF5 file"),
        ((hollow, name), 1, f"Error: {hollow} holds no dataset with elements that could be read"),
        ((file, f"{name}-taken"), 1, "exists already"),
        ((file, f"{name}/x"), 1, "is not allowed"),
    ]:
        done = run(*words)
        assert (done.returncode, done.stdout) == (status, ""), words
        assert reason in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.startswith("Error: " if status == 1 else "usage: cute-shm-evaluate")
    with cute_shm.open(f"{name}-taken") as project:
        assert project["a"].tolist() == [0, 1, 2]


def test_without_h5py_the_cure_is_told(file: Path, name: str) -> None:
    """It is needed by the readers that are compared with, and by nothing else."""
    code = PROGRAM.replace("import sys;", "import sys; sys.modules['h5py'] = None;")
    done = subprocess.run([sys.executable, "-c", code, str(file), name], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert re.fullmatch(r"Error: .* with h5py, .*: pip install h5py\n", done.stderr)


def readers_of(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def wait_until(condition: Callable[[], bool]) -> None:
    """Waits up to 30 seconds."""
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_however_it_ends_nothing_is_left(file: Path, name: str, number: signal.Signals, status: int) -> None:
    """No project, no reader. After SIGKILL the next one who looks finds none, and the readers end by themselves."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(file), name, "--iterations", "20000"], stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: len(readers_of(process.pid)) == 5)
    assert [info.name for info in cute_shm.projects()] == [name]
    readers = readers_of(process.pid)
    process.send_signal(number)
    _, told = process.communicate(timeout=60)
    assert process.returncode == status
    assert told == ("Error: interrupted; the project is removed\n" if number == signal.SIGINT else "")
    wait_until(lambda: not any(Path(f"/proc/{reader}/exe").exists() for reader in readers))
    assert cute_shm.projects() == []


def test_a_reader_that_fails_says_why(file: Path, name: str) -> None:
    """And the others end, too."""
    job = Job("direct", str(file), "", name, ["group/count", "missing"], 10)
    with pytest.raises(EvaluationError, match=r"reader 1 of 2 direct readers failed: KeyError: .*missing"):
        _evaluate.measure(job, 2)
    assert readers_of(os.getpid()) == []


def test_a_reader_that_is_killed_is_told(file: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the kernel does when memory runs out."""
    ask = _evaluate._pss

    def kill(pid: int) -> int:
        os.kill(pid, signal.SIGKILL)
        return 0

    monkeypatch.setattr(_evaluate, "_pss", kill)
    job = Job("direct", str(file), "", name, ["group/count"], 10)
    with pytest.raises(EvaluationError, match=r"reader 1 of 3 direct readers died by signal 9; is there enough memory"):
        _evaluate.measure(job, 3)
    assert readers_of(os.getpid()) == []
    assert ask(os.getpid()) > 0


def test_copies_that_would_not_fit_are_left_out(
    file: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The machine is not driven out of memory to show that it would be."""
    monkeypatch.setattr(evaluation, "available_memory", lambda: 40 * MIB)
    _, measurements = evaluation.evaluate(file, name, iterations=1, readers=(2, 3))
    assert [(found.kind, found.readers) for found in measurements] == [("direct", 2), ("shared", 2), ("shared", 3)]
    assert capsys.readouterr().err == (
        "3 direct readers are left out: their data would take 48.0 MiB of memory, and 40.0 MiB are free\n"
    )


MADE_UP = [
    Measurement("shared", 5, (10,) * 5, (0.5,) * 5, 10 * MIB, 12 * MIB),
    Measurement("direct", 5, (10,) * 5, (0.5,) * 5, 10 * MIB, 1034 * MIB),
]


class Terminal(io.StringIO):
    """A stdout that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_the_same_numbers_with_rich_and_without(monkeypatch: pytest.MonkeyPatch) -> None:
    """Titles that look like markup stay as they are."""
    printed = []
    monkeypatch.setenv("COLUMNS", "100")
    for rich in (True, False):
        if not rich:
            monkeypatch.setitem(sys.modules, "rich.table", None)
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        print_report("[red]file.h5[/red]", MADE_UP)
        printed.append(terminal.getvalue())
    assert "┃" in printed[0] and "┃" not in printed[1]
    for text in printed:
        assert "[red]file.h5[/red]" in text
        plain = re.sub(r"\x1b\[[\d;]*m|[┃│]", " ", text)
        assert "5 direct 20 100 1,034.0 MiB 1,024.0 MiB" in " ".join(plain.split())
        assert "5 shared 20 100 12.0 MiB 2.0 MiB" in " ".join(plain.split())


def test_bars_are_in_ascii_where_the_output_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The longest has the whole width, and none is invisible."""
    output = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", output)
    print_report("file.h5", MADE_UP)
    output.seek(0)
    lines = output.read().splitlines()
    assert f"      5  direct  {'-' * 40} 1,034.0" in lines
    assert "      5  shared  # 12.0" in lines


def test_a_title_is_text_in_the_picture() -> None:
    """Whatever the file is called."""
    root = ElementTree.fromstring(svg('<&">.h5', MADE_UP))
    assert any(element.text == '<&">.h5' for element in root)


def test_the_manual_shows_the_help(monkeypatch: pytest.MonkeyPatch) -> None:
    """Word by word, as it is printed in 100 columns."""
    monkeypatch.setenv("COLUMNS", "100")
    manual = Path(__file__).resolve().parents[3] / "docs" / "cli.md"
    assert f"```text\n{run('--help').stdout}```" in manual.read_text()

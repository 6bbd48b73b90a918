# SPDX-License-Identifier: MIT
"""The processes of tests/lifetimes, and the projects that they publish and attach."""

from __future__ import annotations

import itertools
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("CUTESHM_BUILD_DIR", TOP / "build" / "release")).resolve()
CARGO_TARGET = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "build" / "cargo")).resolve()
CLI = str(BUILD / "bin" / "cute-shm")
SHM = Path("/dev/shm")
SECONDS = 120

WORKERS = {
    "c": [str(BUILD / "bin" / "live_and_end")],
    "python": [sys.executable, str(HERE / "live_and_end.py")],
    "rust": [str(CARGO_TARGET / "debug" / "examples" / "live_and_end")],
    "julia": [
        "julia",
        "--startup-file=no",
        f"--project={TOP / 'bindings' / 'julia' / 'CuteShm'}",
        str(HERE / "live_and_end.jl"),
    ],
}
SIGNALS = {"SIGTERM": signal.SIGTERM, "SIGINT": signal.SIGINT, "SIGKILL": signal.SIGKILL, "SIGHUP": signal.SIGHUP}


class Wrong(Exception):
    """A cell that is not as it must be."""


def demand(truth: bool, what: str) -> None:
    """Ends a cell that is not as it must be."""
    if not truth:
        raise Wrong(what)


# ---- projects


@dataclass(frozen=True)
class Case:
    """One project of a worker: how long it lives, and whether another process has it attached when the worker ends."""

    lifetime: str
    shared: bool
    stays: bool

    @property
    def title(self) -> str:
        return self.lifetime + (", which another has attached" if self.shared else "")


OWNED = Case("owner", False, False)
OWNED_SHARED = Case("owner", True, False)
LAST = Case("last-user", False, False)
LAST_SHARED = Case("last-user", True, True)
PERSISTENT = Case("persistent", False, True)
CASES = (OWNED, OWNED_SHARED, LAST, LAST_SHARED, PERSISTENT)
# What a reader finds, and must leave as it is.
KEPT = (Case("owner", True, True), LAST_SHARED, PERSISTENT)

numbers = itertools.count()


@dataclass(frozen=True)
class Project:
    """A project in a store of this test. No other one has its name."""

    case: Case
    root: Path
    name: str

    def manifests(self) -> list[Path]:
        return list(self.root.glob(f"*{self.name}.*"))

    def segments(self) -> list[Path]:
        return list(SHM.glob(f"cute-shm.{self.name}.*"))

    def is_there(self) -> bool:
        """Whole, that is; half of it is wrong."""
        there = (len(self.manifests()), len(self.segments()))
        demand(there in ((0, 0), (1, 1)), f"{self.case.title}: {there[0]} manifests and {there[1]} segments")
        return there == (1, 1)


def new_project(case: Case, root: Path) -> Project:
    """Not yet published."""
    return Project(case, root, f"life-{os.getpid()}-{next(numbers)}")


# ---- processes


class Worker:
    """A process that has published or attached projects, and waits."""

    def __init__(self, words: list[str], ready: str) -> None:
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.said = b""
        self.wait_until_it_says(ready)

    def wait_until_it_says(self, text: str) -> None:
        assert self.process.stdout is not None
        while text.encode() not in self.said:
            found, _, _ = select.select([self.process.stdout], [], [], SECONDS)
            piece = os.read(self.process.stdout.fileno(), 4096) if found else b""
            demand(piece != b"", f"the worker has not said {text!r} but {self.said.decode()!r}")
            self.said += piece

    def end(self, ending: str, wanted: int) -> None:
        """Lets it end in the way that it was told to, or sends it a signal."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        if ending in SIGNALS:
            self.process.send_signal(SIGNALS[ending])
        else:
            self.process.stdin.write(b"\n")
            self.process.stdin.flush()
        # stdin stays open: a process that is slow to die of a signal must not go on meanwhile.
        self.process.wait(SECONDS)
        rest = self.process.stdout.read()
        status, said = self.process.returncode, (self.said + rest).decode(errors="replace")
        demand(status == wanted, f"exit status {status}, not {wanted}: {said}")

    def stop(self) -> None:
        """When a cell is over, however."""
        self.process.kill()
        self.process.communicate()


@contextmanager
def worker(language: str, ending: str, verb: str, projects: list[Project]) -> Iterator[Worker]:
    """A worker that publishes, or attaches, all these projects."""
    parts = [[verb, project.case.lifetime, str(project.root), project.name] for project in projects]
    running = Worker([*WORKERS[language], ending, *itertools.chain(*parts)], "ready\n")
    try:
        yield running
    finally:
        running.stop()


def cute_shm(root: Path, *words: str) -> int:
    """Calls the program, and returns its exit status."""
    return subprocess.run(
        [CLI, "--root", str(root), *words], capture_output=True, timeout=SECONDS, check=False
    ).returncode

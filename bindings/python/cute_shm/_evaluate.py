# SPDX-License-Identifier: MIT
"""Readers of one HDF5 file, each with a copy of the data or all attached to one project: what they read and take."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Literal

import numpy as np

from ._errors import SkippedWarning
from ._group import Group
from ._project import Project
from ._store import Store

if TYPE_CHECKING:
    from numpy.typing import NDArray

Kind = Literal["direct", "shared"]
KINDS: tuple[Kind, ...] = ("direct", "shared")

# As the process that starts it would find its modules, the folder it is in excluded.
_READER = "import sys; sys.path[:] = sys.argv[1:]; from cute_shm._evaluate_reader import main; main()"

_NOTICE = 0.1  # seconds: all readers have heard by then when to begin


class EvaluationError(RuntimeError):
    """What keeps the evaluation from being done; a line for the user."""


@dataclass(frozen=True)
class Job:
    """What a reader is told: the datasets, where they are, and how often to read."""

    kind: Kind
    file: str
    root: str
    project: str
    paths: list[str]
    iterations: int


@dataclass(frozen=True)
class Measurement:
    """What the readers of one kind came to, which all read at the same time."""

    kind: Kind
    readers: int
    reads: tuple[int, ...]  # of each reader: elements
    seconds: tuple[float, ...]  # of each reader: from the moment when all were to begin, to its last read
    bare: int  # bytes: PSS of all readers before they had data: the interpreters and their modules
    pss: int  # bytes: PSS of all readers after they have read all they wanted, while all are there

    @property
    def rate_each(self) -> float:
        """Reads per second of one reader, on average."""
        return float(np.mean(np.divide(self.reads, self.seconds)))

    @property
    def rate_all(self) -> float:
        """Reads per second of all readers together."""
        return sum(self.reads) / max(self.seconds)

    @property
    def data(self) -> int:
        """Bytes that the data added to all readers together."""
        return max(self.pss - self.bare, 0)


@contextmanager
def loaded(store: Store, file: str, project: str) -> Iterator[Project]:
    """The file as a project that is gone at the end, however it comes: with this process at the latest."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkippedWarning)  # what is left out is compared with nothing
        opened = store.load_hdf5(file, project, lifetime="owner", progress=sys.stderr.isatty())
    try:
        yield opened
    finally:
        if opened.is_current:
            store.unlink(project)
        opened.close()


def common_datasets(project: Project, file: str) -> list[str]:
    """The paths of the datasets that both kinds of readers can have, each dataset once."""
    import h5py  # noqa: PLC0415

    paths: dict[int, str] = {}
    with h5py.File(file, "r") as opened:
        for path, node in project.walk():
            if isinstance(node, Group) or not node.nbytes or not isinstance(opened.get(path), h5py.Dataset):
                continue
            first: NDArray[Any] = getattr(node, "offsets", node)  # what tells a ragged array from others
            paths.setdefault(first.__array_interface__["data"][0], path)
    if not paths:
        raise EvaluationError(f"{file} holds no dataset with elements that could be read")
    return list(paths.values())


def measure(job: Job, count: int) -> Measurement:
    """Lets `count` readers read at the same time.

    Raises:
        EvaluationError: a reader failed.
    """
    with _Readers(job, count) as readers:
        readers.answers()
        bare = readers.pss()
        readers.go_on()
        readers.answers()
        began = time.monotonic() + _NOTICE
        readers.go_on(str(began))
        results = readers.answers()
        pss = readers.pss()
    reads = tuple(result["reads"] for result in results)
    seconds = tuple(result["ended"] - began for result in results)
    return Measurement(job.kind, count, reads, seconds, bare, pss)


class _Readers:
    """Reader processes that go from stage to stage together. None is left at the end."""

    def __init__(self, job: Job, count: int) -> None:
        self._what = f"of {count} {job.kind} readers"
        self._processes: list[subprocess.Popen[str]] = []
        try:
            for _ in range(count):
                self._start(job)
        except BaseException:
            self._end()
            raise

    def _start(self, job: Job) -> None:
        # In a session of its own: Ctrl-C comes to the one who started it, who then ends it.
        process = subprocess.Popen(
            [sys.executable, "-c", _READER, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self._processes.append(process)
        _write(process, json.dumps(asdict(job)) + "\n")

    def __enter__(self) -> _Readers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.communicate()

    def go_on(self, word: str = "") -> None:
        """Lets all begin the next stage."""
        for process in self._processes:
            _write(process, word + "\n")

    def answers(self) -> list[dict[str, Any]]:
        """Waits until all have ended their stage."""
        return [self._answer(number, process) for number, process in enumerate(self._processes, 1)]

    def _answer(self, number: int, process: subprocess.Popen[str]) -> dict[str, Any]:
        line = _pipe(process.stdout).readline()
        if not line:
            status = process.wait()
            raise EvaluationError(
                f"reader {number} {self._what} died by signal {-status}; is there enough memory for all of them?"
                if status < 0
                else f"reader {number} {self._what} ended with status {status}"
            )
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise EvaluationError(f"reader {number} {self._what} failed: {answer['error']}")
        return answer

    def pss(self) -> int:
        """Memory of all readers, in bytes: a page that n processes share counts as 1/n of a page for each."""
        return sum(_pss(process.pid) for process in self._processes)


def _write(process: subprocess.Popen[str], text: str) -> None:
    try:
        pipe = _pipe(process.stdin)
        pipe.write(text)
        pipe.flush()
    except BrokenPipeError:
        pass  # it is dead: there will be no answer, and that is told


def _pipe(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def _pss(pid: int) -> int:
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))


def available_memory() -> int:
    """Bytes that new processes of this machine could use."""
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable:"))

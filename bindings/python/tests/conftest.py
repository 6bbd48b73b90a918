# SPDX-License-Identifier: MIT
"""Every test has a store of its own, and must leave no shared memory and no handle behind."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator
from itertools import count
from pathlib import Path

import cute_shm
import pytest
from cute_shm import _core

SHM = Path("/dev/shm")
_numbers = count()

RunPython = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_collection_finish() -> None:
    """Keeps the collection after each test from going through all that the tests have imported."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The root of the test's store, which is the default store for the time of the test."""
    path = tmp_path / "store"
    monkeypatch.setenv("CUTE_SHM_ROOT", str(path))
    return path


@pytest.fixture(autouse=True)
def name(root: Path) -> Iterator[str]:
    """A project's name that no other test has. Other projects of a test begin with it, too."""
    prefix = f"pytest-{os.getpid()}-{next(_numbers)}"
    assert not left_behind(prefix)
    yield prefix
    for info in cute_shm.projects(root):
        cute_shm.unlink(info.name, root)
    gc.collect()
    assert not left_behind(prefix)
    assert _core.cshm_live_handles() == 0


def left_behind(prefix: str) -> list[str]:
    """Segments of projects whose name begins with `prefix`."""
    return sorted(path.name for path in SHM.glob(f"cute-shm.{prefix}*"))


def start(code: str, *arguments: str, pass_fds: Collection[int] = ()) -> subprocess.Popen[str]:
    """A Python process that runs `code`, once it has said that it is ready."""
    words = [sys.executable, "-c", code, *arguments]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, pass_fds=pass_fds)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def let_others_in(path: Path) -> None:
    """Lets other users read a directory, and go through those above it."""
    for place in (path, *path.parents):
        mode = place.stat().st_mode
        if place.stat().st_uid == os.getuid() and mode & 0o055 != 0o055:
            place.chmod(mode | 0o055)  # adds, as a directory for all to write in has to stay one


@pytest.fixture
def run_python(tmp_path: Path) -> RunPython:
    """Runs Python code in a process of its own, with `-X dev`; a crash is an exit status below 0."""

    def run(code: str, *arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        script = tmp_path / f"script{next(_numbers)}.py"
        script.write_text(code, encoding="utf-8")
        return subprocess.run(
            [sys.executable, "-X", "dev", str(script), *arguments],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run

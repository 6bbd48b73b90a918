# SPDX-License-Identifier: MIT
"""Sealed projects through multiprocessing: Process, Queue, Pool, ProcessPoolExecutor; no copy, no descriptor left."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.reduction import ForkingPickler
from typing import Any

import cute_shm
import numpy as np
import pytest
from conftest import RunPython

# From 3.12 on Python warns of a fork with threads about: numpy's are idle, and that is what users do.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork\\(\\) may lead to deadlocks:DeprecationWarning")

METHODS = ("fork", "forkserver", "spawn")


@pytest.fixture
def project(name: str) -> Iterator[cute_shm.Project]:
    with cute_shm.create(name, {"a": np.arange(24.0).reshape(4, 6), "g": {"names": ["x", "yy"]}}, sealed=True) as made:
        yield made


def look(part: Any) -> tuple[bool, float]:
    return type(part) is cute_shm.Array and not part.flags.writeable, float(part.sum())


def look_and_tell(results: Any, part: Any, project: cute_shm.Project) -> None:
    with project:
        results.put((look(part), project.sealed, project.name, project["g/names"].tolist()))


def from_queue(parts: Any, results: Any) -> None:
    results.put([look(part) for part in parts.get()])


def tail(part: Any) -> Any:
    return part[1:]


def names_of(group: cute_shm.Group) -> list[str]:
    names: list[str] = group["names"].tolist()
    return names


@pytest.mark.parametrize("method", METHODS)
def test_a_process_gets_it_as_arguments(project: cute_shm.Project, method: str) -> None:
    context: Any = multiprocessing.get_context(method)
    results = context.Queue()
    process = context.Process(target=look_and_tell, args=(results, project["a"][1:], project))
    process.start()
    assert results.get(timeout=60) == ((True, 261.0), True, project.name, ["x", "yy"])
    process.join()
    assert process.exitcode == 0


@pytest.mark.parametrize("method", METHODS)
def test_a_queue_brings_it(project: cute_shm.Project, method: str) -> None:
    context: Any = multiprocessing.get_context(method)
    parts, results = context.Queue(), context.Queue()
    process = context.Process(target=from_queue, args=(parts, results))
    process.start()
    parts.put([project["a"], project["a"].T[2], project["a"][::-1]])
    assert results.get(timeout=60) == [(True, 276.0), (True, 44.0), (True, 276.0)]
    process.join()


@pytest.mark.parametrize("method", METHODS)
def test_pools_and_executors_get_it_and_give_it_back(project: cute_shm.Project, method: str) -> None:
    context = multiprocessing.get_context(method)
    parts = [project["a"][index] for index in range(4)]
    wanted = [(True, float(part.sum())) for part in parts]
    with context.Pool(2) as pool:
        assert pool.map(look, parts) == wanted
        assert pool.apply(names_of, (project["g"],)) == ["x", "yy"]
        back = pool.apply(tail, (project["a"],))
    assert (back == project["a"][1:]).all()
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        assert list(executor.map(look, parts)) == wanted


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_many_arrays_need_few_descriptors_and_none_is_left(project: cute_shm.Project) -> None:
    """A message holds one descriptor for all arrays of a project; it is closed when it has arrived."""
    context = multiprocessing.get_context("fork")
    with context.Pool(1) as pool:
        pool.map(look, [project["a"]])  # starts the thread that gives descriptors out
        before = descriptors()
        parts = [project["a"][index % 4, index % 6 :] for index in range(5000)]
        assert sum(total for _, total in pool.map(look, parts)) == sum(float(part.sum()) for part in parts)
        assert descriptors() == before
        assert pool.apply(descriptors) == pool.apply(descriptors)
    process = multiprocessing.get_context("spawn").Process(target=tail, args=(project["a"],))
    process.start()
    process.join()
    process.close()
    del process
    assert descriptors() <= before


SEND = """
import sys, cute_shm
from multiprocessing.reduction import ForkingPickler
project = cute_shm.create(sys.argv[1], {"a": [1, 2, 3]}, sealed=True)
print(bytes(ForkingPickler.dumps(project["a"])).hex())
"""


def test_what_does_not_arrive_says_so(
    name: str, project: cute_shm.Project, run_python: RunPython, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run_python(SEND, name)
    assert result.returncode == 0, result.stderr
    with pytest.raises(cute_shm.NotFoundError, match=rf"'{name}' did not arrive.*has ended"):
        ForkingPickler.loads(bytes.fromhex(result.stdout))
    once = ForkingPickler.dumps(project["a"])
    assert ForkingPickler.loads(once).tolist() == project["a"].tolist()
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)  # the one who gives descriptors out complains, too
    with pytest.raises(cute_shm.NotFoundError, match="unpickled before"):
        ForkingPickler.loads(once)

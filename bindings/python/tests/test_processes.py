# SPDX-License-Identifier: MIT
"""Projects and other processes: fork, spawn, many at once."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path
from typing import Any

import cute_shm
import numpy as np
import pytest
from cute_shm import _core
from numpy.typing import NDArray

# From 3.12 on Python warns of a fork with threads about: numpy's are idle, and that is what users do.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork\\(\\) may lead to deadlocks:DeprecationWarning")

_inherited: dict[str, Any] = {}


def total_by_name(name: str, root: Path) -> float:
    with cute_shm.open(name, store=root) as project:
        return float(project["a"].sum())


def total_of_inherited(index: int) -> float:
    project = _inherited["project"]
    with cute_shm.open(project.name) as again:
        return float(project["a"][index:].sum() + _inherited["array"].sum() + again["a"].sum())


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_attach_by_name(name: str, root: Path, method: str) -> None:
    cute_shm.create(name, {"a": np.arange(1000.0)}).close()
    with multiprocessing.get_context(method).Pool(2) as pool:
        # A fork server that an earlier test has started has that test's environment.
        assert pool.starmap(total_by_name, [(name, root)] * 4) == [499500.0] * 4
    assert [info.name for info in cute_shm.projects()] == [name], "a worker's exit destroys nothing"
    assert total_by_name(name, root) == 499500.0


def test_a_forked_child_uses_what_its_parent_had(name: str) -> None:
    with cute_shm.create(name, {"a": np.arange(10.0)}, lifetime="owner") as project:
        _inherited.update(project=project, array=project["a"])
        with multiprocessing.get_context("fork").Pool(2) as pool:
            assert pool.map(total_of_inherited, [0, 9]) == [135.0, 99.0]
        _inherited.clear()
        assert project.is_current, "a child never unlinks what its parent owns"
        assert [info.name for info in cute_shm.projects()] == [name]


def test_a_child_closes_only_its_own(name: str) -> None:
    project = cute_shm.create(name, {"a": np.arange(10)})
    array = project["a"]
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            project.close()
            same = array.tolist() == list(range(10))
            del array
            status = 0 if same and _core.cshm_live_handles() == 0 else 2
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert array.tolist() == list(range(10))
    assert project["a"].tolist() == list(range(10))
    project.close()


def test_threads_share_a_project(name: str) -> None:
    tree = {f"a{index}": np.full(100, index) for index in range(50)}
    problems: list[object] = []

    def read(project: cute_shm.Project, seed: int) -> None:
        random = np.random.default_rng(seed)
        try:
            for _ in range(300):
                index = int(random.integers(50))
                array: NDArray[Any] = project[f"a{index}"]
                assert (array == index).all()
                with cute_shm.open(name) as again:
                    assert len(again) == 50
        except BaseException as error:
            problems.append(error)

    with cute_shm.create(name, tree) as project:
        threads = [threading.Thread(target=read, args=(project, seed)) for seed in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert problems == []


def test_readers_see_whole_projects_while_one_overwrites(name: str) -> None:
    """1.2 got incomplete dictionaries in two of three reads here."""
    cute_shm.create(name, {"a": np.zeros(100), "b": {"c": np.zeros(100)}}).close()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            for number in range(200):
                values = {"a": np.full(100, number), "b": {"c": np.full(100, number)}}
                cute_shm.create(name, values, overwrite=True).close()
            status = 0
        finally:
            os._exit(status)
    seen = set()
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        with cute_shm.open(name) as project:
            both = {*np.unique(project["a"]), *np.unique(project["b/c"])}
            assert len(both) == 1
            seen |= both
    assert len(seen) > 5

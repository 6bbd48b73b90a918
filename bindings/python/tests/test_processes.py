# SPDX-License-Identifier: MIT
"""Projects and other processes: fork, spawn, many at once."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import cute_shm
import numpy as np
import pytest
from conftest import RunPython, left_behind, start
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


IN_A_SUB_INTERPRETER = """
import sys
import cute_shm
try:
    import _interpreters
except ImportError:
    import _xxsubinterpreters as _interpreters
project = cute_shm.create(sys.argv[1], {"a": [1, 2, 3]})
other = _interpreters.create()
_interpreters.run_string(other, sys.argv[2])
_interpreters.destroy(other)
print(project["a"].sum(), cute_shm.open(sys.argv[1])["a"].sum())
"""


def test_a_sub_interpreter_is_refused_in_words_and_harms_nobody(name: str, run_python: RunPython) -> None:
    code = "try:\n    import cute_shm\nexcept ImportError as error:\n    print('refused:', error)"
    result = run_python(IN_A_SUB_INTERPRETER, name, code)
    assert result.returncode == 0, result.stderr
    # Python 3.10 shares the modules of one interpreter with all, and lets it in.
    assert ("refused:" in result.stdout) == (sys.version_info >= (3, 11))
    assert result.stdout.splitlines()[-1] == "6 6"


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
                cute_shm.create(name, values, lifetime="persistent", overwrite=True).close()
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


USE = """
import sys, cute_shm
name, how = sys.argv[1:3]
project = cute_shm.create(name, {"a": [1, 2]}, lifetime="last-user") if how == "create" else cute_shm.open(name)
print("ready", flush=True)
sys.stdin.readline()
"""


@pytest.mark.parametrize("how", ["exit", "kill"])
def test_a_project_lives_until_its_last_user(name: str, how: str) -> None:
    with start(USE, name, "create") as publisher, start(USE, name, "open") as reader:
        with cute_shm.open(name) as project:
            array = project["a"]
        publisher.communicate("go\n")
        assert publisher.returncode == 0
        [info] = cute_shm.projects()
        assert (info.name, info.lifetime) == (name, "last-user")
        assert array.tolist() == [1, 2]
        del array, project
        assert [info.name for info in cute_shm.projects()] == [name]
        if how == "exit":
            reader.communicate("go\n")
            assert left_behind(name) == []
        else:
            reader.kill()
            reader.wait()
            assert cute_shm.projects() == []
    assert left_behind(name) == []


def test_a_last_user_project_is_gone_when_it_is_closed(name: str) -> None:
    project = cute_shm.create(name, {"a": np.arange(3)}, lifetime="last-user")
    array = project["a"]
    project.close()
    assert [info.name for info in cute_shm.projects()] == [name], "the array uses it, too"
    del array
    assert left_behind(name) == []


WAIT = """
import sys, cute_shm
with cute_shm.open(sys.argv[1]) as project:
    print("ready", flush=True)
    try:
        project.wait_for_newer(float(sys.argv[2]) if len(sys.argv) > 2 else None)
    except KeyboardInterrupt:
        sys.exit(3)
    print(project.is_current, cute_shm.open(sys.argv[1])["a"].tolist())
"""


@pytest.mark.parametrize("timeout", [[], ["60"]])
def test_a_process_waits_for_what_another_publishes(name: str, timeout: list[str]) -> None:
    old = cute_shm.create(name, {"a": [1]})
    with start(WAIT, name, *timeout) as waiter:
        new = cute_shm.create(name, {"a": [2]}, overwrite=True)
        assert waiter.communicate()[0] == "False [2]\n"
    old.wait_for_newer()
    began = time.monotonic()
    with pytest.raises(cute_shm.TimedOutError, match=rf"{name}.* within 0.25 s"):
        new.wait_for_newer(0.25)
    assert time.monotonic() - began >= 0.25
    with pytest.raises(TimeoutError):
        new.wait_for_newer(0)
    cute_shm.unlink(name)
    new.wait_for_newer()


def test_ctrl_c_ends_a_wait_and_other_threads_run_meanwhile(name: str) -> None:
    with cute_shm.create(name, {"a": [1]}) as project:
        with start(WAIT, name) as waiter:
            time.sleep(0.2)
            waiter.send_signal(signal.SIGINT)
            assert waiter.wait(10) == 3
        thread = threading.Thread(target=project.wait_for_newer)
        thread.start()
        cute_shm.unlink(name)
        thread.join(10)
        assert not thread.is_alive()


OVERWRITE = """
import sys, cute_shm
import numpy as np
print("ready", flush=True)
for number in range(1, 201):
    tree = {"a": np.full(100, number), "b": {"c": np.full(100, number)}}
    cute_shm.create(sys.argv[1], tree, lifetime="persistent", overwrite=True).close()
"""


def test_a_reader_goes_from_generation_to_generation(name: str) -> None:
    tree = {"a": np.zeros(100), "b": {"c": np.zeros(100)}}
    first = project = cute_shm.create(name, tree, lifetime="persistent")
    seen = [0]
    with start(OVERWRITE, name):
        while seen[-1] != 200:
            project.wait_for_newer(60)
            project = project.reattach()
            [value] = {*project["a"].tolist(), *project["b/c"].tolist()}  # of one generation
            seen.append(int(value))
    assert seen == sorted(set(seen)), "never the same twice, and never an older one"
    assert len(seen) > 5
    assert not first["a"].any(), "the old one is whole"
    assert project.is_current


def test_what_is_attached_anew_is_as_the_one_before(name: str, tmp_path: Path) -> None:
    store = cute_shm.Store(tmp_path / "other", prefix="lab-")
    store.create(name, {"a": [1, 2]}, lifetime="persistent").close()
    for mode in ("r", "r+", "c"):
        with store.open(name, mode) as old, old.reattach() as same:
            before = old["a"].tolist()
            assert (same.mode, same.generation) == (mode, old.generation)
            assert np.shares_memory(same["a"], old["a"]) == (mode != "c")
            with store.create(name, {"a": [3, 4]}, lifetime="persistent", overwrite=True) as newest:
                with old.reattach() as new:
                    assert (new.mode, new.generation, new["a"].tolist()) == (mode, newest.generation, [3, 4])
                    if mode != "c":
                        assert np.shares_memory(pickle.loads(pickle.dumps(new["a"])), new["a"])
                assert old["a"].tolist() == before
    with store.open(name) as project:
        store.unlink(name)
        with pytest.raises(cute_shm.NotFoundError, match=name):
            project.reattach()
        assert project["a"].tolist() == [3, 4]
    with pytest.raises(cute_shm.StaleHandleError, match="closed"):
        project.reattach()

# SPDX-License-Identifier: MIT
"""Pickling by reference: what is sent is an address, and what comes back is the same memory."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import cute_shm
import joblib
import numpy as np
import pytest
from cute_shm import _core
from cute_shm._address import restore_array

# From 3.12 on Python warns of a fork with threads about: numpy's are idle, and that is what users do.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork\\(\\) may lead to deadlocks:DeprecationWarning")

TREE: dict[str, Any] = {
    "a": np.arange(24.0).reshape(4, 6),
    "b": {
        "f": np.asfortranarray(np.arange(6, dtype="<i4").reshape(2, 3)),
        "records": np.array([(1, 2.5), (3, 4.5)], [("x", "u1"), ("y", ">f8")]),
        "empty": np.zeros((0, 3)),
        "scalar": 7,
        "when": np.array(["2024-02-29", "NaT"], "M8[D]"),
    },
}
PARTS: dict[str, Callable[[cute_shm.Project], Any]] = {
    "whole": lambda p: p["a"],
    "slice": lambda p: p["a"][1:3, 2:],
    "column": lambda p: p["a"][:, 3],
    "backwards": lambda p: p["a"][::-1, ::-2],
    "transpose": lambda p: p["a"].T,
    "one row": lambda p: p["a"][2],
    "nothing": lambda p: p["a"][4:, :2],
    "as integers": lambda p: p["a"].view("<i8")[1:],
    "fortran": lambda p: p["b/f"],
    "fortran slice": lambda p: p["b/f"][:, 1:],
    "field": lambda p: p["b/records"]["y"],
    "records": lambda p: p["b/records"],
    "empty": lambda p: p["b/empty"],
    "scalar": lambda p: p["b/scalar"],
    "dates": lambda p: p["b/when"],
}


@pytest.fixture
def project(name: str) -> Iterator[cute_shm.Project]:
    with cute_shm.create(name, TREE, {"": {"title": "demo"}, "a": {"units": "K"}}) as created:
        yield created


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("part", PARTS)
def test_a_part_of_an_array_comes_back_as_the_same_memory(project: cute_shm.Project, part: str, protocol: int) -> None:
    sent = PARTS[part](project)
    found = pickle.loads(pickle.dumps(sent, protocol))
    assert type(found) is cute_shm.Array
    assert (found.dtype, found.shape, found.strides) == (sent.dtype, sent.shape, sent.strides)
    assert found.tobytes() == sent.tobytes()
    assert found.__array_interface__["data"] == sent.__array_interface__["data"], "one mapping for all of a process"
    assert found.path == sent.path
    assert dict(found.attrs) == dict(sent.attrs)
    again = pickle.loads(pickle.dumps(found))
    assert again.tobytes() == sent.tobytes()


def test_one_gibibyte_is_sent_in_less_than_one_kibibyte(name: str) -> None:
    with cute_shm.allocate(name, {"group": {"big": ((1 << 27,), "f8")}}) as draft:
        draft["group/big"][-1] = 7
    with cute_shm.open(name) as project:
        big = project["group/big"]
        assert big.nbytes == 1 << 30
        for part in (big, big[::2], project, project["group"]):
            assert len(pickle.dumps(part)) < 1024
        assert pickle.loads(pickle.dumps(big[-3:]))[-1] == 7


def test_groups_and_projects_come_back(project: cute_shm.Project) -> None:
    again = pickle.loads(pickle.dumps(project))
    assert type(again) is cute_shm.Project
    assert (again.name, again.generation, again.mode) == (project.name, project.generation, "r")
    assert again.attrs["title"] == "demo"
    assert np.shares_memory(again["a"], project["a"])
    again.close()
    assert project["a"][0, 1] == 1, "closing one closes no other"
    for path in ("b", "/"):
        group = pickle.loads(pickle.dumps(project[path]))
        assert type(group) is cute_shm.Group
        assert group.path == project[path].path
        assert list(group) == list(project[path])
    tree = pickle.loads(pickle.dumps(project.to_dict()))
    assert np.shares_memory(tree["b"]["f"], project["b/f"])


def test_what_was_writable_is_writable(name: str) -> None:
    cute_shm.create(name, {"a": np.zeros(4)}).close()
    with cute_shm.open(name, "r+") as project:
        found = pickle.loads(pickle.dumps(project["a"][1:]))
        found[0] = 5
        assert project["a"].tolist() == [0, 5, 0, 0]
        guarded = project["a"]
        guarded.flags.writeable = False
        assert not pickle.loads(pickle.dumps(guarded)).flags.writeable
    with cute_shm.open(name) as reader:
        assert not pickle.loads(pickle.dumps(reader["a"])).flags.writeable


def test_the_store_is_found_again(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "other"
    with cute_shm.create(name, {"a": np.arange(3)}, store=other) as project:
        sent = pickle.dumps(project["a"])
        monkeypatch.chdir("/")
        monkeypatch.setenv("CUTE_SHM_ROOT", "/nowhere")
        assert pickle.loads(sent).tolist() == [0, 1, 2]
    cute_shm.unlink(name, other)


# ---- what cannot be sent, and what is gone


def test_a_copy_on_write_array_is_refused(name: str) -> None:
    cute_shm.create(name, {"b": {"a": np.zeros(4)}}).close()
    with cute_shm.open(name, "c") as project:
        for what, words in ((project["b/a"][1:], "array 'b/a'"), (project["b"], "group 'b'"), (project, "project")):
            with pytest.raises(cute_shm.StateError, match=r"mode 'c'.*array\.copy\(\)") as caught:
                pickle.dumps(what)
            assert words in str(caught.value)
        assert pickle.loads(pickle.dumps(project["b/a"].copy())).tolist() == [0, 0, 0, 0]


def test_a_closed_project_is_refused_but_not_its_arrays(name: str) -> None:
    project = cute_shm.create(name, {"a": np.arange(3)})
    array = project["a"]
    project.close()
    with pytest.raises(cute_shm.StaleHandleError, match="closed: open it again"):
        pickle.dumps(project)
    assert pickle.loads(pickle.dumps(array)).tolist() == [0, 1, 2]


def test_what_is_gone_says_so(name: str, project: cute_shm.Project) -> None:
    sent = {"array 'a'": pickle.dumps(project["a"]), "group 'b'": pickle.dumps(project["b"]), "a project": None}
    sent["a project"] = pickle.dumps(project)
    cute_shm.unlink(name)
    for what, blob in sent.items():
        assert blob is not None
        with pytest.raises(cute_shm.NotFoundError, match="unlinked, or its owner has exited") as caught:
            pickle.loads(blob)
        assert isinstance(caught.value, FileNotFoundError)
        assert str(caught.value).startswith(what)
        assert name in str(caught.value)
        assert "array.copy()" in str(caught.value)


def test_what_was_overwritten_says_so(name: str, project: cute_shm.Project) -> None:
    sent = [pickle.dumps(project["a"]), pickle.dumps(project["b"]), pickle.dumps(project)]
    with cute_shm.create(name, TREE, overwrite=True) as second:
        for blob in sent:
            with pytest.raises(cute_shm.GenerationError, match="overwritten since") as caught:
                pickle.loads(blob)
            assert f"{project.generation:016x}" in str(caught.value)
            assert f"{second.generation:016x}" in str(caught.value)
    gone = _core.cshm_live_handles()
    del caught
    assert _core.cshm_live_handles() <= gone


FORGERIES: dict[str, dict[str, Any]] = {
    "beyond the end": {"offset": 8},
    "before the beginning": {"offset": -8},
    "too long": {"shape": (25,), "strides": (8,)},
    "negative strides": {"shape": (2,), "strides": (-8,)},
    "far away": {"offset": 1 << 62},
    "too long by overflow": {"shape": (1 << 61,), "strides": (8,)},
    "negative length": {"shape": (-1, 6)},
    "strides of another shape": {"strides": (8,)},
    "larger elements": {"dtype": np.dtype("f16")},
    "objects": {"dtype": np.dtype("O")},
    "objects in records": {"dtype": np.dtype([("x", "O")])},
    "a group": {"path": "b"},
    "no such path": {"path": "x"},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_forged_address_is_refused(project: cute_shm.Project, forgery: str) -> None:
    _, arguments = project["a"].__reduce__()
    address, path, dtype, shape, strides, offset, writeable = arguments
    honest = {"path": path, "dtype": dtype, "shape": shape, "strides": strides, "offset": offset}
    assert restore_array(address, **honest, writeable=writeable).tolist() == TREE["a"].tolist()
    with pytest.raises((cute_shm.InvalidArgumentError, cute_shm.NodeNotFoundError)):
        restore_array(address, **{**honest, **FORGERIES[forgery]}, writeable=writeable)


def test_a_view_that_left_its_array_is_refused(project: cute_shm.Project) -> None:
    far = np.lib.stride_tricks.as_strided(project["a"], (4, 7), subok=True)
    found = pickle.loads(pickle.dumps(far))
    assert type(found) is np.ndarray, "numpy gives such views another base: they are sent by value"


# ---- through the ways that Python has to other processes


def double_and_sum(array: Any) -> tuple[str, float, bool]:
    shared = isinstance(array, cute_shm.Array)
    return (array.path if shared else "", float(array.sum() * 2), shared)


def first_of(project: cute_shm.Project) -> float:
    with project:
        return float(project["a"][0, 1])


def write_at(array: Any, index: int) -> None:
    array[index] = index


def tail(array: Any) -> Any:
    return array[1:]


METHODS = ("fork", "forkserver", "spawn")


@pytest.mark.parametrize("method", METHODS)
def test_a_pool_gets_addresses(project: cute_shm.Project, method: str) -> None:
    parts = [project["a"], project["a"][1:, ::2], project["a"].T[2]]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(double_and_sum, parts) == [("a", float(part.sum() * 2), True) for part in parts]
        assert pool.map(first_of, [project] * 3) == [1.0] * 3
        back = pool.apply(tail, (project["a"],))
    assert np.shares_memory(back, project["a"]), "results, too, come back by reference"
    assert project.is_current, "a worker's exit destroys nothing"


@pytest.mark.parametrize("method", METHODS)
def test_processes_write_into_one_array(name: str, method: str) -> None:
    cute_shm.create(name, {"a": np.zeros(3)}).close()
    context: Any = multiprocessing.get_context(method)
    with cute_shm.open(name, "r+") as project:
        processes = [context.Process(target=write_at, args=(project["a"], index)) for index in range(3)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
            assert process.exitcode == 0
        assert project["a"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("method", METHODS)
def test_an_executor_gets_addresses(project: cute_shm.Project, method: str) -> None:
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(2, mp_context=context) as executor:
        futures = [executor.submit(double_and_sum, project["a"][index:]) for index in range(4)]
        wanted = [("a", float(project["a"][index:].sum() * 2), True) for index in range(4)]
        assert [future.result() for future in futures] == wanted


@pytest.mark.parametrize("method", METHODS)
def test_an_error_crosses_processes(project: cute_shm.Project, name: str, method: str) -> None:
    array = project["a"]
    sent = pickle.dumps(array)
    cute_shm.unlink(name)
    with multiprocessing.get_context(method).Pool(1) as pool, pytest.raises(cute_shm.NotFoundError, match="is gone"):
        pool.apply(pickle.loads, (sent,))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_joblib_gets_addresses(name: str) -> None:
    large = np.arange(1 << 18, dtype="f8")  # 2 MiB: joblib would dump a plain array of more than 1 MiB into a file
    with cute_shm.create(name, {"large": large}) as project:
        array = project["large"]
        parallel = joblib.Parallel(2, backend="loky", max_nbytes="1M")
        assert parallel([joblib.delayed(double_and_sum)(part) for part in (array, array[::2])]) == [
            ("large", float(part.sum() * 2), True) for part in (large, large[::2])
        ]

# SPDX-License-Identifier: MIT
"""cute_shm.Array: what a project gives knows its place; what is computed from it is a plain numpy array."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable, Iterator
from typing import Any

import cute_shm
import numpy as np
import pytest
from cute_shm import _core

TREE: dict[str, Any] = {
    "a": np.arange(12.0).reshape(3, 4),
    "b": {"n": np.arange(12).reshape(3, 4), "scalar": np.float64(2.5), "empty": np.zeros((0, 3)), "none": np.zeros(0)},
    "records": np.array([(1, 2.5), (3, 4.5)], [("x", "i4"), ("y", "f8")]),
    "z": np.array([1 + 2j, 3 + 4j]),
    "when": np.array(["2024-02-29", "NaT"], "M8[D]"),
}
ATTRS = {path: {"of": path} for path in ("a", "b/n", "b/scalar", "b/empty", "b/none", "records", "z", "when")}


@pytest.fixture
def project(name: str) -> Iterator[cute_shm.Project]:
    with cute_shm.create(name, TREE, ATTRS) as created:
        yield created


def test_an_array_knows_its_place(project: cute_shm.Project) -> None:
    for path in ATTRS:
        array = project[path]
        assert type(array) is cute_shm.Array
        assert (array.path, array.name) == (path, path.rpartition("/")[2])
        assert dict(array.attrs) == {"of": path}


def test_every_way_to_an_array_gives_the_same(project: cute_shm.Project) -> None:
    ways = [project["b/n"], project["b"]["n"], project["/b/n"], dict(project["b"].items())["n"]]
    ways += [dict(project.walk())["b/n"], project.to_dict()["b"]["n"], next(iter(project["b"].values()))]
    for array in ways:
        assert type(array) is cute_shm.Array
        assert array.path == "b/n"
        assert array.attrs["of"] == "b/n"
        assert np.shares_memory(array, ways[0])


VIEWS: dict[str, Callable[[cute_shm.Project], Any]] = {
    "slice": lambda p: p["a"][1:],
    "step": lambda p: p["a"][::-1, ::2],
    "row": lambda p: p["a"][2],
    "of a slice": lambda p: p["a"][1:][:, 1:][::2],
    "new axis": lambda p: p["a"][None, ..., 0],
    "transpose": lambda p: p["a"].T,
    "reshape": lambda p: p["a"].reshape(2, 6),
    "np.reshape": lambda p: np.reshape(p["a"], -1),
    "ravel": lambda p: p["a"].ravel(),
    "view": lambda p: p["a"].view("u1"),
    "swapaxes": lambda p: np.moveaxis(p["a"], 0, 1),
    "split": lambda p: np.split(p["a"], 3)[1],
    "iterated": lambda p: next(iter(p["a"])),
    "diagonal": lambda p: p["a"].diagonal(),
    "squeeze": lambda p: p["a"][:1].squeeze(),
    "asanyarray": lambda p: np.asanyarray(p["a"]),
}


@pytest.mark.parametrize("way", VIEWS)
def test_a_view_is_an_array_of_the_same_place(project: cute_shm.Project, way: str) -> None:
    view = VIEWS[way](project)
    assert type(view) is cute_shm.Array
    assert np.shares_memory(view, project["a"])
    assert not view.flags.writeable
    assert (view.path, view.name, view.attrs["of"]) == ("a", "a", "a")


def test_fields_and_parts_are_views_too(project: cute_shm.Project) -> None:
    assert project["records"]["y"].path == "records"
    assert project["records"]["y"].tolist() == [2.5, 4.5]
    assert project["z"].imag.path == "z"
    assert project["z"].real[1:].attrs["of"] == "z"


PLAIN: dict[str, Callable[[Any], Any]] = {
    "a + 1": lambda a: a + 1,
    "-a": lambda a: -a,
    "a > 3": lambda a: a > 3,
    "np.sqrt": np.sqrt,
    "a @ a.T": lambda a: a @ a.T,
    "sum of columns": lambda a: a.sum(0),
    "mean": lambda a: np.mean(a, axis=1),
    "cumsum": lambda a: a.cumsum(),
    "sort": np.sort,
    "argsort": np.argsort,
    "copy": lambda a: a.copy(),
    "np.copy": np.copy,
    "np.copy with its class": lambda a: np.copy(a, subok=True),
    "np.array": np.array,
    "asarray": np.asarray,
    "copy.copy": copy.copy,
    "copy.deepcopy": copy.deepcopy,
    "astype": lambda a: a.astype("f4"),
    "chosen by numbers": lambda a: a[[0, 2]],
    "chosen by truth": lambda a: a[a > 3],
    "chosen by both": lambda a: a[np.ix_([0, 1], [2, 0])],
    "take": lambda a: a.take([1, 0], 0),
    "repeat": lambda a: a.repeat(2),
    "flatten": lambda a: a.flatten(),
    "ravel that copies": lambda a: a.T.ravel(),
    "reshape that copies": lambda a: a.T.reshape(-1),
    "concatenate": lambda a: np.concatenate([a, a]),
    "stack": lambda a: np.stack([a, a]),
    "where": lambda a: np.where(a > 3, a, 0),
    "unique": np.unique,
    "zeros_like": np.zeros_like,
    "empty_like": np.empty_like,
    "dot": lambda a: a.dot(a.T),
    "np.dot": lambda a: np.dot(a, a.T),
    "round": lambda a: a.round(-1),
    "clip": lambda a: a.clip(1, 2),
    "roll": lambda a: np.roll(a, 1),
    "cross fft": np.fft.fft,
    "meshgrid": lambda a: np.meshgrid(a[0], a[1])[0],
    "add.reduce": np.add.reduce,
    "add.outer": lambda a: np.add.outer(a, a),
    "byteswap": lambda a: a.byteswap(),
    "partition": lambda a: np.partition(a, 1),
    "divmod": lambda a: divmod(a, 2)[1],
}


@pytest.mark.parametrize("path", ["a", "b/n"])
@pytest.mark.parametrize("what", PLAIN)
def test_what_is_computed_is_a_plain_array(project: cute_shm.Project, what: str, path: str) -> None:
    found = PLAIN[what](project[path])
    wanted = PLAIN[what](np.array(project[path]))
    assert type(found) is np.ndarray
    assert found.dtype == wanted.dtype
    if what != "empty_like":
        assert np.array_equal(found, wanted)


def test_single_values_are_numpy_scalars(project: cute_shm.Project) -> None:
    a = project["a"]
    for value in (a.sum(), np.mean(a), a[1, 2], a.max(), a[0] @ a[1], project["b/scalar"] + 1, project["b/scalar"][()]):
        assert type(value) is np.float64
    assert type(project["b/n"].sum()) is np.int64
    assert type((project["a"] > 3).any()) is np.bool_


def test_results_go_where_they_are_told(name: str) -> None:
    cute_shm.create(name, {"a": np.arange(3.0), "b": np.zeros(3)}).close()
    with cute_shm.open(name, "r+") as project, cute_shm.open(name) as reader:
        a = project["a"]
        same = a
        a += 1
        assert a is same
        b = project["b"]
        assert np.multiply(a, 2, out=b) is b
        assert type(b) is cute_shm.Array
        assert reader["a"].tolist() == [1, 2, 3]
        assert reader["b"].tolist() == [2, 4, 6]
        a.sort()
        a[::-1].sort()
        assert reader["a"].tolist() == [3, 2, 1]
        private = np.zeros(3)
        assert np.add(a, 1, out=private) is private


def test_a_copy_that_kept_its_class_says_that_it_is_one(project: cute_shm.Project) -> None:
    duplicate = np.array(project["a"], subok=True)
    assert isinstance(duplicate, cute_shm.Array)
    for ask in (lambda: duplicate.attrs, lambda: duplicate.path, lambda: duplicate.name):
        with pytest.raises(cute_shm.StateError, match="is a copy with memory of its own"):
            ask()
    again = pickle.loads(pickle.dumps(duplicate))
    assert type(again) is np.ndarray
    assert np.array_equal(again, duplicate)


def test_a_copy_outlives_everything_and_can_be_written(name: str) -> None:
    with cute_shm.create(name, {"a": np.arange(3)}) as project:
        copies = [project["a"].copy(), copy.copy(project["a"]), copy.deepcopy({"k": project["a"]})["k"]]
    assert _core.cshm_live_handles() == 0
    for duplicate in copies:
        assert duplicate.flags.owndata
        duplicate[0] = 9
        assert duplicate.tolist() == [9, 1, 2]


def test_a_view_holds_the_memory_alone(name: str) -> None:
    with cute_shm.create(name, {"a": np.arange(12.0).reshape(3, 4)}, {"a": {"units": "K"}}) as project:
        part = project["a"].T[1:, ::2]
    assert part.attrs["units"] == "K", "attributes, too, outlive the project object"
    assert part.tolist() == [[1, 9], [2, 10], [3, 11]]
    assert _core.cshm_live_handles() == 1
    del part
    assert _core.cshm_live_handles() == 0


def test_aliases_and_empty_arrays_know_which_they_are(name: str) -> None:
    store = _core.cshm_store_open(None, None)
    builder = _core.cshm_builder_open(store, name, (0, _core.CSHM_OWNER, 0, None))
    _core.cshm_store_close(store)
    number = _core.cshm_builder_array(builder, "first", "<f8", (3,), _core.CSHM_ORDER_C)
    _core.cshm_builder_alias(builder, "group/second", number)
    for path in ("none", "nothing"):
        _core.cshm_builder_array(builder, path, "<f8", (0,), _core.CSHM_ORDER_C)
        _core.cshm_builder_attribute(builder, path, "of", "<U7", (), np.array(path, "U7").tobytes())
    _core.cshm_builder_allocate(builder)
    _core.cshm_detach(_core.cshm_builder_publish(builder))
    with cute_shm.open(name) as project:
        assert np.shares_memory(project["first"], project["group/second"])
        assert [project[path].path for path in ("first", "group/second")] == ["first", "group/second"]
        assert [project[path][:0].attrs["of"] for path in ("none", "nothing")] == ["none", "nothing"]


def test_a_plain_view_holds_the_memory_as_well(project: cute_shm.Project) -> None:
    plain = np.asarray(project["a"])
    assert type(plain) is np.ndarray
    assert np.shares_memory(plain, project["a"])
    assert not plain.flags.writeable


def test_an_array_is_not_made_but_taken(project: cute_shm.Project) -> None:
    kind: Any = cute_shm.Array
    for arguments in (((3,), "f8"), (3,), ()):
        with pytest.raises(TypeError, match=r"taken from a project: use cute_shm\.create"):
            kind(*arguments)
    with pytest.raises(TypeError):
        np.ndarray.__new__(cute_shm.Array, (3,))
    with pytest.raises(TypeError, match=r"no subclass of numpy\.ndarray"):
        _core.array(int, 0, ((3,), "f8", project._memory, 0))  # type: ignore[arg-type]


def test_nothing_can_be_set_on_an_array(project: cute_shm.Project) -> None:
    for attribute in ("path", "attrs", "other"):
        with pytest.raises(AttributeError):
            setattr(project["a"], attribute, 1)


def test_an_array_is_shown_as_numpy_does(project: cute_shm.Project) -> None:
    assert repr(project["b/n"][0]) == "Array([0, 1, 2, 3])"
    assert str(project["b/n"][0]) == "[0 1 2 3]"


def test_groups_without_attributes_are_not_asked_for_any(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A group may turn out to be something else by an attribute: that costs the others nothing."""
    tree = {f"g{index}": {"h": {"x": 1}} for index in range(20)}
    asked: list[object] = []
    for call in ("cshm_attribute_find", "cshm_attribute_at"):
        monkeypatch.setattr(_core, call, lambda *arguments: asked.append(arguments))
    with cute_shm.create(name, tree) as project:
        kinds = {type(value) for _, value in project.walk()}
        kinds |= {type(value) for value in project.values()}
        project.to_dict()
        assert type(project["g7/h"]) is cute_shm.Group
    assert kinds == {cute_shm.Group, cute_shm.Array}
    assert asked == []

# SPDX-License-Identifier: MIT
"""What a project is made from: nested mappings; what cannot be shared is refused before anything is created."""

from __future__ import annotations

from collections import OrderedDict
from types import MappingProxyType
from typing import Any

import cute_shm
import numpy as np
import pytest


def test_array_likes_become_arrays(name: str) -> None:
    tree = {"list": [[1, 2], [3, 4]], "number": 2.5, "text": "abc", "flag": True, "bytes": b"xy", "range": range(4)}
    with cute_shm.create(name, tree) as project:
        assert project["list"].tolist() == [[1, 2], [3, 4]]
        assert project["number"].shape == ()
        assert project["number"][()] == 2.5
        assert project["text"][()] == "abc"
        assert project["range"].tolist() == [0, 1, 2, 3]


def test_any_mapping_is_a_group(name: str) -> None:
    tree = MappingProxyType({"b": OrderedDict(z=np.zeros(1), a=np.zeros(2)), "empty": {}})
    with cute_shm.create(name, tree) as project:
        assert list(project) == ["b", "empty"]
        assert list(project["b"]) == ["z", "a"]
        assert len(project["empty"]) == 0


def test_one_mapping_may_be_in_two_places(name: str) -> None:
    shared = {"x": np.arange(3)}
    with cute_shm.create(name, {"a": shared, "b": {"c": shared}}) as project:
        assert project["b/c/x"].tolist() == [0, 1, 2]


def test_a_project_can_be_made_from_a_project(name: str) -> None:
    first = cute_shm.create(name, {"b": {"x": np.arange(3)}, "y": 1.0})
    with first, cute_shm.create(name + "copy", first) as second:
        assert second["b/x"].tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    "key", ["a b", "#", "a.b", "...", ".hidden", "é", "日本 😀", "\n\t\x01", "shm_name", "'\"\\", "null"]
)
def test_names_are_any_utf8(name: str, key: str) -> None:
    with cute_shm.create(name, {key: {key: np.arange(2)}}) as project:
        assert list(project) == [key]
        assert project[key][key].tolist() == [0, 1]
        assert project[f"{key}/{key}"].tolist() == [0, 1]


def test_deep_trees(name: str) -> None:
    tree: dict[str, Any] = {"x": np.arange(2)}
    for _ in range(3000):
        tree = {"g": tree}
    with cute_shm.create(name, tree) as project:
        assert project["g/" * 3000 + "x"].tolist() == [0, 1]
        below = project.to_dict()
        for _ in range(3000):
            below = below["g"]
        assert below["x"].tolist() == [0, 1]
        assert len(list(project.walk())) == 3001


def refused() -> list[Any]:
    masked = np.ma.masked_array([1, 2], [True, False])
    cycle: dict[str, Any] = {}
    cycle["again"] = cycle
    cases: list[tuple[Any, type[Exception], list[str]]] = [
        (np.array([None]), TypeError, ["'b/x'", "Python objects"]),
        (None, TypeError, ["'b/x'", "Python objects"]),
        ([[1], [2, 3]], TypeError, ["'b/x'"]),
        (np.zeros(2, [("a", "O")]), TypeError, ["'b/x'", "Python objects"]),
        (np.zeros(2, "g"), TypeError, ["'b/x'", "no form"]),
        (masked, TypeError, ["'b/x'", "masked array", ".filled()"]),
        (cycle, TypeError, ["'b/x/again'", "contains itself"]),
        ({1: np.zeros(1)}, ValueError, ["'b/x/'", "a name is a str, not 1"]),
        ({"": np.zeros(1)}, ValueError, ["'b/x/'", "is empty"]),
        ({"a/b": np.zeros(1)}, ValueError, ["'b/x/'", "'a/b'", "nest mappings"]),
        ({".": np.zeros(1)}, ValueError, ["."]),
        ({"a\0b": np.zeros(1)}, ValueError, ["NUL"]),
        ({"\ud800": np.zeros(1)}, ValueError, ["surrogate"]),
        ({"n" * 1025: np.zeros(1)}, ValueError, ["1024"]),
    ]
    return cases


@pytest.mark.parametrize(("value", "kind", "words"), refused())
def test_what_cannot_be_shared_is_refused_by_its_path(
    name: str, value: Any, kind: type[Exception], words: list[str]
) -> None:
    with pytest.raises(kind) as caught:
        cute_shm.create(name, {"a": np.zeros(3), "b": {"x": value}})
    assert isinstance(caught.value, cute_shm.Error)
    for word in words:
        assert word in str(caught.value)
    assert cute_shm.projects() == []


def test_a_tree_is_a_mapping(name: str) -> None:
    with pytest.raises(cute_shm.BadTypeError, match="from a mapping of names to arrays, not from ndarray"):
        cute_shm.create(name, np.zeros(3))  # type: ignore[arg-type]


def test_bad_input_leaves_the_project_that_was_to_be_overwritten(name: str) -> None:
    cute_shm.create(name, {"a": np.arange(3)}).close()
    for tree, attrs in (({"a": None}, None), ({"a": 1}, {"a": {"x": None}}), ({".": 1}, None)):
        with pytest.raises(cute_shm.Error):
            cute_shm.create(name, tree, attrs, overwrite=True)
    with cute_shm.open(name) as project:
        assert project["a"].tolist() == [0, 1, 2]

# SPDX-License-Identifier: MIT
"""Projects and groups: read-only mappings with h5py's manners."""

from __future__ import annotations

from collections.abc import Iterator

import cute_shm
import numpy as np
import pytest

TREE = {"a": np.arange(9).reshape(3, 3), "b": {"b1": np.ones(4, "f4"), "c": {"d": np.zeros(2)}}, "e": {}}


@pytest.fixture
def project(name: str) -> Iterator[cute_shm.Project]:
    with cute_shm.create(name, TREE, {"": {"title": "demo"}, "b": {"kind": "inner"}}) as created:
        yield created


def test_arrays_and_groups_by_path(project: cute_shm.Project) -> None:
    assert project["b/b1"].dtype == np.dtype("f4")
    assert project["b"]["b1"].shape == (4,)
    assert project["b"]["c/d"].shape == (2,)
    assert project["b"]["/a"].shape == (3, 3), "a leading / is the root"
    assert project["/b/c"] == project["b"]["c"]
    assert isinstance(project["b"], cute_shm.Group)
    assert type(project["a"]) is cute_shm.Array


@pytest.mark.parametrize("path", ["x", "a/x", "b/x", "b/", "", "b//b1", ".", 3, None, ("b", "b1")])
def test_what_is_not_there_is_a_key_error(project: cute_shm.Project, path: str) -> None:
    assert path not in project
    assert project.get(path) is None
    with pytest.raises(KeyError) as caught:
        project[path]
    assert isinstance(caught.value, cute_shm.NodeNotFoundError)


def test_the_missing_part_of_a_path_is_named(project: cute_shm.Project) -> None:
    with pytest.raises(KeyError, match=r'has no "b/c/x/y".*"x"'):
        project["b/c/x/y"]
    with pytest.raises(KeyError, match='"a" is an array'):
        project["a/y"]


def test_a_project_is_a_mapping(project: cute_shm.Project) -> None:
    assert list(project) == ["a", "b", "e"]
    assert list(project.keys()) == ["a", "b", "e"]
    assert project.keys() & {"a", "x"} == {"a"}
    assert len(project) == 3
    assert "b/c/d" in project
    assert [type(value) for value in project.values()] == [cute_shm.Array, cute_shm.Group, cute_shm.Group]
    items = dict(project["b"].items())
    assert list(items) == ["b1", "c"]
    assert np.array_equal(items["b1"], np.ones(4))
    assert len(project["e"]) == 0
    assert list(project["e"].items()) == []


def test_walk_goes_through_everything_in_order(project: cute_shm.Project) -> None:
    assert [path for path, _ in project.walk()] == ["a", "b", "b/b1", "b/c", "b/c/d", "e"]
    assert [path for path, _ in project["b"].walk()] == ["b1", "c", "c/d"]
    assert [value.path for _, value in project["b"].walk()] == ["b/b1", "b/c", "b/c/d"]
    for path, value in project.walk():
        assert np.array_equal(value, project[path]) if isinstance(value, np.ndarray) else value == project[path]


def test_to_dict_is_nested_dictionaries_of_views(project: cute_shm.Project) -> None:
    tree = project.to_dict()
    assert list(tree) == ["a", "b", "e"]
    assert tree["e"] == {}
    assert np.shares_memory(tree["b"]["c"]["d"], project["b/c/d"])
    assert list(project["b"].to_dict()) == ["b1", "c"]


def test_attributes_of_project_groups_and_arrays(project: cute_shm.Project) -> None:
    assert dict(project.attrs) == {"title": "demo"}
    assert dict(project["b"].attrs) == {"kind": "inner"}
    assert dict(project["a"].attrs) == {}


def test_what_is_known_about_a_project(project: cute_shm.Project, name: str, root: object) -> None:
    assert project.name == name
    assert project.root == str(root)
    assert project.segment.startswith(f"cute-shm.{name}.")
    assert project.mode == "r"
    assert project.generation > 0
    assert project.nbytes % 4096 == 0
    assert project.created_ns > 1_700_000_000_000_000_000
    assert project.is_current
    assert project.skipped == []
    assert project.origin["producer"].startswith("cute_shm 2.0.0 (Python 3.")
    assert (project["b/c"].name, project["b/c"].path) == ("c", "b/c")
    cute_shm.unlink(name)
    assert not project.is_current


def test_repr_shows_the_tree(project: cute_shm.Project, name: str) -> None:
    assert repr(project).splitlines() == [
        f"<cute_shm.Project {name!r} (r): 3 arrays, {project.nbytes} bytes",
        "  a: (3, 3) int64",
        "  b/",
        "    b1: (4,) float32",
        "    c/",
        "      d: (2,) float64",
        "  e/>",
    ]
    assert repr(project["b"]).splitlines() == [
        "<cute_shm.Group 'b': 2 members",
        "  b1: (4,) float32",
        "  c/",
        "    d: (2,) float64>",
    ]


def test_repr_escapes_what_a_terminal_would_obey(name: str) -> None:
    with cute_shm.create(name, {"\x1b[2J\n": 1, "é": 2}) as project:
        assert repr(project).splitlines()[1:] == ["  '\\x1b[2J\\n': () int64", "  é: () int64>"]


def test_repr_of_many_nodes_is_short(name: str) -> None:
    with cute_shm.create(name, {f"a{i}": i for i in range(1000)}) as project:
        assert len(repr(project).splitlines()) < 30
        assert repr(project).endswith("...>")


def test_a_closed_project_says_so(project: cute_shm.Project) -> None:
    group = project["b"]
    project.close()
    project.close()
    assert project.closed
    assert repr(project) == f"<cute_shm.Project {project.name!r}: closed>"
    for use in (
        lambda: project["a"],
        lambda: list(project),
        lambda: project.attrs,
        lambda: project.is_current,
        project.__enter__,
    ):
        with pytest.raises(cute_shm.StaleHandleError, match="closed: open it again"):
            use()
    assert group["b1"].shape == (4,)


def test_groups_are_equal_when_they_are_the_same(project: cute_shm.Project) -> None:
    assert project["b"] == project["b"]
    assert project["b"] != project["e"]
    assert project["b"] != {}
    assert project["/"] != project
    with cute_shm.open(project.name) as again:
        assert again != project
    assert len({project["b"], project["b"], project["e"]}) == 2


def test_nothing_can_be_assigned(project: cute_shm.Project) -> None:
    with pytest.raises(TypeError):
        project["new"] = 1  # type: ignore[index]
    with pytest.raises(TypeError):
        del project["a"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("mode", ["w", "a", "", None])
def test_modes_are_checked(name: str, mode: str) -> None:
    with pytest.raises(ValueError, match="use 'r'"):
        cute_shm.open(name, mode)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
def test_modes(name: str, mode: cute_shm.Mode, project: cute_shm.Project) -> None:
    with cute_shm.open(name, mode) as opened:
        assert opened.mode == mode
        assert opened["a"].flags.writeable is (mode != "r")

# SPDX-License-Identifier: MIT
"""How projects and groups look in a terminal."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import cute_shm
import h5py
import numpy as np
import pytest

TREE = {"a": np.arange(9).reshape(3, 3), "b": {"b1": np.ones(400, "f4"), "c": {"d": np.zeros(2)}}, "e": {}}
ATTRS: dict[str, dict[str, Any]] = {"": {"title": "demo"}, "b": {"kind": "inner"}, "b/b1": {"units": "K", "scale": 2}}


def test_repr_shows_the_tree(name: str) -> None:
    with cute_shm.create(name, TREE, ATTRS) as project:
        assert repr(project).splitlines() == [
            f"<cute_shm.Project {name!r} (r): 3 arrays, {project.nbytes // 1024}.0 KiB, 1 attribute",
            "  a: (3, 3) int64, 72 bytes",
            "  b/: 1 attribute",
            "    b1: (400,) float32, 1.6 KiB, 2 attributes",
            "    c/",
            "      d: (2,) float64, 16 bytes",
            "  e/: empty>",
        ]
        assert repr(project["b"]).splitlines() == [
            "<cute_shm.Group 'b': 3 nodes, 1 attribute",
            "  b1: (400,) float32, 1.6 KiB, 2 attributes",
            "  c/",
            "    d: (2,) float64, 16 bytes>",
        ]


def test_repr_escapes_what_a_terminal_would_obey(name: str) -> None:
    with cute_shm.create(name, {"\x1b[2J\n": np.int64(1), "é": np.int64(2)}) as project:
        assert repr(project).splitlines()[1:] == ["  '\\x1b[2J\\n': () int64, 8 bytes", "  é: () int64, 8 bytes>"]


def test_repr_shortens_what_is_long(name: str) -> None:
    wide = np.zeros(1, [(f"field{i}", "f8") for i in range(100)])
    with cute_shm.create(name, {"n" * 200: wide}) as project:
        (line,) = repr(project).splitlines()[1:]
        assert line.startswith("  nnnnnnnn")
        assert line.count(" ... ") == 2
        assert len(line) < 150


@pytest.mark.parametrize(
    ("tree", "lines"),
    [
        ({f"a{i}": i for i in range(1000)}, ["  a19: () int64, 8 bytes", "  ... 980 more>"]),
        (
            {f"g{i}": {f"a{j}": j for j in range(100)} for i in range(10)},
            [
                "    a2: () int64, 8 bytes",
                "    ... 97 more",
                "  g3/",
                "    a0: () int64, 8 bytes",
                "    ... 99 more",
                "  g4/: 100 nodes inside",
            ],
        ),
        ({f"g{i}": {"x": {"y": {}}} for i in range(30)}, ["  g19/: 2 nodes inside", "  ... 30 more>"]),
    ],
    ids=["flat", "groups", "many groups"],
)
def test_repr_of_many_nodes_is_short_and_says_how_many_more(name: str, tree: Any, lines: list[str]) -> None:
    with cute_shm.create(name, tree) as project:
        shown = repr(project).splitlines()
    assert len(shown) < 30
    start = shown.index(lines[0], len(shown) - 12)
    assert shown[start : start + len(lines)] == lines


def test_every_node_is_shown_or_counted(name: str) -> None:
    tree = {f"g{i}": {f"h{j}": {f"a{k}": 1 for k in range(j)} for j in range(i)} for i in range(7)}
    with cute_shm.create(name, tree) as project:
        count = sum(1 for _ in project.walk())
        lines = repr(project).removesuffix(">").splitlines()[1:]
    hidden = [int(line.split("...")[1].split()[0]) for line in lines if "..." in line]
    inside = [int(line.split(": ")[1].split()[0]) for line in lines if "inside" in line]
    assert len(lines) - len(hidden) + sum(hidden) + sum(inside) == count


def test_repr_does_not_go_through_all(name: str) -> None:
    def seconds(count: int) -> float:
        tree = {f"g{i}": {f"a{j}": 1 for j in range(count // 10)} for i in range(10)}
        with cute_shm.create(name, tree, overwrite=True) as project:
            times = []
            for _ in range(20):
                started = time.thread_time()
                repr(project)
                times.append(time.thread_time() - started)
        return min(times)

    assert seconds(10_000) < 3 * seconds(300)


def test_ragged_arrays_look_like_arrays(name: str, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as h5:
        h5["s"] = ["of", "any", "length"]
        h5["s"].attrs["units"] = "1"
        data = h5.create_dataset("v", 2, h5py.vlen_dtype(np.dtype("f4")))
        data[0], data[1] = [1, 2, 3], []
    with cute_shm.load_hdf5(tmp_path / "x.h5", name) as project:
        lines = repr(project).splitlines()[1:]
    assert lines == ["  s: (3,) strings, 43 bytes, 1 attribute", "  v: (2,) sequences of float32, 36 bytes>"]

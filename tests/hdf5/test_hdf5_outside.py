# SPDX-License-Identifier: MIT
"""Links into other files: followed where the user says so, and no further."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from hdf5_project import Project, run

TEXT = h5py.string_dtype()


def load(root: Path, file: Path, *options: str) -> Iterator[Project]:
    """Loads a file for the length of a test."""
    run(root, "load", "--quiet", *options, file, "links")
    try:
        yield Project(root, "links")
    finally:
        run(root, "unlink", "links")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file in a folder with links to one below it, to one above it, and to itself; and what is there."""
    main, below, above = (tmp_path / name for name in ("f/main.h5", "f/sub/below.h5", "above.h5"))
    below.parent.mkdir(parents=True)
    with h5py.File(above, "w") as other:
        other["x"] = np.arange(3)
    with h5py.File(below, "w", userblock_size=512) as other:
        other["g/x"] = np.arange(4)
        other["g/again"] = other["g/x"]
        other["g"].attrs["units"] = "m"
        lists = np.empty(1, object)
        lists[0] = np.arange(2, dtype="i4")
        other["g"].attrs.create("lists", lists, dtype=h5py.vlen_dtype("i4"))
        other.create_dataset("g/words", data=["a", "é"], dtype=TEXT)
        other.create_dataset("g/packed", data=np.arange(100), chunks=(10,), compression="gzip")
        other.create_dataset("g/refs", data=[other["g/x"].ref, other["g"].ref], dtype=h5py.ref_dtype)
        other["g/up"] = other["g"]
        other["g/soft"] = h5py.SoftLink("/g/x")
        other["g/out"] = h5py.ExternalLink("../above.h5", "/x")
        other["g/back"] = h5py.ExternalLink("main.h5", "/own")
    with h5py.File(main, "w") as made:
        made["own"] = np.arange(2.0)
        made["data"] = h5py.ExternalLink("sub/below.h5", "/g/x")
        made["group"] = h5py.ExternalLink("sub/below.h5", "/g")
        made["above"] = h5py.ExternalLink("../above.h5", "/x")
        made["lost"] = h5py.ExternalLink("sub/no.h5", "/x")
        made["nothing"] = h5py.ExternalLink("sub/below.h5", "/no")
        made["through"] = h5py.SoftLink("/group/words")
        made["itself"] = h5py.ExternalLink("main.h5", "/own")
    (main.parent / "sneaky.h5").symlink_to(above)
    with h5py.File(main, "a") as made:
        made["sneaky"] = h5py.ExternalLink("sneaky.h5", "/x")
    return main


def test_no_link_into_another_file_is_followed(tmp_path: Path, file: Path) -> None:
    """Each is told, with what it leads to."""
    for project in load(tmp_path / "store", file):
        assert list(project.nodes) == ["", "own"]
        assert "link to '/g' in file 'sub/below.h5', which is not followed" in project.skipped["group"]
        assert len(project.skipped) == 8


def test_links_are_followed_in_the_folder(tmp_path: Path, file: Path) -> None:
    """With all that is behind them; not out of it, by whatever way."""
    outside = "which is not below the folder of the file that is loaded"
    for project in load(tmp_path / "store", file, "--external-links", "folder"):
        assert set(project.skipped) == {"above", "sneaky", "group/out", "group/up", "lost", "nothing"}
        assert project.array("data").tolist() == project.array("group/x").tolist() == [0, 1, 2, 3]
        places = {project.nodes[path]["offset"] for path in ("data", "group/x", "group/again", "group/soft")}
        assert len(places) == 1
        assert project.array("group/packed").tolist() == list(range(100))
        assert project.array("group/words/values").tobytes() == "aé".encode()
        assert project.array("through/values").tobytes() == "aé".encode()
        assert project.array("group/refs/values").tobytes() == b"/data/group"
        assert project.array("group/refs/offsets").tolist() == [0, 5, 11]
        assert project.attributes("group")["units"] == "m"
        assert project.attributes("group")["lists"].tolist() == [0, 1]
        assert project.nodes["itself"]["offset"] == project.nodes["own"]["offset"]
        assert project.array("group/back").tolist() == [0.0, 1.0]
        assert outside in project.skipped["above"]
        assert outside in project.skipped["sneaky"]
        assert "group/out" in project.skipped
        assert "group/up" in project.skipped
        assert "'sub/no.h5', which it leads to, cannot be found" in project.skipped["lost"]
        assert "nothing is there that can be opened" in project.skipped["nothing"]
        assert len(project.skipped) == 6


def test_links_are_followed_anywhere(tmp_path: Path, file: Path) -> None:
    """Where that was asked for."""
    for project in load(tmp_path / "store", file, "--external-links", "anywhere"):
        assert project.array("above").tolist() == project.array("sneaky").tolist() == [0, 1, 2]
        assert set(project.skipped) == {"lost", "nothing", "group/up"} | {"group/out"} & set(project.skipped)


def test_another_place_is_refused(tmp_path: Path, file: Path) -> None:
    """Before the file is looked at."""
    result = run(tmp_path / "store", "load", "--external-links", "here", file, check=False)
    assert result.returncode == 2
    assert "folder or anywhere" in result.stderr


def test_a_file_that_was_left_open_is_refused_in_hdf5s_words(tmp_path: Path) -> None:
    """A writer that died leaves its mark in the file."""
    path = tmp_path / "open.h5"
    with h5py.File(path, "w", libver=("v110", "v110")) as made:
        made["x"] = np.arange(3)
        made.flush()
        copy = path.read_bytes()
    (tmp_path / "left.h5").write_bytes(copy)
    result = run(tmp_path / "store", "load", tmp_path / "left.h5", check=False)
    assert result.returncode != 0
    assert "was left so by a program that ended too soon (HDF5: " in result.stderr
    assert "h5clear -s" in result.stderr


def test_a_source_that_is_not_there_is_not_taken_from_elsewhere(tmp_path: Path) -> None:
    """HDF5 looks in the folder that the program was started in, too: what lies there is not of the file."""
    (tmp_path / "f").mkdir()
    with h5py.File(tmp_path / "f/main.h5", "w", libver=("v110", "v110")) as made:
        for name, source in (("by name", "x.h5"), ("by path", "/no/such/x.h5"), ("lost", "y.h5")):
            layout = h5py.VirtualLayout(shape=(3,), dtype="i8")
            layout[:] = h5py.VirtualSource(source, "x", shape=(3,))
            made.create_virtual_dataset(name, layout, fillvalue=-1)
        layout = h5py.VirtualLayout(shape=(3,), dtype="i8")
        layout[:] = h5py.VirtualSource(".", "no/such", shape=(3,))
        made.create_virtual_dataset("no group", layout, fillvalue=-1)
    with h5py.File(tmp_path / "x.h5", "w") as other:
        other["x"] = np.arange(3)
    outside = "'x.h5', which is not below the folder of the file that is loaded"
    for options in ({"cwd": tmp_path}, {"env": {**os.environ, "HDF5_VDS_PREFIX": f"/no:{tmp_path}"}}):
        run(tmp_path / "store", "load", "--quiet", tmp_path / "f/main.h5", "links", **options)
        project = Project(tmp_path / "store", "links")
        assert list(project.nodes) == ["", "lost", "no group"]
        assert project.array("lost").tolist() == project.array("no group").tolist() == [-1] * 3
        assert outside in project.skipped["by name"]
        assert outside in project.skipped["by path"]
        run(tmp_path / "store", "unlink", "links")


def test_sources_that_are_not_there_are_an_error_if_that_was_asked_for(tmp_path: Path) -> None:
    """`strict`: what is missing is named."""
    with h5py.File(tmp_path / "main.h5", "w", libver=("v110", "v110")) as made:
        layout = h5py.VirtualLayout(shape=(20, 3), dtype="i8")
        for number in range(20):
            layout[number] = h5py.VirtualSource(f"a folder with a name/run {number}.h5", "x", shape=(3,))
        made.create_virtual_dataset("runs", layout)
    result = run(tmp_path / "store", "load", "--strict", tmp_path / "main.h5", "links", check=False)
    assert result.returncode != 0
    assert "runs (20 of its sources are not there, and its fill value is in their place: 'x' in file" in result.stderr
    assert "/run 0.h5" in result.stderr

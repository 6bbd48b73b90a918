# SPDX-License-Identifier: MIT
"""Files that another process reads: the same project, and an error where a file makes HDF5 crash."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import cute_shm
import h5py
import numpy as np
import pytest
from conftest import left_behind


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of 8 MB, more than is moved between two calls of a progress function."""
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as h5:
        h5["numbers"] = np.arange(12, dtype=">i4").reshape(3, 4)
        h5.create_dataset("zipped", data=np.arange(1_000_000.0), chunks=(1000,), compression="gzip")
        h5["strings"] = ["of", "any", "length"]
        h5.attrs["title"] = "demo"
    return path


@pytest.fixture
def deadly(tmp_path: Path) -> Path:
    """A file in which the tree of a group has itself as a branch: HDF5 climbs it until it has no stack left."""
    path = tmp_path / "deadly.h5"
    with h5py.File(path, "w", libver="earliest") as h5:
        h5["good"] = np.arange(3)
        h5["group/x"] = 1
    data = bytearray(path.read_bytes())
    at = data.rindex(b"TREE")
    data[at + 5] = 1  # it is no leaf,
    data[at + 32 : at + 40] = at.to_bytes(8, "little")  # and its first child is itself
    path.write_bytes(data)
    return path


def no_child_is_left() -> bool:
    """Whether all processes that this one has started are gone."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return True
    return False


def test_a_file_that_another_process_reads_is_the_same_project(name: str, file: Path) -> None:
    steps: list[tuple[int, int]] = []
    with (
        cute_shm.load_hdf5(file, name, isolate=True, progress=lambda *step: steps.append(step)) as project,
        cute_shm.load_hdf5(file, f"{name}-here") as here,
    ):
        for path in ("numbers", "zipped"):
            np.testing.assert_array_equal(project[path], here[path])
            assert project[path].dtype == here[path].dtype
        assert project["strings"].tolist() == ["of", "any", "length"]
        assert project.attrs["title"] == "demo"
    assert steps[0][0] == 0
    assert steps[-1][0] == steps[-1][1] >= 8_000_000
    assert steps == sorted(steps)
    assert no_child_is_left()


def test_a_file_that_kills_hdf5_is_an_error_that_names_the_object(name: str, deadly: Path) -> None:
    cute_shm.create(name, {"old": 1}).close()
    with pytest.raises(cute_shm.Hdf5Error, match=r"HDF5 crashed while it looked at 'group' \(signal 11") as caught:
        cute_shm.load_hdf5(deadly, name, isolate=True, overwrite=True)
    assert str(deadly) in str(caught.value)
    with cute_shm.open(name) as project:
        assert list(project) == ["old"]
    assert len(left_behind(name)) == 1
    with cute_shm.load_hdf5(deadly, name, isolate=True, overwrite=True, exclude="group") as project:
        assert project["good"].tolist() == [0, 1, 2]
    assert no_child_is_left()


def test_what_a_progress_function_raises_ends_the_other_process(name: str, file: Path) -> None:
    def stop(done: int, _: int) -> None:
        if done:
            raise ZeroDivisionError("enough")

    with pytest.raises(ZeroDivisionError, match="enough"):
        cute_shm.load_hdf5(file, name, isolate=True, progress=stop)
    assert cute_shm.projects() == []
    assert left_behind(name) == []
    assert no_child_is_left()


def test_ctrl_c_ends_the_other_process(name: str, file: Path) -> None:
    def interrupt(done: int, _: int) -> None:
        if done:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        cute_shm.load_hdf5(file, name, isolate=True, progress=interrupt)
    assert left_behind(name) == []
    assert no_child_is_left()

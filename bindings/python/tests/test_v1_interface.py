# SPDX-License-Identifier: MIT
"""The public names of cute-shm 1.2: each is there, takes what it took and gives what it gave."""

from __future__ import annotations

import builtins
import importlib
import inspect
import logging
import typing
from pathlib import Path
from typing import Any

import cute_shm
import h5py
import numpy as np
import pytest
from conftest import RunPython
from cute_shm import Project2Toml

# Of each function and method its parameters, with "=" and the default where it has one.
PARAMETERS = {
    "arrays_to_shm": "project, arrays, persistent=False, overwrite=False",
    "shm_to_arrays": "project, persistent=True",
    "unlink": "project",
    "unlinked_arrays_to_shm": "project, arrays, overwrite=False",
    "hdf5_to_shm": "hdf5_path, project, progress=False, persistent=False, overwrite=False",
    "unlinked_hdf5_to_shm": "hdf5_path, project, progress=False, overwrite=False",
    "hdf5_size": "h5",
    "bytes_to_human": "size_bytes",
    "Project2Toml.get_path": "project",
    "Project2Toml.list": "",
    "ShmProgress": "total_bytes",
    "ShmProgress.start": "self",
    "ShmProgress.stop": "self",
    "core.array_size": "meta",
    "progress.shm_progress": "total_size",
}
# What `unlink` of today takes besides.
NEW = {"unlink": ["store=None"]}

MODULES = {
    "core": "ArrayDict MetaArrayDict SharedArray SharedArrayDict SharedArrayMeta Project2Toml bytes_to_human unlink "
    "logger array_size",
    "numpy_shm": "arrays_to_shm shm_to_arrays unlinked_arrays_to_shm",
    "hdf5_shm": "hdf5_size hdf5_to_shm unlinked_hdf5_to_shm",
    "progress": "ShmProgress shm_progress",
}
# To a type checker each of its items may be a leaf or a dictionary.
shm_to_arrays: Any = cute_shm.shm_to_arrays

KEYS = {"shm_name", "shm_private_name", "shm", "shape", "dtype", "attrs"}

SIZES = {
    0: "0 bytes",
    1: "1.0 bytes",
    1023: "1023.0 bytes",
    1024: "1.0 KB",
    1536: "1.5 KB",
    10**6: "976.56 KB",
    2**20 - 1: "1024.0 KB",
    2**30: "1.0 GB",
    5 * 2**50: "5.0 PB",
    -1: "<unknown>",
    2**60: "1.0 EB",  # IndexError in 1.2
}


def look_up(dotted: str) -> Any:
    found: Any = cute_shm
    for part in dotted.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("dotted", PARAMETERS)
def test_parameters_are_those_of_1_2(dotted: str) -> None:
    parameters = inspect.signature(look_up(dotted)).parameters.values()
    assert all(parameter.kind is parameter.POSITIONAL_OR_KEYWORD for parameter in parameters)
    shown = [
        parameter.name if parameter.default is parameter.empty else f"{parameter.name}={parameter.default!r}"
        for parameter in parameters
    ]
    expected = [text for text in PARAMETERS[dotted].split(", ") if text]
    assert shown == expected + NEW.get(dotted, [])


@pytest.mark.parametrize("module", MODULES)
def test_submodules_are_attributes_and_hold_what_they_held(module: str, run_python: RunPython) -> None:
    found = importlib.import_module(f"cute_shm.{module}")
    for name in MODULES[module].split():
        assert hasattr(found, name)
        if hasattr(cute_shm, name):
            assert getattr(found, name) is getattr(cute_shm, name)
    result = run_python(f"import cute_shm\ncute_shm.{module}.{MODULES[module].split()[0]}\n")
    assert (result.returncode, result.stderr) == (0, "")
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        _ = found.nothing_of_that_name


def test_a_star_import_leaves_the_builtins_alone() -> None:
    """1.2's programs may begin with one, and go on to open files."""
    names: dict[str, Any] = {}
    exec("from cute_shm import *", names)
    assert not (set(names) - {"__builtins__"}) & set(dir(builtins))
    assert {"arrays_to_shm", "shm_to_arrays", "core", "numpy_shm", "hdf5_shm", "progress"} <= set(names)


def test_types_are_those_of_1_2() -> None:
    assert set(cute_shm.SharedArrayMeta.__annotations__) == KEYS | {"offset"}
    assert not cute_shm.SharedArrayMeta.__total__
    assert list(cute_shm.SharedArray.__annotations__) == ["meta", "data"]
    for alias in (cute_shm.ArrayDict, cute_shm.SharedArrayDict, cute_shm.MetaArrayDict):
        assert typing.get_origin(alias) is dict


def test_version_is_the_distributions() -> None:
    assert [int(part) >= 0 for part in cute_shm.__version__.split(".")] == [True] * 3
    assert int(cute_shm.__version__.split(".")[0]) >= 2


@pytest.mark.parametrize("size", SIZES)
def test_bytes_to_human(size: int) -> None:
    assert cute_shm.bytes_to_human(size) == SIZES[size]
    assert cute_shm.bytes_to_human(np.int64(size) if size < 2**60 else size) == SIZES[size]


def test_hdf5_size_counts_all_but_scalars(tmp_path: Path, run_python: RunPython) -> None:
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file["a"] = np.zeros((3, 4))
        file["scalar"] = 1.0
        file["group/below/b"] = np.zeros(5, "i2")
        file["group/circle"] = h5py.SoftLink("/group")
        file["dangling"] = h5py.SoftLink("/nowhere")
        file["table"] = np.zeros(2, [("x", "i4"), ("y", "f8")])
        assert cute_shm.hdf5_size(file) == 96 + 10 + 24
        assert cute_shm.hdf5_size(file["group"]) == 10
        with pytest.raises(AttributeError):
            cute_shm.hdf5_size(file["a"])
    assert cute_shm.hdf5_size(path) == cute_shm.hdf5_size(str(path)) == 130
    with pytest.raises(FileNotFoundError):
        cute_shm.hdf5_size(tmp_path / "missing.h5")
    without = "import sys; sys.modules['h5py'] = None\nimport cute_shm; print(cute_shm.hdf5_size(sys.argv[1]))"
    result = run_python(without, str(path))
    assert (result.stdout, result.stderr) == ("138\n", ""), "our own reader counts the scalar, too"


# ---- Project2Toml


def test_project2toml_tells_where_projects_are(name: str, root: Path) -> None:
    assert root == Project2Toml.root
    assert Project2Toml.prefix == "cute-shm."
    assert Project2Toml.list() == {}
    assert not root.exists(), "list makes no root"
    path = Project2Toml.get_path(name)
    assert path == root / f"cute-shm.{name}.toml"
    assert root.is_dir()
    assert root.stat().st_mode & 0o777 == 0o700
    assert cute_shm.arrays_to_shm(name, {"a": np.zeros(3)}) == path
    assert f"{name}" in path.read_text("utf-8")
    cute_shm.create(name + "y", {"a": np.zeros(3)})
    assert Project2Toml.list() == {name: path, name + "y": root / f"cute-shm.{name}y.yaml"}


def test_root_set_at_run_time_is_honoured_by_the_next_call(
    name: str, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "deep" / "elsewhere"
    with monkeypatch.context() as patch:
        patch.setattr(Project2Toml, "root", elsewhere)
        path = cute_shm.arrays_to_shm(name, {"a": np.arange(3)})
        assert path == elsewhere / f"cute-shm.{name}.toml"
        assert list(Project2Toml.list()) == [name]
        assert shm_to_arrays(name)["a"]["data"].tolist() == [0, 1, 2]
        with cute_shm.open(name) as project:
            assert project.root == str(elsewhere), "the new interface follows"
        with pytest.raises(FileExistsError):
            cute_shm.arrays_to_shm(name, {})
    assert Project2Toml.root == root
    with pytest.raises(FileNotFoundError):
        cute_shm.shm_to_arrays(name)
    with monkeypatch.context() as patch:
        patch.setattr(cute_shm.core.Project2Toml, "root", str(elsewhere))
        cute_shm.unlink(name)
        assert Project2Toml.list() == {}


def test_prefix_set_at_run_time_is_honoured(name: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Project2Toml, "prefix", "mine-")
        assert cute_shm.arrays_to_shm(name, {"a": np.zeros(3)}) == root / f"mine-{name}.toml"
        assert list(Project2Toml.list()) == [name]
        cute_shm.unlink(name)
    assert Project2Toml.list() == {}


def test_a_subclass_has_a_place_of_its_own(name: str, tmp_path: Path) -> None:
    class Mine(Project2Toml):
        root = tmp_path / "mine"

    assert Mine.get_path(name) == tmp_path / "mine" / f"cute-shm.{name}.toml"
    assert Mine.list() == {}
    assert Project2Toml.root != Mine.root


def test_root_is_honoured_across_fork(name: str, tmp_path: Path, run_python: RunPython) -> None:
    code = """
import os, pathlib, sys, numpy as np, cute_shm
cute_shm.Project2Toml.root = pathlib.Path(sys.argv[2])
with cute_shm.unlinked_arrays_to_shm(sys.argv[1], {"a": np.arange(3)}):
    child = os.fork()
    if child == 0:
        assert cute_shm.shm_to_arrays(sys.argv[1])["a"]["data"].sum() == 3
        sys.exit(0)  # leaves the with block of its parent
    assert os.waitpid(child, 0)[1] == 0
    assert list(cute_shm.Project2Toml.list()) == [sys.argv[1]], "a child removes nothing of its parent's"
assert cute_shm.Project2Toml.list() == {}
"""
    result = run_python(code, name, str(tmp_path / "forked"))
    assert (result.returncode, result.stderr) == (0, "")


# ---- context managers


def test_context_managers_remove_what_they_made(name: str, tmp_path: Path) -> None:
    with cute_shm.unlinked_arrays_to_shm(name, {"a": np.zeros(3)}) as path:
        assert path == Project2Toml.get_path(name)
        assert path.exists()
    assert Project2Toml.list() == {}
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["x"] = [1, 2]
    with cute_shm.unlinked_hdf5_to_shm(tmp_path / "file.h5", name) as nothing:
        assert nothing is None
        assert list(cute_shm.shm_to_arrays(name)) == ["x"]
    assert Project2Toml.list() == {}
    with pytest.raises(KeyError), cute_shm.unlinked_arrays_to_shm(name, {"a": np.zeros(3)}):
        raise KeyError("the user's")
    assert Project2Toml.list() == {}


def test_context_managers_remove_nothing_else(name: str) -> None:
    with cute_shm.unlinked_arrays_to_shm(name, {"a": np.zeros(3)}):
        cute_shm.unlink(name)  # and nobody complains
    with cute_shm.unlinked_arrays_to_shm(name, {"a": np.zeros(3)}):
        cute_shm.arrays_to_shm(name, {"b": np.zeros(3)}, overwrite=True)
    assert list(cute_shm.shm_to_arrays(name)) == ["b"]


# ---- logging and progress


def test_creation_attach_and_deletion_are_logged(name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert cute_shm.core.logger is logging.getLogger("cute-shm")
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["counts"] = np.zeros(7, "i4")
    with caplog.at_level(logging.DEBUG, "cute-shm"):
        path = cute_shm.arrays_to_shm(name, {"a": np.zeros(9), "g": {"b": np.zeros(2)}}, persistent=True)
        cute_shm.shm_to_arrays(name)
        cute_shm.unlink(name)
        cute_shm.hdf5_to_shm(tmp_path / "file.h5", name)
    said = [record.getMessage() for record in caplog.records]
    assert all(record.levelno == logging.DEBUG and record.name == "cute-shm" for record in caplog.records)
    for beginning in (
        "transferring key 'a' to shared memory (72.0 bytes)",
        f"transfer of key 'a' to shared memory 'cute-shm.{name}.",
        f"writing shared memory meta data to {path}",
        f"opening shared memory meta data file {path}",
        "reading g/b from shared memory (16.0 bytes)",
        f"finished parsing {path}",
        f"closing and unlinking shared memory based on {path}",
        "closing and unlinking shared memory 'a'",
        f"transferring content of {tmp_path / 'file.h5'} to shared memory (28.0 bytes)",
        f"transfer of counts to shared memory 'cute-shm.{name}.",
        f"finished transferring content of {tmp_path / 'file.h5'} to shared memory",
    ):
        assert [text for text in said if text.startswith(beginning)], beginning
    caplog.clear()
    with caplog.at_level(logging.INFO, "cute-shm"):
        cute_shm.shm_to_arrays(name)
    assert not caplog.records


def test_progress_follows_the_transfer(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["x"] = np.zeros(1000)
    progress = cute_shm.ShmProgress(8000 + 80)
    progress.stop()
    for _ in range(2):
        progress.start()
        progress.start()
        cute_shm.hdf5_to_shm(tmp_path / "file.h5", name)
        cute_shm.arrays_to_shm(name + "b", {"a": np.zeros(10)})
        progress.stop()
        progress.stop()
        shown = capsys.readouterr().err
        assert "100%" in shown
        assert shown.count("\n") == 1
        cute_shm.unlink(name)
        cute_shm.unlink(name + "b")
    with cute_shm.progress.shm_progress(160):
        cute_shm.arrays_to_shm(name + "b", {"a": np.zeros(10)})
    assert "100%" not in capsys.readouterr().err, "it does not say that all is there when it is not"
    cute_shm.hdf5_to_shm(tmp_path / "file.h5", name, progress=True)
    assert "100%" in capsys.readouterr().err


# ---- importing


def test_importing_loads_nothing_heavy(run_python: RunPython) -> None:
    code = """
import sys, numpy, cute_shm
heavy = {"h5py", "rich", "pandas", "psutil", "multiprocessing", "logging", "tomli", "importlib.metadata", "pathlib"}
print(sorted(heavy & set(sys.modules)))
"""
    result = run_python(code)
    assert (result.stdout, result.stderr) == ("[]\n", "")


@pytest.mark.parametrize("entry", ["hdf5", "unlink_shm", "display_projects", "evaluate"])
def test_entry_points_run_the_programs(entry: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = {"hdf5": "hdf5", "unlink_shm": "unlink", "display_projects": "list", "evaluate": "evaluate"}[entry]
    path = tmp_path / f"cute-shm-{program}"
    found = importlib.import_module("cute_shm.main")
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr("sys.argv", ["anything", "-o", "a b"])
    with pytest.raises(SystemExit, match=f"cute-shm-{program} is not on PATH"):
        getattr(found, entry)()
    path.write_text('#!/bin/sh\ntest "$1" = -o && test "$2" = "a b" && exit 7\n', "utf-8")
    path.chmod(0o755)
    with pytest.raises(SystemExit) as ended:
        getattr(found, entry)()
    assert ended.value.code == 7

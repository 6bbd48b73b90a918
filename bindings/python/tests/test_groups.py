# SPDX-License-Identifier: MIT
"""Stores that a group of users shares: what its members may, and what nobody else may.

The second user is a second process, of user nobody: these tests are root's.
"""

from __future__ import annotations

import grp
import os
import pickle
from pathlib import Path

import cute_shm
import numpy as np
import pytest
from conftest import SHM, RunPython, let_others_in

GROUP = "users"
NOBODY = 65534
AS_NOBODY = """
import grp, os, pickle, sys
import numpy as np
import cute_shm, pathlib
root, name, access, groups = sys.argv[1:5]
os.setgroups([grp.getgrnam(group).gr_gid for group in groups.split()])
os.setgid(65534)
os.setuid(65534)
os.umask(0o077)

def attempt(what, call):
    try:
        print(what, call(), flush=True)
    except cute_shm.Error as error:
        print(what, type(error).__name__, flush=True)
"""
USE = """
def write():
    with cute_shm.open(name, "r+", store) as project:
        project["a"][0] = 42
        return project["a"].tolist()

def private():
    with cute_shm.open(name, "c", store) as project:
        project["a"][0] = 7
        return project["a"].tolist()

def overwrite():
    return cute_shm.create(name, {"a": [5]}, lifetime="persistent", overwrite=True, store=store).generation > 0

store = cute_shm.Store(root, group=sys.argv[5], access=access)
attempt("list", lambda: [info.name == name for info in store.projects()])
attempt("open", lambda: cute_shm.open(name, store=store)["a"].tolist())
attempt("private", private)
attempt("write", write)
attempt("collect", lambda: store.collect())
attempt("create", lambda: cute_shm.create(name + "-mine", {"a": [3]}, lifetime="persistent", store=store)["a"].tolist())
attempt("overwrite", overwrite)
attempt("unlink", lambda: store.unlink(name))
"""


@pytest.fixture
def root_alone() -> None:
    assert os.getuid() == 0, "becoming a second user takes root: run the tests as root, as CI does"


@pytest.fixture
def shared(tmp_path: Path, root_alone: None) -> Path:
    """A root that does not exist yet, where others can go."""
    let_others_in(tmp_path)
    return tmp_path / "shared"


def lines(run_python: RunPython, code: str, *arguments: str) -> dict[str, str]:
    result = run_python(AS_NOBODY + code, *arguments)
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    return dict(line.split(" ", 1) for line in result.stdout.splitlines())


def modes(store: cute_shm.Store, name: str) -> list[str]:
    """Mode and group of the root, of the manifest and of the segment."""
    (info,) = (info for info in store.projects() if info.name == name)
    found = [path.stat() for path in (store.root, info.manifest, SHM / info.segment)]
    return [f"{status.st_mode & 0o7777:04o} {grp.getgrgid(status.st_gid).gr_name}" for status in found]


def test_members_read_and_change_nothing(name: str, shared: Path, run_python: RunPython) -> None:
    store = cute_shm.Store(shared, group=GROUP)
    with store.create(name, {"a": np.arange(3)}, lifetime="persistent") as project:
        assert modes(store, name) == [f"2750 {GROUP}", f"0640 {GROUP}", f"0640 {GROUP}"]
        assert lines(run_python, USE, str(shared), name, "r", GROUP, GROUP) == {
            "list": "[True]",
            "open": "[0, 1, 2]",
            "private": "[7, 1, 2]",
            "write": "PermissionDeniedError",
            "collect": "[]",
            "create": "PermissionDeniedError",
            "overwrite": "PermissionDeniedError",
            "unlink": "PermissionDeniedError",
        }
        assert project.is_current
        assert project["a"].tolist() == [0, 1, 2]
    assert [info.name for info in store.projects()] == [name]
    store.unlink(name)


def test_members_do_all_where_they_may_write(name: str, shared: Path, run_python: RunPython) -> None:
    store = cute_shm.Store(shared, group=GROUP, access="rw")
    with store.create(name, {"a": np.arange(3)}, lifetime="persistent") as project:
        assert modes(store, name) == [f"2770 {GROUP}", f"0660 {GROUP}", f"0660 {GROUP}"]
        assert lines(run_python, USE, str(shared), name, "rw", GROUP, GROUP) == {
            "list": "[True]",
            "open": "[0, 1, 2]",
            "private": "[7, 1, 2]",
            "write": "[42, 1, 2]",
            "collect": "[]",
            "create": "[3]",
            "overwrite": "True",
            "unlink": "None",
        }
        assert not project.is_current
        assert project["a"].tolist() == [42, 1, 2], "who has it open keeps it whole"
    assert [info.name for info in store.projects()] == [f"{name}-mine"]
    assert modes(store, f"{name}-mine") == [f"2770 {GROUP}", f"0660 {GROUP}", f"0660 {GROUP}"]
    with store.open(f"{name}-mine", "r+") as theirs:
        theirs["a"][0] = 4
    store.unlink(f"{name}-mine")


def test_who_is_no_member_gets_nothing(name: str, shared: Path, run_python: RunPython) -> None:
    store = cute_shm.Store(shared, group=GROUP, access="rw")
    store.create(name, {"a": np.arange(3)}, lifetime="persistent").close()
    code = "attempt('open', lambda: cute_shm.Store(root, group=sys.argv[5], access=access).open(name))"
    assert lines(run_python, code, str(shared), name, "rw", "games", GROUP) == {"open": "PermissionDeniedError"}
    assert lines(run_python, code, str(shared), name, "rw", GROUP, "") == {"open": "PermissionDeniedError"}, (
        "nor who does not name the group: to him it is someone else's"
    )
    store.unlink(name)


def test_an_array_of_a_shared_store_is_pickled_for_another_member(
    name: str, shared: Path, tmp_path: Path, run_python: RunPython
) -> None:
    store = cute_shm.Store(shared, group=GROUP)
    with store.create(name, {"a": np.arange(3)}) as project:
        message = tmp_path / "message"
        message.write_bytes(pickle.dumps(project["a"][1:]))
        code = (
            "import cute_shm._address\n"
            "attempt('loaded', lambda: pickle.loads(pathlib.Path(sys.argv[5]).read_bytes()).tolist())"
        )
        assert lines(run_python, code, str(shared), name, "r", GROUP, str(message)) == {"loaded": "[1, 2]"}
    store.unlink(name)


# ---- options


def test_group_and_access_are_part_of_a_store(tmp_path: Path) -> None:
    store = cute_shm.Store(tmp_path, group=GROUP, access="rw")
    assert repr(store) == f"cute_shm.Store({str(tmp_path)!r}, group='{GROUP}', access='rw')"
    assert pickle.loads(pickle.dumps(store)) == store
    others = (cute_shm.Store(tmp_path), cute_shm.Store(tmp_path, group=GROUP), cute_shm.Store(tmp_path, group=""))
    assert len({store, *others}) == 4
    gid = grp.getgrnam(GROUP).gr_gid
    assert cute_shm.Store(tmp_path, group=gid) == cute_shm.Store(tmp_path, group=str(gid))


def test_what_there_is_not_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(cute_shm.InvalidArgumentError, match="access 'w': use 'r'"):
        cute_shm.Store(tmp_path, access="w")  # type: ignore[arg-type]
    with pytest.raises(cute_shm.NotFoundError, match="no-such-group"):
        cute_shm.Store(tmp_path, group="no-such-group")
    with monkeypatch.context() as environment:
        environment.setenv("CUTE_SHM_GROUP", GROUP)
        environment.setenv("CUTE_SHM_ACCESS", "w")
        with pytest.raises(cute_shm.InvalidArgumentError, match="CUTE_SHM_ACCESS"):
            cute_shm.Store(tmp_path)


def test_the_environment_names_the_group_of_those_who_name_none(
    name: str, tmp_path: Path, root_alone: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as environment:
        environment.setenv("CUTE_SHM_GROUP", GROUP)
        environment.setenv("CUTE_SHM_ACCESS", "rw")
        shared, alone = cute_shm.Store(tmp_path / "shared"), cute_shm.Store(tmp_path / "alone", group="")
        for store, wanted in ((shared, f"0660 {GROUP}"), (alone, "0600 root")):
            store.create(name, {"a": 1}).close()
            assert modes(store, name)[1:] == [wanted] * 2
            store.unlink(name)

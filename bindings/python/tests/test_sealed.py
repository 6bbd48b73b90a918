# SPDX-License-Identifier: MIT
"""Sealed projects: in no store, changed by nobody, handed over as a descriptor."""

from __future__ import annotations

import copy
import errno
import fcntl
import mmap
import os
import pickle
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cute_shm
import numpy as np
import pytest
from conftest import RunPython, left_behind, start
from cute_shm import _core

# From 3.12 on Python warns of a fork with threads about: numpy's are idle, and that is what users do.
pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork\\(\\) may lead to deadlocks:DeprecationWarning")

TREE: dict[str, Any] = {
    "a": np.arange(24.0).reshape(4, 6),
    "g": {
        "f": np.asfortranarray(np.arange(6, dtype="<i4").reshape(2, 3)),
        "names": np.array(["Ann", "", "Zoë"], object),
    },
    "scattered": np.arange(100)[::-3],
}
SEALS = fcntl.F_SEAL_SEAL | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


@pytest.fixture
def project(name: str) -> Iterator[cute_shm.Project]:
    with cute_shm.create(name, TREE, {"": {"title": "demo"}}, sealed=True) as created:
        yield created


@pytest.fixture
def fd(project: cute_shm.Project) -> Iterator[int]:
    descriptor = project.export_fd()
    yield descriptor
    os.close(descriptor)


def same(found: cute_shm.Group) -> bool:
    tree, wanted = found.to_dict(), TREE
    return (
        all((tree[key] == wanted[key]).all() for key in ("a", "scattered"))
        and (tree["g"]["f"] == wanted["g"]["f"]).all()
        and tree["g"]["names"].tolist() == ["Ann", "", "Zoë"]
    )


# ---- making one


def test_a_sealed_project_is_in_no_store(name: str, project: cute_shm.Project, root: Path) -> None:
    assert project.sealed
    assert project.name == name
    assert project.mode == "r"
    assert same(project)
    assert dict(project.attrs) == {"title": "demo"}
    assert repr(project).startswith(f"<cute_shm.Project {name!r} (r, sealed): 5 arrays")
    assert not project["a"].flags.writeable
    assert cute_shm.projects() == []
    assert not root.exists()
    assert left_behind(name) == []
    with pytest.raises(cute_shm.NotFoundError):
        cute_shm.open(name)
    with cute_shm.create(name, {"a": 1}) as other:
        assert not other.sealed
        with pytest.raises(cute_shm.StateError, match="sealed"):
            other.export_fd()


def test_what_fills_a_sealed_project_in_pieces_or_rows_is_all_there(name: str) -> None:
    large = np.arange(5 << 20, dtype="f8")  # 40 MiB, written in pieces of 16
    with cute_shm.create(name, {"large": large, "rows": large.reshape(4, -1)[:, ::7]}, sealed=True) as project:
        assert (project["large"] == large).all()
        assert (project["rows"] == large.reshape(4, -1)[:, ::7]).all()


@pytest.mark.parametrize("call", ["create", "allocate", "load_hdf5"])
@pytest.mark.parametrize("given", [{"lifetime": "owner"}, {"lifetime": "persistent"}, {"overwrite": True}])
def test_what_a_sealed_project_cannot_have_is_refused(name: str, call: str, given: dict[str, Any]) -> None:
    arguments: dict[str, tuple[Any, ...]] = {
        "create": (name, {"a": 1}),
        "allocate": (name, {"a": ((), "f8")}),
        "load_hdf5": ("/nowhere.h5", name),
    }
    with pytest.raises(cute_shm.InvalidArgumentError, match=f"{next(iter(given))}=.* beside sealed=True.* leave"):
        getattr(cute_shm, call)(*arguments[call], **given, sealed=True)
    assert _core.cshm_live_handles() == 0


def test_an_hdf5_file_is_loaded_into_a_sealed_project(name: str, tmp_path: Path) -> None:
    import h5py  # noqa: PLC0415  only here

    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["g/a"] = np.arange(5.0)
        file["names"] = ["x", "yy"]
    with cute_shm.load_hdf5(tmp_path / "file.h5", name, sealed=True) as project:
        assert project.sealed
        assert project["g/a"].tolist() == [0, 1, 2, 3, 4]
        assert project["names"].tolist() == ["x", "yy"]
        assert cute_shm.projects() == []


def test_a_draft_is_filled_in_place_and_sealed(name: str) -> None:
    with cute_shm.allocate(name, {"a": ((3,), "f8"), "b": ((2, 2), "i4")}, sealed=True) as draft:
        draft["a"][:] = [1, 2, 3]
        for number, row in enumerate(draft["b"]):
            row[:] = number
        del row
        project = draft.publish()
    with project:
        assert project.sealed
        assert project["a"].tolist() == [1, 2, 3]
        assert project["b"].tolist() == [[0, 0], [1, 1]]
    assert repr(draft) == f"<cute_shm.Draft {name!r}: published>"


def test_a_draft_of_which_arrays_are_held_is_not_sealed_and_stays_whole(name: str) -> None:
    draft = cute_shm.allocate(name, {"g": {"a": ((3,), "f8")}}, sealed=True)
    held: list[Any] = [draft["g/a"], draft["g"], memoryview(draft["g/a"])]
    while held:
        with pytest.raises(cute_shm.StateError, match=rf"draft of project '{name}'.*let go of them.*publish again"):
            draft.publish()
        draft["g/a"][len(held) - 1] = len(held)
        held.pop()
    with draft.publish() as project:
        assert project["g/a"].tolist() == [1, 2, 3]


def test_a_sealed_draft_does_not_vanish_unseen_with_its_block(name: str) -> None:
    with (
        pytest.raises(cute_shm.StateError, match=r"call publish\(\) within the block"),
        cute_shm.allocate(name, {"a": ((3,), "f8")}, sealed=True) as draft,
    ):
        draft["a"][0] = 1
    assert repr(draft) == f"<cute_shm.Draft {name!r}: aborted>"
    with pytest.raises(ZeroDivisionError), cute_shm.allocate(name, {"a": ((3,), "f8")}, sealed=True) as draft:
        draft["a"][0] = 1 / 0
    with cute_shm.allocate(name, {"a": ((3,), "f8")}, sealed=True) as draft:
        draft.abort()
    assert _core.cshm_live_handles() == 0


def test_there_is_never_a_newer_one(project: cute_shm.Project) -> None:
    with pytest.raises(cute_shm.UnsupportedError, match="sealed"):
        project.reattach()
    with pytest.raises(cute_shm.UnsupportedError, match="sealed"):
        project.wait_for_newer(0)
    assert project.is_current


# ---- nobody can change it


def test_nobody_can_change_cut_or_grow_it(project: cute_shm.Project, fd: int) -> None:
    assert not os.get_inheritable(fd)
    assert fcntl.fcntl(fd, fcntl.F_GET_SEALS) & SEALS == SEALS
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.write(fd, b"x")
    # Its producer can open it for writing once more; that helps nobody.
    again = os.open(f"/proc/self/fd/{fd}", os.O_RDWR)
    attempts: list[Callable[[], object]] = [
        lambda: os.ftruncate(again, 0),
        lambda: os.ftruncate(again, 1 << 20),
        lambda: os.pwrite(again, b"x", 0),
        lambda: os.posix_fallocate(again, 0, 1 << 20),
        lambda: mmap.mmap(again, 0),
    ]
    for attempt in attempts:
        with pytest.raises(OSError) as caught:
            attempt()
        assert caught.value.errno == errno.EPERM
    os.close(again)
    assert same(project)


def test_it_lives_as_long_as_it_or_a_descriptor_of_it_is_held(name: str) -> None:
    project = cute_shm.create(name, TREE, sealed=True)
    fd = project.export_fd()
    project.close()
    assert _core.cshm_live_handles() == 0
    with cute_shm.attach_fd(fd) as found:
        os.close(fd)
        array = found["a"]
    assert array.tolist() == TREE["a"].tolist()


def test_copy_on_write_changes_nothing_for_others(project: cute_shm.Project, fd: int) -> None:
    with cute_shm.attach_fd(fd, "c") as private:
        private["a"][0] = 42
        assert project["a"][0, 0] == 0
        with pytest.raises(cute_shm.StateError, match=r"array\.copy\(\)"):
            pickle.dumps(private["a"])


# ---- what is no sealed project


def test_what_cannot_be_attached_says_why(project: cute_shm.Project, fd: int, tmp_path: Path) -> None:
    with pytest.raises(cute_shm.PermissionDeniedError):
        cute_shm.attach_fd(fd, "r+")
    with pytest.raises(cute_shm.InvalidArgumentError, match="mode 'w'"):
        cute_shm.attach_fd(fd, "w")  # type: ignore[arg-type]
    for number in (-1, 1 << 20):
        with pytest.raises(cute_shm.InvalidArgumentError, match=str(number)):
            cute_shm.attach_fd(number)
    with pytest.raises(TypeError):
        cute_shm.attach_fd("3")  # type: ignore[arg-type]
    whole = memoryview(project._memory)
    unsealed = os.memfd_create("unsealed")
    os.write(unsealed, whole)
    junk = os.memfd_create("junk", os.MFD_ALLOW_SEALING)
    os.write(junk, bytes(8192))
    fcntl.fcntl(junk, fcntl.F_ADD_SEALS, SEALS)
    file = os.open(tmp_path, os.O_RDONLY)
    null = os.open("/dev/null", os.O_RDONLY)
    reader, writer = os.pipe()
    for other, kind in ((unsealed, cute_shm.PermissionDeniedError), (junk, cute_shm.CorruptError)):
        with pytest.raises(kind):
            cute_shm.attach_fd(other)
    for other in (file, null, reader, writer):
        with pytest.raises((cute_shm.PermissionDeniedError, cute_shm.CorruptError)):
            cute_shm.attach_fd(other)
    for other in (unsealed, junk, file, null, reader, writer):
        os.close(other)


# ---- to another program

READ = """
import os, socket, sys
import cute_shm
place = sys.argv[1]
if place.isdigit():
    fd = int(place)
elif place.startswith("/proc"):
    fd = os.open(place, os.O_RDONLY)
else:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(place)
        message, [fd], _, _ = socket.recv_fds(connection, 100, 1)
        assert message == b"here it is"
print("ready", flush=True)
sys.stdin.readline()
with cute_shm.attach_fd(fd) as project:
    os.close(fd)
    array = project["a"]
print(project.name if not project.closed else "closed", array.sum(), array.attrs.get("x"), array.flags.writeable)
"""
READ_WELL = "closed 276.0 None False\n"


@pytest.mark.parametrize("way", ["socket", "inheritance", "proc"])
def test_another_program_reads_it_after_its_producer_has_let_go(name: str, way: str, tmp_path: Path) -> None:
    project = cute_shm.create(name, TREE, sealed=True)
    fd = project.export_fd()
    if way == "socket":
        address = str(tmp_path / "socket")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(address)
            listener.listen()
            sender = os.fork()
            if sender == 0:
                connection = listener.accept()[0]
                socket.send_fds(connection, [b"here it is"], [fd])
                os._exit(0)
            reader = start(READ, address)
            os.waitpid(sender, 0)
    elif way == "inheritance":
        reader = start(READ, str(fd), pass_fds=[fd])
    else:
        reader = start(READ, f"/proc/{os.getpid()}/fd/{fd}")
    with reader:
        project.close()
        os.close(fd)
        assert reader.communicate("go\n")[0] == READ_WELL


def test_a_reader_goes_on_after_its_producer_is_killed(name: str) -> None:
    produce = (
        "import os, sys, cute_shm\n"
        "project = cute_shm.create(sys.argv[1], {'a': [1, 2, 3]}, sealed=True)\n"
        "print('ready', flush=True); print(project.export_fd(), flush=True); sys.stdin.readline()\n"
    )
    with start(produce, name) as producer:
        assert producer.stdout
        fd = os.open(f"/proc/{producer.pid}/fd/{producer.stdout.readline().strip()}", os.O_RDONLY)
        array = cute_shm.attach_fd(fd)["a"]
        os.close(fd)
        producer.send_signal(signal.SIGKILL)
        producer.wait()
    assert array.tolist() == [1, 2, 3]


def test_it_crosses_to_a_user_who_trusts_nobody(name: str, run_python: RunPython) -> None:
    """Root hands it to nobody, who could open nothing of root's."""
    code = (
        "import os, socket, sys, warnings, cute_shm\n"
        "warnings.simplefilter('ignore', DeprecationWarning)  # of forking with threads about\n"
        "project = cute_shm.create(sys.argv[1], {'a': [1, 2, 3]}, sealed=True)\n"
        "ours, theirs = socket.socketpair()\n"
        "if os.fork() == 0:\n"
        "    project.close()\n"
        "    if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "    fd = socket.recv_fds(theirs, 1, 1)[1][0]\n"
        "    try: os.pwrite(os.open(f'/proc/self/fd/{fd}', os.O_RDWR), b'x', 0)\n"
        "    except PermissionError: print('refused', flush=True)\n"
        "    print(cute_shm.attach_fd(fd)['a'].tolist(), flush=True)\n"
        "    os._exit(0)\n"
        "socket.send_fds(ours, [b'!'], [project.export_fd()])\n"
        "print(os.waitstatus_to_exitcode(os.wait()[1]))\n"
        "ours.close(); theirs.close()\n"
    )
    result = run_python(code, name)
    assert (result.stdout.splitlines(), result.stderr) == (["refused", "[1, 2, 3]", "0"], "")


# ---- pickled without multiprocessing


def test_what_else_pickles_it_is_told_how_to_hand_it_over(name: str, project: cute_shm.Project) -> None:
    for what in (project, project["g"], project["a"][1:], project["g/names"], project.to_dict()):
        with pytest.raises(cute_shm.StateError, match=rf"'{name}'.*export_fd.*send_fds.*attach_fd.*array\.copy\(\)"):
            pickle.dumps(what)
    assert pickle.loads(pickle.dumps(project["a"].copy())).tolist() == TREE["a"].tolist()
    again = copy.deepcopy(project)
    assert np.shares_memory(again["a"], project["a"])
    draft = cute_shm.allocate(name, {"a": ((3,), "f8")}, sealed=True)
    with pytest.raises(cute_shm.StateError, match="publish it"):
        pickle.dumps(draft["a"])


def test_importing_the_package_imports_no_multiprocessing(name: str, run_python: RunPython) -> None:
    code = (
        "import sys, numpy\n"
        "before = 'multiprocessing' in sys.modules\n"
        "import cute_shm\n"
        "cute_shm.create(sys.argv[1], {'a': 1}).close()\n"
        "cute_shm.open(sys.argv[1])['a']\n"
        "print(before, 'multiprocessing' in sys.modules)\n"
    )
    assert run_python(code, name).stdout == "False False\n"

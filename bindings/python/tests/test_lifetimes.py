# SPDX-License-Identifier: MIT
"""Every way in which a Python process can end, and what is left then of the projects it made or used."""

from __future__ import annotations

import os

import cute_shm
import pytest
from conftest import RunPython, left_behind, start

# How a process ends, and its exit status: below 0 it is the signal.
ENDS = {
    "at the end of its program": ("", 0),
    "by an exception": ("raise LookupError", 1),
    "by sys.exit": ("sys.exit(3)", 3),
    "by os._exit": ("os._exit(4)", 4),
    "by sys.exit while a thread goes on": ("threading.Thread(target=read, daemon=True).start(); sys.exit(5)", 5),
    "after a thread that outlives its program": ("threading.Thread(target=lambda: print(arrays[0].sum())).start()", 0),
    "by Ctrl-C": ("signal.raise_signal(signal.SIGINT)", -2),
    "by SIGTERM": ("signal.raise_signal(signal.SIGTERM)", -15),
    "by SIGKILL": ("os.kill(os.getpid(), signal.SIGKILL)", -9),
    "by os.abort": ("faulthandler.disable(); os.abort()", -6),
    "by a crash": ("faulthandler.disable(); signal.raise_signal(signal.SIGSEGV)", -11),
    "as another program": ("os.execv(sys.executable, [sys.executable, '-c', 'raise SystemExit(6)'])", 6),
}
LIFETIMES = ("owner", "last-user", "persistent")
PROGRAM = """
import faulthandler, os, signal, sys, threading
import cute_shm

def read():
    while True:
        arrays[0].sum()

name = sys.argv[1]
lifetimes = ("owner", "last-user", "persistent")
if sys.argv[2] == "create":
    projects = [cute_shm.create(f"{name}-{kind}", {"a": [1, 2]}, lifetime=kind) for kind in lifetimes]
else:
    projects = [cute_shm.open(f"{name}-{kind}") for kind in lifetimes]
arrays = [project["a"] for project in projects]
"""


def names(prefix: str) -> list[str]:
    """What the projects of a test are called, after their common prefix."""
    return [info.name.removeprefix(f"{prefix}-") for info in cute_shm.projects()]


@pytest.mark.parametrize("end", ENDS)
def test_what_is_to_end_with_its_process_does(name: str, end: str, run_python: RunPython) -> None:
    code, status = ENDS[end]
    result = run_python(PROGRAM + code, name, "create")
    assert result.returncode == status, result.stderr
    assert names(name) == ["persistent"]
    assert len(left_behind(name)) == 1
    with cute_shm.open(f"{name}-persistent") as project:
        assert project["a"].tolist() == [1, 2]


@pytest.mark.parametrize("end", ENDS)
def test_the_end_of_a_reader_destroys_nothing(name: str, end: str, run_python: RunPython) -> None:
    code, status = ENDS[end]
    projects = [cute_shm.create(f"{name}-{kind}", {"a": [1, 2]}, lifetime=kind) for kind in LIFETIMES]  # type: ignore[arg-type]
    result = run_python(PROGRAM + code, name, "open")
    assert result.returncode == status, result.stderr
    assert names(name) == sorted(LIFETIMES)
    for project in projects:
        assert project.is_current
        assert project.reattach()["a"].tolist() == [1, 2]


OUTLIVED = """
import os, subprocess, sys
import cute_shm
name, how, end, fd = *sys.argv[1:4], int(sys.argv[4])
kinds = ("owner", "last-user", "persistent")
projects = [cute_shm.create(f"{name}-{kind}", {"a": [1, 2]}, lifetime=kind) for kind in kinds]
born = os.pipe()
if how == "forked":
    child = os.fork()
    if child == 0:
        os.write(born[1], b"!")
        os.read(fd, 1)
        print([int(project["a"].sum()) for project in projects], flush=True)
        sys.exit()
else:
    code = "import os, sys; os.write(int(sys.argv[2]), b'!'); os.read(int(sys.argv[1]), 1); print([3, 3, 3])"
    os.set_inheritable(born[1], True)
    subprocess.Popen([sys.executable, "-c", code, str(fd), str(born[1])], close_fds=False)
os.read(born[0], 1)  # one that has not run yet, or is still in exec, could not let go of what is its parent's
print("ready", flush=True)
sys.stdin.readline()
os.kill(os.getpid(), 9) if end == "killed" else os._exit(0)
"""


@pytest.mark.parametrize("end", ["killed", "exited"])
@pytest.mark.parametrize("how", ["forked", "started"])
def test_a_child_that_outlives_its_parent_keeps_only_what_it_uses(name: str, how: str, end: str) -> None:
    read_end, write_end = os.pipe()
    os.set_inheritable(read_end, True)
    with start(OUTLIVED, name, how, end, str(read_end), pass_fds=[read_end]) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write("go\n")
        process.stdin.flush()
        process.wait()
        assert names(name) == (["last-user", "persistent"] if how == "forked" else ["persistent"])
        os.write(write_end, b"!")
        assert process.stdout.read() == "[3, 3, 3]\n", "a child of fork keeps whole trees, whoever has ended"
    os.close(read_end)
    os.close(write_end)
    assert names(name) == ["persistent"]
    assert len(left_behind(name)) == 1


FORKED_CHILDREN = """
import multiprocessing, os, sys, threading, warnings
import cute_shm
warnings.simplefilter("ignore", DeprecationWarning)  # of forking with threads about
name = sys.argv[1]
kinds = ("owner", "last-user", "persistent")
projects = [cute_shm.create(f"{name}-{kind}", {"a": [1, 2]}, lifetime=kind) for kind in kinds]

def end(how):
    if how == "raise":
        raise SystemExit(7)
    if how == "close":
        for project in projects:
            project.close()
    if how == "kill":
        os.kill(os.getpid(), 9)

for how in ("return", "raise", "close", "kill"):
    child = multiprocessing.get_context("fork").Process(target=end, args=(how,))
    child.start()
    child.join()
    pid = os.fork()
    if pid == 0:
        end(how)
        sys.exit()
    os.waitpid(pid, 0)
    print(how, len(cute_shm.projects()), [int(project["a"].sum()) for project in projects], flush=True)
"""


def test_a_forked_child_ends_nothing_of_its_parent(name: str, run_python: RunPython) -> None:
    result = run_python(FORKED_CHILDREN, name)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.splitlines() == [f"{how} 3 [3, 3, 3]" for how in ("return", "raise", "close", "kill")]
    assert names(name) == ["persistent"]


def test_a_thread_that_ends_ends_no_project(name: str, run_python: RunPython) -> None:
    code = (
        "import sys, threading, cute_shm\n"
        "made = []\n"
        "make = lambda: made.append(cute_shm.create(sys.argv[1], {'a': [1, 2]}, lifetime=sys.argv[2]))\n"
        "thread = threading.Thread(target=make)\n"
        "thread.start(); thread.join()\n"
        "print([info.name for info in cute_shm.projects()] == [sys.argv[1]], made[0]['a'].sum())\n"
    )
    for lifetime in ("owner", "last-user"):
        result = run_python(code, name, lifetime)
        assert (result.stdout, result.stderr) == ("True 3\n", "")
        assert cute_shm.projects() == []


SHUTDOWN = """
import atexit, gc, sys, threading
name = sys.argv[1]
atexit.register(lambda: print("last", array.sum(), project["a"][0], flush=True))  # before there was a cute_shm
import cute_shm
atexit.register(lambda: print("first", array.sum(), [info.name for info in cute_shm.projects()] == [name], flush=True))

class Late:
    "Uses its array when Python takes its modules apart."
    def __init__(self, array):
        self.array, self.itself = array, self
    def __del__(self, write=sys.__stdout__.write):
        write(f"late {self.array.sum()} {len(self.array.attrs)}\\n")

project = cute_shm.create(name, {"a": [1, 2], "s": ["x", "yy"]}, {"a": {"units": "K"}}, lifetime=sys.argv[2])
array, strings, group = project["a"], project["s"], project["/"]
gc.disable()
late = Late(array[:])
local = threading.local()
local.held = project["a"]
draft = cute_shm.allocate(name + "-draft", {"b": ((3,), "f8")})
view = memoryview(array)
"""


@pytest.mark.parametrize("lifetime", LIFETIMES)
def test_the_interpreter_may_end_with_all_alive(name: str, lifetime: str, run_python: RunPython) -> None:
    result = run_python(SHUTDOWN, name, lifetime)
    assert (result.returncode, result.stderr) == (0, "")
    assert sorted(result.stdout.splitlines()) == ["first 3 True", "last 3 1", "late 3 1"]
    assert [info.name for info in cute_shm.projects()] == ([name] if lifetime == "persistent" else [])


def test_a_reader_goes_on_after_the_owner_is_killed(name: str) -> None:
    with start(PROGRAM + "print('ready', flush=True); sys.stdin.readline()", name, "create") as owner:
        held = [cute_shm.open(f"{name}-{kind}")["a"] for kind in LIFETIMES]
        owner.kill()
        owner.wait()
        assert names(name) == ["last-user", "persistent"]
        assert [array.tolist() for array in held] == [[1, 2]] * 3
    del held
    assert names(name) == ["persistent"]

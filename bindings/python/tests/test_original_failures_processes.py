# SPDX-License-Identifier: MIT
"""Where cute-shm 1.2 fails, row by row: many processes, limits, and people who mean harm."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import cute_shm
import numpy as np
import pytest
from conftest import SHM, RunPython, left_behind
from original_failures import BEGINNING, ended_well, run_user


def start(code: str, *arguments: str) -> subprocess.Popen[str]:
    """A user's process that goes on beside others."""
    command = [sys.executable, "-X", "dev", "-c", BEGINNING + code, *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def end(process: subprocess.Popen[str]) -> str:
    output, errors = process.communicate(timeout=120)
    return ended_well(subprocess.CompletedProcess(process.args, process.returncode, output, errors))


# ---- limits


def need_root(why: str) -> None:
    assert os.geteuid() == 0, f"this test {why}, which takes root: run the tests as root"


def test_a_small_dev_shm_is_an_error_and_no_bus_error(name: str, tmp_path: Path, run_python: RunPython) -> None:
    """`/dev/shm` too small: a bus error in 1.2."""
    need_root("mounts a /dev/shm of its own")
    code = """
cute_shm.arrays_to_shm(name, {"a": np.arange(3)}, persistent=True)
for overwrite in (False, True):
    try:
        cute_shm.arrays_to_shm(name if overwrite else name + "b", {"a": np.zeros(2_000_000)}, overwrite=overwrite)
    except MemoryError as error:
        assert "wanted 160" in str(error) and "/dev/shm" in str(error), error
    else:
        sys.exit("16 MB fit into 8 MB")
assert cute_shm.shm_to_arrays(name)["a"]["data"].tolist() == [0, 1, 2]
assert list(cute_shm.Project2Toml.list()) == [name] and len(os.listdir("/dev/shm")) == 1
cute_shm.unlink(name)
"""
    script = tmp_path / "user.py"
    script.write_text(BEGINNING + code, encoding="utf-8")
    shell = 'mount -t tmpfs -o size=8m tmpfs /dev/shm && exec "$@"'
    command = ["unshare", "-m", "sh", "-c", shell, "sh", sys.executable, str(script), name]
    ended_well(subprocess.run(command, capture_output=True, text=True, timeout=60, check=False))


def test_a_segment_truncated_while_attached_is_refused_by_the_next_attach(name: str, run_python: RunPython) -> None:
    """A segment truncated while attached: a bus error in 1.2 for everyone who attaches it."""
    code = """
cute_shm.arrays_to_shm(name, {"a": np.zeros(100_000)})
meta = cute_shm.shm_to_arrays(name)["a"]["meta"]
os.truncate("/dev/shm/" + meta["shm_name"], 4096)
del meta
try:
    cute_shm.shm_to_arrays(name)
except ValueError as error:
    assert "truncated" in str(error), error
else:
    sys.exit("attached what is not there")
cute_shm.unlink(name)
"""
    run_user(run_python, code, name)


def test_more_arrays_than_file_descriptors(name: str, run_python: RunPython) -> None:
    """More than about 500 arrays at `ulimit -n 1024`: 1.2 needs two descriptors for each."""
    code = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
cute_shm.arrays_to_shm(name, {f"a{number}": np.full(8, number) for number in range(2000)})
read = [cute_shm.shm_to_arrays(name) for _ in range(50)]
assert all(tree["a1999"]["data"][7] == 1999 for tree in read)
assert len(os.listdir("/proc/self/fd")) < 20
"""
    run_user(run_python, code, name)


# ---- at once


def test_a_loop_of_readers_never_sees_half_a_project(name: str) -> None:
    """Re-opening in a loop while another process overwrites: of 1.2's 19,129 reads 13,359 were incomplete."""
    write = """
for number in range(1, 41):
    tree = {f"g{i}": {f"a{j}": np.full(64, number) for j in range(5)} for i in range(5)}
    cute_shm.arrays_to_shm(name, tree, persistent=True, overwrite=True)
"""
    read = """
reads, generations, deadline = 0, set(), time.monotonic() + 90
while 40 not in generations and time.monotonic() < deadline:
    tree = cute_shm.shm_to_arrays(name)
    arrays = [leaf["data"] for group in tree.values() for leaf in group.values()]
    values = {int(value) for array in arrays for value in array}
    assert len(arrays) == 25 and len(values) == 1, (len(arrays), values)
    generations |= values
    reads += 1
    if reads == 1:
        print("reading", flush=True)
print(reads, len(generations))
"""
    tree = {f"g{i}": {f"a{j}": np.zeros(64, "i8") for j in range(5)} for i in range(5)}
    cute_shm.arrays_to_shm(name, tree, persistent=True)  # type: ignore[arg-type]
    readers = [start(read, name) for _ in range(2)]
    for reader in readers:
        assert reader.stdout
        assert reader.stdout.readline() == "reading\n"
    end(start(write, name))
    for reader in readers:
        reads, generations = map(int, end(reader).split())
        assert reads > 5
        assert generations > 5, "it did read while others wrote"
    assert len(left_behind(name)) == 1


def test_of_two_creators_at_once_one_wins_and_nothing_leaks(name: str) -> None:
    """Two creators of one new name at once: in 1.2 both succeed, and the loser's segments leak."""
    create = """
won = 0
for number in range(30):
    while not os.path.exists(f"{sys.argv[2]}/{number}"):
        pass
    try:
        cute_shm.arrays_to_shm(f"{name}-{number}", {"a": np.full(200_000, os.getpid())}, persistent=True)
        won += 1
    except FileExistsError as error:
        assert "already exists" in str(error)
print(won)
"""
    start_signs = Path(os.environ["CUTE_SHM_ROOT"]).parent / "start"
    start_signs.mkdir()
    creators = [start(create, name, str(start_signs)) for _ in range(2)]
    for number in range(30):
        (start_signs / str(number)).touch()
        time.sleep(0.01)
    assert sum(int(end(creator)) for creator in creators) == 30
    assert len(left_behind(name)) == len(cute_shm.Project2Toml.list()) == 30


def test_a_killed_producer_leaves_nothing_that_blocks_its_name(name: str) -> None:
    """`kill -9` of the producer: 1.2's metadata stays and blocks the name; killed with its tracker, all leaks."""
    create = """
cute_shm.arrays_to_shm(name, {"a": np.arange(3)})
print("there", flush=True)
time.sleep(60)
"""
    for _ in range(2):
        producer = start(create, name)
        assert producer.stdout is not None
        assert producer.stdout.readline() == "there\n"
        producer.kill()
        producer.communicate()
        with pytest.raises(FileNotFoundError):
            cute_shm.shm_to_arrays(name)
        assert cute_shm.Project2Toml.list() == {}
        assert left_behind(name) == []


# ---- others on the machine

# A /tmp of this process's own, and the way to go on as somebody else. All that is imported later is imported before.
PRIVATE_TMP = """
import cute_shm._hdf5, cute_shm._v1.memory, traceback
os.environ.pop("CUTE_SHM_ROOT")
os.chdir("/")
subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", "/tmp"], check=True)
Project2Toml = cute_shm.Project2Toml

def as_stranger(action):
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setresgid(65534, 65534, 65534)
        os.setresuid(65534, 65534, 65534)
        try:
            action()
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0

def refused(action):
    try:
        action()
    except PermissionError:
        return
    raise AssertionError("not refused")
"""


def run_with_private_tmp(code: str, tmp_path: Path, *arguments: str) -> None:
    need_root("mounts a /tmp of its own and becomes another user")
    script = tmp_path / "user.py"
    script.write_text(BEGINNING + PRIVATE_TMP + code, encoding="utf-8")
    command = ["unshare", "-m", sys.executable, "-W", "ignore::DeprecationWarning", str(script), *arguments]
    ended_well(subprocess.run(command, capture_output=True, text=True, timeout=60, check=False))


def test_a_second_user_with_the_default_root_is_not_blocked(name: str, tmp_path: Path) -> None:
    """A second user with the default root: 1.2's first user owns /tmp/cute-shm, and the second is blocked."""
    code = """
def second():
    assert str(Project2Toml.root) == "/tmp/cute-shm-65534"
    with cute_shm.unlinked_arrays_to_shm(name, {"a": np.arange(5)}) as path:
        assert path == Project2Toml.root / f"cute-shm.{name}.toml"
        assert cute_shm.shm_to_arrays(name)["a"]["data"].sum() == 10
    Project2Toml.root = pathlib.Path("/tmp/cute-shm")
    refused(lambda: cute_shm.shm_to_arrays(name))
    refused(lambda: cute_shm.arrays_to_shm(name, {}, overwrite=True))
    refused(lambda: cute_shm.unlink(name))

assert str(Project2Toml.root) == "/tmp/cute-shm"
with cute_shm.unlinked_arrays_to_shm(name, {"a": np.arange(3)}):
    as_stranger(second)
    assert cute_shm.shm_to_arrays(name)["a"]["data"].sum() == 3
"""
    run_with_private_tmp(code, tmp_path, name)


def test_a_root_planted_by_somebody_else_is_not_used(name: str, tmp_path: Path) -> None:
    """Dangling symlinks are followed by 1.2; so is a root that somebody else has made."""
    code = """
as_stranger(lambda: os.symlink("/tmp/trap", "/tmp/cute-shm"))
with cute_shm.unlinked_arrays_to_shm(name, {"a": np.arange(3)}) as path:
    assert str(path.parent) == "/tmp/cute-shm-0"
    assert not os.path.exists("/tmp/trap")
Project2Toml.root = "/tmp/cute-shm"
refused(lambda: cute_shm.arrays_to_shm(name, {}))
"""
    run_with_private_tmp(code, tmp_path, name)


def test_a_dangling_symlink_in_the_place_of_a_manifest_is_not_followed(name: str, tmp_path: Path) -> None:
    """Dangling symlinks: 1.2 writes its metadata to wherever they point."""
    trap = tmp_path / "trap"
    path = cute_shm.Project2Toml.get_path(name)
    path.symlink_to(trap)
    with pytest.raises((OSError, ValueError)):
        cute_shm.shm_to_arrays(name)
    try:
        cute_shm.arrays_to_shm(name, {"a": np.zeros(3)})
    except (OSError, ValueError):
        path.unlink()
    else:
        assert not path.is_symlink()
    assert not trap.exists()


@pytest.mark.parametrize("hostile", ["of 1.2", "of ours"])
def test_a_hostile_toml_deletes_nothing(hostile: str, name: str) -> None:
    """A hostile TOML makes the victim delete its own segments: those that it names."""
    path = cute_shm.arrays_to_shm(name, {"a": np.arange(3)}, persistent=True)
    shm_to_arrays: Any = cute_shm.shm_to_arrays
    segment = shm_to_arrays(name)["a"]["meta"]["shm_name"]
    evil = path.with_name(f"cute-shm.{name}evil.toml")
    if hostile == "of ours":
        evil.write_text(
            path.read_text("utf-8").replace(name, name + "evil").replace(f"shm.{name}evil.", f"shm.{name}.")
        )
    else:
        evil.write_text(
            f'[a]\nshm_name = "{segment}"\nshm_private_name = "/{segment}"\nshape = [3]\ndtype = "int64"\n[a.attrs]\n'
        )
    assert segment in evil.read_text("utf-8")
    with pytest.raises((OSError, ValueError)):
        cute_shm.shm_to_arrays(name + "evil")
    try:
        cute_shm.unlink(name + "evil")
    except (OSError, ValueError):
        evil.unlink()
    assert not evil.exists()
    assert (SHM / segment).exists()
    assert shm_to_arrays(name)["a"]["data"].tolist() == [0, 1, 2]

# SPDX-License-Identifier: MIT
"""Files that are damaged, or made to do harm: each is loaded, or a part, or refused; soon, and nothing is left."""

from __future__ import annotations

import os
import re
import resource
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from hdf5_damage import damaged
from hdf5_project import CLI, Project, run

SECONDS = 10  # of processor time: how long it takes is a matter of what else runs
FILES, SEED = (4000, 1000) if os.environ.get("CUTESHM_LONG") else (200, 3)
PROJECT = f"hostile-{os.getpid()}"
LOADED, FAILED, NO_SPACE = 0, 1, 5
ISOLATION = ("crashed", "came to no end", "was killed", "ended", "out of hand")


FRAME = re.compile(r"^ *#\d+ 0x[0-9a-f]+ in (?!_|mem|str|free|malloc|calloc|realloc)(\S+)", re.MULTILINE)


def sanitizers_tell_of_us(said: str) -> bool:
    """Whether a sanitizer found a fault that is not HDF5's; those of HDF5 end the isolated loader, as a crash does."""
    if "runtime error" in said:
        return True  # of what is compiled with that sanitizer, which HDF5 is not
    reports = re.split(r"(?=ERROR: \w+Sanitizer)", said)[1:]
    innermost = [FRAME.search(report) for report in reports]
    return not all(found and found[1].startswith("H5") for found in innermost)


def segments() -> list[str]:
    """What lies in shared memory under this test's name."""
    return [name for name in os.listdir("/dev/shm") if PROJECT in name]


def load(folder: Path, *options: str) -> tuple[int, str]:
    """Loads bad.h5: the exit status, and what was said. Fails if it took too long."""
    command = [
        str(CLI),
        "--root",
        str(folder / "store"),
        "load",
        "--overwrite",
        *options,
        str(folder / "bad.h5"),
        PROJECT,
    ]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode in {LOADED, FAILED, NO_SPACE}, f"{done.returncode}: {said}"
    assert not sanitizers_tell_of_us(said), said
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < SECONDS, said
    return done.returncode, said


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder in whose store nothing is left at the end but the project, if there is one."""
    yield tmp_path
    run(tmp_path / "store", "unlink", PROJECT, check=False)
    assert segments() == []
    assert "nothing to remove" in run(tmp_path / "store", "gc").stderr


def test_damaged_files_are_loaded_or_refused_and_nothing_is_left(folder: Path) -> None:
    """Bits flipped, ends cut, headers that lie, addresses swapped: of every kind of file that the other tests load."""
    ends = Counter[str]()
    for name, data in damaged(folder, FILES, SEED):
        (folder / "bad.h5").write_bytes(data)
        try:
            status, said = load(folder)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error
        isolated = any(f"HDF5 {word}" in said for word in ISOLATION)
        ends["died" if isolated else "loaded" if status == LOADED else "refused"] += 1
        assert len(segments()) <= 1, name
    assert ends["loaded"] > FILES // 4, ends
    assert ends["refused"] > FILES // 50, ends


def test_a_fault_in_hdf5_is_told_from_one_of_ours() -> None:
    """Else what follows proves nothing under a sanitizer."""
    report = "==7==ERROR: AddressSanitizer: SEGV\n    #0 0x45 in __asan::Deallocate(void*)\n    #1 0x4d in %s (x+1)\n"
    assert not sanitizers_tell_of_us("skipped: 'a'")
    assert not sanitizers_tell_of_us(report % "H5MM_xfree")
    assert sanitizers_tell_of_us(report % "cshm__h5_walk")
    assert sanitizers_tell_of_us(report % "H5MM_xfree" + report % "cshm__h5_walk")
    assert sanitizers_tell_of_us("==7==ERROR: LeakSanitizer: detected memory leaks")
    assert sanitizers_tell_of_us("h5walk.c:3: runtime error: shift")


# ---- made to do harm ---------------------------------------------------------------------------------


def test_a_heap_that_loops_ends_the_reader_and_the_object_is_named(folder: Path) -> None:
    """HDF5 steps through a heap by the sizes in it; with -16 it makes no step, for ever."""
    with h5py.File(folder / "bad.h5", "w") as file:
        layout = h5py.VirtualLayout((4,), "i4")
        layout[:] = h5py.VirtualSource(".", "a", (4,))
        file["a"] = np.arange(4, dtype="i4")
        file.create_virtual_dataset("of its own", layout)
    data = bytearray((folder / "bad.h5").read_bytes())
    at = data.index(b"GCOL") + 16 + 8
    data[at : at + 8] = (2**64 - 16).to_bytes(8, "little")
    (folder / "bad.h5").write_bytes(data)
    status, said = load(folder)
    assert status == FAILED
    assert "HDF5 came to no end while it looked at 'of its own'" in said
    assert "nothing was created" in said
    assert segments() == []
    assert load(folder, "--exclude", "of its own")[0] == LOADED
    assert Project(folder / "store", PROJECT).array("a").tolist() == [0, 1, 2, 3]


def test_groups_in_a_circle_end(folder: Path) -> None:
    """Each is met once."""
    with h5py.File(folder / "bad.h5", "w") as file:
        file.create_group("a")
        for i in range(10):
            file.create_group(f"a/b{i}")[f"back{i}"] = file["a"]
            file[f"a/b{i}/root"] = file["/"]
        file["a/b0/x"] = 1
    status, said = load(folder)
    assert status == LOADED
    assert "again" in said
    assert Project(folder / "store", PROJECT).array("a/b0/x") == 1


def test_an_attribute_of_a_billion_elements_is_skipped(folder: Path) -> None:
    """What is declared is not there: nothing of that size is reserved."""
    with h5py.File(folder / "bad.h5", "w") as file:
        file["x"] = 1
        file.attrs.create("many", np.zeros(7, "<i4"))
    data = (folder / "bad.h5").read_bytes()
    seven = (7).to_bytes(8, "little")
    places = [i for i in range(len(data) - 8) if data[i : i + 8] == seven]
    assert places
    for place in places:
        changed = bytearray(data)
        changed[place : place + 8] = (10**9).to_bytes(8, "little")
        (folder / "bad.h5").write_bytes(changed)
        load(folder)
    (folder / "bad.h5").write_bytes(data)
    assert load(folder)[0] == LOADED


def test_a_small_file_that_declares_more_than_there_is_is_refused(folder: Path) -> None:
    """Never written, so in the file it takes nothing."""
    with h5py.File(folder / "bad.h5", "w") as file:
        file.create_dataset("huge", (1 << 40,), "f8", chunks=(1 << 20,))
    assert (folder / "bad.h5").stat().st_size < 4096
    status, said = load(folder)
    assert status == NO_SPACE
    assert "huge" in said


def test_a_chunk_of_all_the_bytes_that_can_be_is_refused(folder: Path) -> None:
    """A chunk of gigabytes that a few bytes are said to inflate to."""
    with h5py.File(folder / "bad.h5", "w") as file:
        file.create_dataset("x", (1000,), "u1", chunks=(1000,), compression=1)[:] = 1
    data = (folder / "bad.h5").read_bytes()
    for width, most in (8, 2**32 - 1), (4, 2**32 - 1):  # the dataset's length, then the chunk's
        assert (1000).to_bytes(width, "little") in data
        data = data.replace((1000).to_bytes(width, "little"), most.to_bytes(width, "little"))
    (folder / "bad.h5").write_bytes(data)
    load(folder)

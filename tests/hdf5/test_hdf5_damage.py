# SPDX-License-Identifier: MIT
"""Files with heaps and references, cut and changed: each is loaded, in part if need be, or refused; nothing crashes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np
import pytest
from hdf5_makers import MAKERS
from hdf5_project import CLI, Project, run
from hdf5_ragged_files import fill_with_references

ROUNDS = 60
CUTS = 12


def small(path: Path) -> None:
    """A few of each kind: what is changed then is likely to matter."""
    with h5py.File(path, "w") as file:
        file.create_dataset("words", data=["a", "", "bcd" * 50], dtype=h5py.string_dtype())
        file["words"].attrs.create("more", ["x", "yz"], dtype=h5py.string_dtype())
        numbers = file.create_dataset("numbers", (3,), h5py.vlen_dtype("i4"), chunks=(2,))
        for i in range(3):
            numbers[i] = np.arange(100 * i)
        file["title"] = "one string"
        for name in ("scale", "data"):
            file[name] = np.arange(3)
        file["scale"].make_scale("scale")
        file["data"].dims[0].attach_scale(file["scale"])
        fill_with_references(file)


def attempt(folder: Path, data: bytes) -> str:
    """Loads a file with these bytes; returns what the program said, all of it."""
    path = folder / "damaged.h5"
    path.write_bytes(data)
    command = [str(CLI), "--root", str(folder / "store"), "load", "--overwrite", str(path), "damaged"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    said = (done.stdout + done.stderr).decode()
    assert done.returncode in (0, 1), f"{done.returncode}: {said}"
    assert "Sanitizer" not in said, said
    assert "runtime error" not in said, said
    return said


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder whose store is emptied at the end."""
    yield tmp_path
    listed = json.loads(run(tmp_path / "store", "list", "--json").stdout)["projects"]
    for project in listed:
        run(tmp_path / "store", "unlink", project["project"])


def heaps(data: bytes) -> list[int]:
    """Where global heaps begin."""
    found, at = [], data.find(b"GCOL")
    while at >= 0:
        found.append(at)
        at = data.find(b"GCOL", at + 1)
    return found


@pytest.mark.parametrize("seed", range(3))
def test_bytes_that_are_changed_do_no_harm(folder: Path, seed: int) -> None:
    """One byte anywhere, or a few in the heaps."""
    small(folder / "file.h5")
    good = (folder / "file.h5").read_bytes()
    random = np.random.default_rng(seed)
    starts = heaps(good)
    assert starts
    for round_number in range(ROUNDS):
        data = bytearray(good)
        if round_number % 2:
            data[random.integers(len(data))] ^= 1 << random.integers(8)
        else:
            for _ in range(3):
                data[random.choice(starts) + random.integers(600)] = random.choice([0, 1, 0x7F, 0x80, 0xFF])
        attempt(folder, bytes(data))


def test_a_cut_at_any_place_does_no_harm(folder: Path) -> None:
    """HDF5 refuses a file that is too short for its own header; behind that, heaps may end."""
    small(folder / "file.h5")
    good = (folder / "file.h5").read_bytes()
    for end in np.linspace(0, len(good) - 1, CUTS, dtype=int):
        assert attempt(folder, good[:end])
        attempt(folder, good[:end] + bytes(len(good) - end))


def descriptors(path: Path, name: str) -> int:
    """Where the elements of a contiguous dataset begin."""
    with h5py.File(path) as file:
        return int(file[name].id.get_offset())


DECLARES = "an element declares {} bytes, and the heap has"
LIES = {
    "longer than the heap has": (
        0,
        (300000).to_bytes(4, "little"),
        DECLARES.format(300000),
    ),
    "the longest there can be": (0, b"\xff\xff\xff\xff", DECLARES.format(4294967295)),
    "no such object": (12, (999).to_bytes(4, "little"), "has no object 999"),
    "object 0": (12, bytes(4), "has no object 0"),
    "no heap there": (4, (8).to_bytes(8, "little"), "there is no heap at byte 8"),
    "behind the end": (4, (1 << 40).to_bytes(8, "little"), f"there is no heap at byte {1 << 40}"),
    "an overflow": (4, ((1 << 64) - 2).to_bytes(8, "little"), f"there is no heap at byte {(1 << 64) - 2}"),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_element_that_lies_about_its_data_is_told_of(folder: Path, lie: str) -> None:
    """HDF5 1.10 would copy what is behind the data, or write behind its buffer."""
    MAKERS["texts"](folder / "file.h5")
    at, value, words = LIES[lie]
    data = bytearray((folder / "file.h5").read_bytes())
    start = descriptors(folder / "file.h5", "words") + 16
    data[start + at : start + at + len(value)] = value
    assert words in attempt(folder, bytes(data))
    project = Project(folder / "store", "damaged")
    assert set(project.skipped) == {"words"}
    assert project.array("grid/offsets").tolist() == [0, 0, 1, 10, 290]


def test_an_element_that_is_too_short_is_cut(folder: Path) -> None:
    """HDF5 1.10 would write 4000 bytes into 12."""
    with h5py.File(folder / "file.h5", "w") as file:
        file.create_dataset("numbers", (1,), h5py.vlen_dtype("<i4"))[0] = np.arange(1000, dtype="<i4")
    data = bytearray((folder / "file.h5").read_bytes())
    start = descriptors(folder / "file.h5", "numbers")
    data[start : start + 4] = (3).to_bytes(4, "little")
    attempt(folder, bytes(data))
    assert Project(folder / "store", "damaged").array("numbers/values").tolist() == [0, 1, 2]

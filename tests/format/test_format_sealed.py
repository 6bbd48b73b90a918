# SPDX-License-Identifier: MIT
"""A sealed segment is what docs/format.md says: read from its descriptor by a program that knows only that page."""

import fcntl
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from format_producer import Project
from read_index import arrays_of_index, map_sealed
from read_segment import values

NUMBERS = bytes([0, 1, 0, 2, 0, 3, 255, 255])


@pytest.fixture
def descriptor(tmp_path: Path) -> Iterator[int]:
    project = Project(tmp_path / "store", f"sealed-{os.getpid()}", "yaml", sealed=True)
    array = project.array("a/b 1", ">i2", [2, 2], order=1)
    project.text("", "title", "Arm 3")
    project.allocate()
    project.write(array, NUMBERS)
    made = project.seal()
    assert not (tmp_path / "store").exists()
    yield made
    os.close(made)


def test_a_sealed_segment_is_read_from_its_descriptor(descriptor: int) -> None:
    segment = map_sealed(descriptor)
    found = arrays_of_index(segment)
    assert values(segment, found["a/b 1"]) == [[1, 3], [2, -1]]


def test_the_reader_is_a_program_that_is_given_a_place_in_proc(descriptor: int) -> None:
    place = f"/proc/{os.getpid()}/fd/{descriptor}"
    words = [sys.executable, str(Path(__file__).with_name("read_index.py")), place, "a/b 1"]
    assert subprocess.run(words, check=True, capture_output=True, text=True).stdout == "[[1, 3], [2, -1]]\n"


def test_header_name_and_seals_are_those_of_the_page(descriptor: int) -> None:
    segment = map_sealed(descriptor)
    generation = int.from_bytes(segment[16:24], "little")
    name = f"cute-shm.sealed-{os.getpid()}.{generation:016x}"
    assert os.readlink(f"/proc/self/fd/{descriptor}") == f"/memfd:{name} (deleted)"
    assert [int.from_bytes(segment[at : at + 4], "little") for at in (96, 100, 4032)] == [2, 1, 2]
    assert segment[512:3584] == bytes(3072)  # root
    every = {name for name in dir(fcntl) if re.fullmatch("F_SEAL_(SEAL|SHRINK|GROW|WRITE)", name)}
    assert len(every) == 4
    future_write = 0x10  # F_SEAL_FUTURE_WRITE, which Python does not name
    seals = fcntl.fcntl(descriptor, fcntl.F_GET_SEALS)
    for seal in (*(getattr(fcntl, name) for name in every), future_write):
        assert seals & seal


def test_what_is_not_sealed_is_refused(descriptor: int) -> None:
    unsealed = os.memfd_create("copy", os.MFD_ALLOW_SEALING)
    os.write(unsealed, map_sealed(descriptor)[:])
    with pytest.raises(ValueError, match="not sealed"):
        map_sealed(unsealed)
    fcntl.fcntl(unsealed, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE)
    readable = os.open(f"/proc/self/fd/{unsealed}", os.O_RDONLY)
    assert arrays_of_index(map_sealed(readable)) == arrays_of_index(map_sealed(descriptor))
    os.close(readable)
    os.close(unsealed)

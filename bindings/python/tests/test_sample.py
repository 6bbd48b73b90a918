# SPDX-License-Identifier: MIT
"""Looking at an array reads little of it: the pages that are touched are counted by the kernel."""

from __future__ import annotations

import mmap
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from conftest import SHM
from cute_shm import _look_html, _sample
from cute_shm._picture import picture

GIB = 1 << 30
MIB = 1 << 20

Touched = Callable[[], int]


@pytest.fixture
def hole() -> Iterator[tuple[mmap.mmap, Touched]]:
    """A GiB of shared memory that has no pages yet, and how many bytes of it have been touched since.

    Reading a page of a hole in tmpfs through a mapping makes the page, and only that: so the file's blocks are what
    was read.
    """
    with tempfile.TemporaryFile(dir=SHM) as file:
        file.truncate(GIB)
        memory = mmap.mmap(file.fileno(), GIB, prot=mmap.PROT_READ)
        yield memory, lambda: os.fstat(file.fileno()).st_blocks * 512
        memory.close()


def test_the_kernel_counts(hole: tuple[mmap.mmap, Touched]) -> None:
    memory, touched = hole
    assert touched() == 0
    assert memory[0] == memory[1] == memory[5 * MIB] == 0
    assert touched() == 2 * mmap.PAGESIZE


SHAPES: dict[str, Callable[[Any], Any]] = {
    "flat": lambda memory: np.ndarray(GIB // 8, "f8", memory),
    "bytes": lambda memory: np.ndarray(GIB, "u1", memory),
    "strided": lambda memory: np.ndarray(GIB // 8, "f8", memory)[::1000],
    "backwards": lambda memory: np.ndarray(GIB // 8, "f8", memory)[::-1],
    "matrix": lambda memory: np.ndarray((8192, 16384), "f8", memory),
    "fortran": lambda memory: np.ndarray((8192, 16384), "f8", memory, order="F"),
    "columns": lambda memory: np.ndarray((8192, 16384), "f8", memory)[:, ::512],
    "long matrix": lambda memory: np.ndarray((64, GIB // 64), "u1", memory)[:, : 1 << 14],
    "wide matrix": lambda memory: np.ndarray((GIB // 8 // 16, 16), "f8", memory),
    "photograph": lambda memory: np.ndarray((15000, 20000, 3), "u1", memory),
    "planar photograph": lambda memory: np.ndarray((3, 15000, 20000), "u1", memory).transpose(1, 2, 0),
    "cube": lambda memory: np.ndarray((512, 512, 512), "f8", memory),
    "transposed cube": lambda memory: np.ndarray((512, 512, 512), "f8", memory).transpose(1, 2, 0)[::2, ::3],
    "field": lambda memory: np.ndarray(GIB // 13, [("a", "i1"), ("b", "f8"), ("c", "i4")], memory)["b"],
    "far field": lambda memory: np.ndarray((100, 100), [("a", "f8"), ("b", "V90000")], memory)["a"],
    "complex": lambda memory: np.ndarray(GIB // 16, "c16", memory, 0),
    "unaligned": lambda memory: np.ndarray(GIB // 16 - 1, "c16", memory, 3),
    "times": lambda memory: np.ndarray(GIB // 8, "M8[ns]", memory),
    "many dimensions": lambda memory: np.ndarray((2,) * 27, "f8", memory).transpose(),
    "repeated": lambda memory: np.broadcast_to(np.ndarray(GIB // 8, "f8", memory), (1000, GIB // 8)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_picture_of_a_gigabyte_touches_no_more_than_a_mebibyte(shape: str, hole: tuple[mmap.mmap, Touched]) -> None:
    memory, touched = hole
    array = SHAPES[shape](memory)
    budget = _sample.Budget(MIB // mmap.PAGESIZE, MIB // mmap.PAGESIZE)
    _sample.ends(array, budget)
    drawn = picture(array, budget)
    cost = touched()
    assert cost <= MIB
    assert cost <= MIB - budget.left * mmap.PAGESIZE, "it costs no more than it says"
    assert cost >= MIB // 4, "and it uses what it may"
    assert drawn is not None
    assert drawn.html
    del array


def test_budgets_are_what_the_module_says() -> None:
    assert _look_html._ARRAY_PAGES * _sample.PAGE == MIB
    assert _look_html._TOTAL_PAGES * _sample.PAGE == 8 * MIB


def test_a_page_of_large_arrays_touches_no_more_than_eight_mebibytes(hole: tuple[mmap.mmap, Touched]) -> None:
    memory, touched = hole
    budget = _sample.Budget(_look_html._ARRAY_PAGES, _look_html._TOTAL_PAGES)
    pictures = []
    no_attributes: Any = {}
    for start in range(0, GIB, GIB // 64):
        array = np.ndarray(GIB // 64 // 8, "f8", memory, start)
        pictures.append("<svg" in _look_html._array(array, "x", no_attributes, budget, False))
    assert touched() <= 8 * MIB
    assert sum(pictures) >= 8
    assert not all(pictures)
    del array


def test_strings_as_large_as_the_budget_are_not_read(hole: tuple[mmap.mmap, Touched]) -> None:
    memory, touched = hole
    array = np.ndarray(8, f"S{GIB // 8}", memory)
    budget = _sample.Budget(MIB // mmap.PAGESIZE, MIB // mmap.PAGESIZE)
    assert _sample.ends(array, budget) == ([], [])
    assert touched() == 0
    del array


@pytest.mark.parametrize("array", [np.arange(1000), np.arange(1000.0)[::-3], np.float32(3), np.ones((2, 0, 3)), "b"])
def test_small_arrays_are_sampled_whole(array: Any) -> None:
    array = np.asarray(array)
    if array.size:
        sample = _sample.values(array, _sample.Budget(100, 100))
        assert sorted(sample.tolist()) == sorted(array.ravel().tolist())


def test_a_sample_comes_from_all_over() -> None:
    array = np.arange(1 << 22)
    sample = _sample.values(array, _sample.Budget(64, 64))
    assert sample.min() == 0
    assert sample.max() == array[-1]
    assert 10_000 < sample.size < 20_000
    assert np.histogram(sample, 8, (0, array.size))[0].min() > 1000


def test_a_spent_budget_gives_nothing() -> None:
    budget = _sample.Budget(100, 1)
    assert _sample.values(np.arange(1 << 20), budget).size == 0
    assert _sample.pixels(np.zeros((2000, 2000)), budget) is None
    assert picture(np.zeros((2000, 2000)), budget) is None

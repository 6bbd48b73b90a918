# SPDX-License-Identifier: MIT
"""Arrays as Arrow columns: pyarrow reads them, over the same memory where Arrow has the type."""

from __future__ import annotations

import gc
from typing import Any

import cute_shm
import numpy as np
import pyarrow as pa
import pytest
from cute_shm import _core

NUMBERS = ["i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f2", "f4", "f8"]


def address(array: np.ndarray[Any, Any]) -> int:
    begin: int = array.__array_interface__["data"][0]
    return begin


@pytest.mark.parametrize("dtype", NUMBERS)
def test_numbers_are_the_same_memory(name: str, dtype: str) -> None:
    given = np.arange(100).astype(dtype)
    with cute_shm.create(name, {"a": given}) as project:
        array = project["a"]
        column = pa.array(array)
        assert column.to_numpy(zero_copy_only=True).tolist() == given.tolist()
        assert column.buffers()[1].address == address(array)
        assert column.null_count == 0


def test_a_column_keeps_the_memory_mapped(name: str) -> None:
    with cute_shm.create(name, {"a": np.arange(1000.0)}) as project:
        column = pa.array(project["a"][10:])
    gc.collect()
    assert _core.cshm_live_handles() > 0
    assert column[0].as_py() == 10
    assert pa.compute.sum(column).as_py() == sum(range(10, 1000))
    del column
    gc.collect()
    assert _core.cshm_live_handles() == 0


def test_capsules_that_nobody_takes_leave_nothing(name: str) -> None:
    with cute_shm.create(name, {"a": np.arange(10.0), "s": np.zeros(3, [("x", "i4"), ("y", "f8")])}) as project:
        for path in project:
            project[path].__arrow_c_array__()
    gc.collect()
    assert _core.cshm_live_handles() == 0


@pytest.mark.parametrize(
    ("given", "type_", "values"),
    [
        (np.array([True, False, True]), pa.bool_(), [True, False, True]),
        (np.array([1, 2, 3], ">i4"), pa.int32(), [1, 2, 3]),
        (np.arange(12.0).reshape(3, 4)[:, 1], pa.float64(), [1.0, 5.0, 9.0]),
        (np.array([b"ab", b"c"]), pa.binary(2), [b"ab", b"c\0"]),
        (np.array(["äö", "", "𝄞"]), pa.large_string(), ["äö", "", "𝄞"]),
        (np.array([], "f4"), pa.float32(), []),
        (np.array([(1, 2.5), (3, 4.5)], [("x", "i4"), ("y", "f8")]), None, [{"x": 1, "y": 2.5}, {"x": 3, "y": 4.5}]),
    ],
)
def test_other_types(name: str, given: np.ndarray[Any, Any], type_: Any, values: list[Any]) -> None:
    with cute_shm.create(name, {"a": given}) as project:
        column = pa.array(project["a"])
        column.validate(full=True)
        assert type_ is None or column.type == type_
        assert column.to_pylist() == values


def test_times_are_the_same_memory_and_nat_is_null(name: str) -> None:
    given = np.array(["2026-11-22T12:00:00", "NaT"], "M8[ms]")
    with cute_shm.create(name, {"t": given, "d": np.array([5, -5], "m8[us]"), "day": given.astype("M8[D]")}) as project:
        times = pa.array(project["t"])
        assert (times.type, times.null_count) == (pa.timestamp("ms"), 1)
        assert times.buffers()[1].address == address(project["t"])
        assert times.to_pylist() == given.tolist()
        assert pa.array(project["d"]).type == pa.duration("us")
        assert pa.array(project["d"]).to_numpy(False).tolist() == project["d"].tolist()
        assert pa.array(project["day"]).cast(pa.date32()).to_pylist() == given.astype("M8[D]").tolist()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (np.zeros((2, 2)), r"array 'a' has 2 dimensions.*ravel"),
        (np.float64(1), "array 'a' has 0 dimensions"),
        (np.zeros(2, "c16"), "complex128, which Arrow does not have"),
        (np.zeros(2, "M8[25s]"), r"M8\[25s\].*astype|datetime64\[25s\].*astype"),
        (np.zeros(2, [("z", "c8")]), "field 'z' of array 'a' is of dtype complex64"),
    ],
)
def test_what_arrow_does_not_have_is_refused_in_words(name: str, given: Any, words: str) -> None:
    with cute_shm.create(name, {"a": given}) as project, pytest.raises(cute_shm.BadTypeError, match=words):
        project["a"].__arrow_c_array__()


def test_a_copy_is_a_column_of_its_own(name: str) -> None:
    with cute_shm.create(name, {"a": np.arange(3)}) as project:
        assert pa.array(project["a"][::2]).to_pylist() == [0, 2]

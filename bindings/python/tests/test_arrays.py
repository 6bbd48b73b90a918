# SPDX-License-Identifier: MIT
"""Arrays: what is put in comes out, without a copy, and lives as long as it is held."""

from __future__ import annotations

import gc
from typing import Any

import cute_shm
import numpy as np
import pytest
from cute_shm import _core
from numpy.typing import NDArray

SIMPLE = "?bBhHiIlLefdFD"
DTYPES = [
    *(np.dtype(order + code) for code in SIMPLE for order in "<>"),
    *(np.dtype(text) for text in ("S1", "S7", "<U1", ">U5", "V3", "V16")),
    *(np.dtype(f"{order}{kind}8[{unit}]") for order in "<>" for kind in "Mm" for unit in ("Y", "D", "s", "ns", "25s")),
    np.dtype("<m8"),
    np.dtype([("x", "<f8"), ("n", ">i4"), ("ok", "?")]),
    np.dtype([("a", "u1"), ("b", "<f8")], align=True),
    np.dtype({"names": ["x", "y"], "formats": ["<i2", "<f4"], "offsets": [3, 9], "itemsize": 20}),
    np.dtype([("v", "<f4", (2, 3)), ("p", [("q", "<c8"), ("r", [("s", "S3")], (2,))])]),
    np.dtype([("é 日本", "<f8"), ('q"\\', "<M8[ms]"), ("U", ">U2"), ("raw", "V3")]),
]
SHAPES = [(), (1,), (7,), (0,), (0, 5), (3, 4), (2, 3, 4), (1, 5, 1)]


def sample(dtype: np.dtype[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """Random bytes that are valid for the dtype."""
    random = np.random.default_rng(len(shape) + dtype.itemsize)
    array: NDArray[Any] = np.zeros(shape, dtype)
    fill(array, random)
    return array


def fill(array: NDArray[Any], random: np.random.Generator) -> None:
    if array.dtype.names is not None:
        for name in array.dtype.names:
            fill(array[name], random)
    elif array.dtype.kind == "U":
        array[...] = random.choice(["a", "é", "日本語", "😀", ""], array.shape)
    elif array.dtype.kind == "b":
        array[...] = random.integers(0, 2, array.shape)
    elif array.dtype.kind == "V":
        array[...] = np.void(random.bytes(array.dtype.itemsize))
    else:
        count = array.size * array.dtype.itemsize
        array[...] = np.frombuffer(random.bytes(count), array.dtype).reshape(array.shape) if count else array


def same_bytes(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Equal bit by bit, padding aside."""
    if a.dtype.names is not None:
        return all(same_bytes(a[name], b[name]) for name in a.dtype.names)
    return a.shape == b.shape and a.tobytes() == b.tobytes()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_dtype_comes_back_in_both_orders_and_all_shapes(name: str, dtype: np.dtype[Any]) -> None:
    arrays = {str(shape): sample(dtype, shape) for shape in SHAPES}
    fortran = {f"F{shape}": np.asfortranarray(array) for shape, array in arrays.items() if shape}
    cute_shm.create(name, {"c": arrays, "f": fortran}).close()
    with cute_shm.open(name) as project:
        for key, array in {**arrays, **fortran}.items():
            found = project["f" if key.startswith("F") else "c"][key]
            assert type(found) is cute_shm.Array
            assert found.dtype == dtype
            assert found.shape == array.shape
            assert same_bytes(found, array), key
            if array.size:
                assert found.strides == array.strides


def test_64_dimensions(name: str) -> None:
    most = 64 if int(np.__version__.split(".", maxsplit=1)[0]) >= 2 else 32
    array = np.arange(12.0).reshape((3, *([1] * (most - 2)), 4))
    with cute_shm.create(name, {"deep": array, "f": np.asfortranarray(array)}) as project:
        assert project["deep"].shape == array.shape
        assert np.array_equal(project["f"], array)


def test_an_array_is_a_view_of_shared_memory(name: str) -> None:
    cute_shm.create(name, {"a": np.arange(10)}).close()
    with cute_shm.open(name) as first, cute_shm.open(name) as second, cute_shm.open(name, "r+") as writer:
        a = first["a"]
        assert not a.flags.owndata
        assert isinstance(a.base, _core.Memory)
        assert np.shares_memory(a, second["a"]), "two opens of one process share one mapping"
        writer["a"][3] = 42
        assert a[3] == 42


def test_read_only_arrays_refuse_writes(name: str) -> None:
    with cute_shm.create(name, {"a": np.arange(3)}) as project:
        a = project["a"]
        assert not a.flags.writeable
        with pytest.raises(ValueError, match="read-only"):
            a[0] = 1
        with pytest.raises(ValueError, match="WRITEABLE"):
            a.flags.writeable = True


def test_private_arrays_are_written_for_oneself(name: str) -> None:
    cute_shm.create(name, {"a": np.arange(3)}).close()
    with cute_shm.open(name, "c") as private, cute_shm.open(name) as reader:
        private["a"][0] = 99
        assert private["a"][0] == 99
        assert reader["a"][0] == 0


def test_big_arrays_are_written_whole(name: str) -> None:
    array = np.random.default_rng(1).integers(0, 255, (130 << 20) + 5, dtype="u1")
    with cute_shm.create(name, {"a": array}) as project:
        assert np.array_equal(project["a"], array)


def test_what_is_not_contiguous_is_copied_to_c_order(name: str) -> None:
    array = np.arange(24).reshape(4, 6)
    parts = {"columns": array[:, ::2], "backwards": array[::-1], "swapped": np.moveaxis(array.reshape(2, 3, 4), 1, 0)}
    with cute_shm.create(name, parts) as project:
        for key, part in parts.items():
            assert project[key].flags.c_contiguous
            assert np.array_equal(project[key], part)


def test_padding_of_a_copied_record_is_zero(name: str) -> None:
    dtype = np.dtype({"names": ["x"], "formats": ["u1"], "offsets": [3], "itemsize": 8})
    dirty = np.frombuffer(b"\xff" * 64, dtype)[::2]
    with cute_shm.create(name, {"a": dirty}) as project:
        assert project["a"].tobytes() == b"\0\0\0\xff\0\0\0\0" * 4


def test_a_copied_array_keeps_its_byte_order_even_where_numpy_would_not(name: str) -> None:
    array = np.arange(8).astype(">i8").view(">m8")[::2]
    assert np.zeros(1, array.dtype).dtype != array.dtype  # else this test has lost its point
    with cute_shm.create(name, {"a": array}) as project:
        assert project["a"].dtype == array.dtype
        assert np.array_equal(project["a"].view(">i8"), [0, 2, 4, 6])


def test_arrays_outlive_their_project(name: str) -> None:
    expected = np.arange(1000.0)
    project = cute_shm.create(name, {"b": {"a": expected}})
    array = project["b/a"]
    part = project["b"]["a"][10:20]
    group = project["b"]
    project.close()
    cute_shm.unlink(name)
    del project
    gc.collect()
    assert np.array_equal(array, expected)
    assert np.array_equal(group["a"], expected)
    del array, group
    gc.collect()
    assert np.array_equal(part, expected[10:20])
    assert _core.cshm_live_handles() == 1
    del part
    assert _core.cshm_live_handles() == 0


def test_an_overwritten_project_stays_whole_for_its_readers(name: str) -> None:
    cute_shm.create(name, {"a": np.zeros(100)}).close()
    with cute_shm.open(name) as old:
        array = old["a"]
        assert old.is_current
        cute_shm.create(name, {"a": np.ones(5)}, overwrite=True).close()
        assert not old.is_current
        assert np.array_equal(array, np.zeros(100))
        with cute_shm.open(name) as new:
            assert new.generation != old.generation
            assert np.array_equal(new["a"], np.ones(5))


def test_the_memory_is_a_buffer(name: str) -> None:
    with cute_shm.create(name, {"a": np.arange(3, dtype="u1")}) as project:
        memory = memoryview(project["a"].base)
        assert memory.readonly
        assert memory.nbytes == project.nbytes
        offset = next(project._rows(deep=True)).offset
        assert bytes(memory[offset : offset + 3]) == b"\0\1\2"
        assert offset % 64 == 0

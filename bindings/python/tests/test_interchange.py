# SPDX-License-Identifier: MIT
"""Arrays as other libraries take them: the buffer protocol, __array__, DLPack; and what a project can be made from."""

from __future__ import annotations

import ctypes
from typing import Any, ClassVar

import cute_shm
import h5py
import numpy as np
import pandas as pd
import pytest
from cute_shm import _core

# ---- out


def test_the_buffer_protocol(name: str) -> None:
    cute_shm.create(name, {"a": np.arange(6, dtype="<i4").reshape(2, 3)}).close()
    with cute_shm.open(name) as reader, cute_shm.open(name, "r+") as writer:
        view = memoryview(reader["a"])
        assert (view.readonly, view.format, view.shape, view.strides) == (True, "i", (2, 3), (12, 4))
        writable = memoryview(writer["a"])
        assert not writable.readonly
        writable[1, 2] = 9
        assert view[1, 2] == 9
        with pytest.raises(TypeError):
            (ctypes.c_char * 4).from_buffer(reader["a"])
    assert bytes(view) == np.array([0, 1, 2, 3, 4, 9], "<i4").tobytes()
    del view, writable
    assert _core.cshm_live_handles() == 0


def test_array(name: str) -> None:
    with cute_shm.create(name, {"a": np.arange(3)}) as project:
        plain = project["a"].__array__()
        assert type(np.asarray(project["a"])) is np.ndarray
        assert np.shares_memory(plain, project["a"])
        assert np.asarray(project["a"], "f4").dtype == np.float32


class Managed(ctypes.Structure):
    """DLManagedTensorVersioned of DLPack 1.0, as far as it is looked at."""

    _fields_: ClassVar = [
        ("major", ctypes.c_uint32),
        ("minor", ctypes.c_uint32),
        ("manager", ctypes.c_void_p),
        ("deleter", ctypes.c_void_p),
        ("flags", ctypes.c_uint64),
        ("data", ctypes.c_void_p),
    ]


READ_ONLY = 1


def managed(capsule: object) -> Managed:
    """What a versioned DLPack capsule holds; borrowed from it."""
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return Managed.from_address(pointer(capsule, b"dltensor_versioned"))


def test_dlpack_carries_the_read_only_flag(name: str) -> None:
    cute_shm.create(name, {"a": np.arange(12.0).reshape(3, 4)}).close()
    with cute_shm.open(name) as reader, cute_shm.open(name, "r+") as writer:
        for project, flag in ((reader, READ_ONLY), (writer, 0)):
            array = project["a"]
            assert array.__dlpack_device__() == (1, 0), "the CPU"
            capsule = array.__dlpack__(max_version=(1, 0))
            tensor = managed(capsule)
            assert tensor.major == 1
            assert tensor.flags & READ_ONLY == flag
            assert tensor.data == array.__array_interface__["data"][0]
            taken = np.from_dlpack(array)
            assert taken.flags.writeable is (not flag)
            assert np.shares_memory(taken, array)
            assert np.shares_memory(np.from_dlpack(array[1:].T), array)


def test_dlpack_without_the_flag_is_refused_for_what_is_read_only(name: str) -> None:
    """Consumers older than DLPack 1.0 could write into what they were given."""
    cute_shm.create(name, {"a": np.arange(3.0)}).close()
    with cute_shm.open(name) as reader, cute_shm.open(name, "r+") as writer:
        with pytest.raises(BufferError, match=r"'a'.*'r\+'.*copy"):
            reader["a"].__dlpack__()
        assert "dltensor" in repr(writer["a"].__dlpack__())


def test_dlpack_keeps_the_memory(name: str) -> None:
    with cute_shm.create(name, {"a": np.arange(3.0)}) as project:
        taken = np.from_dlpack(project["a"])
    cute_shm.unlink(name)
    assert taken.tolist() == [0, 1, 2]
    del taken
    assert _core.cshm_live_handles() == 0


# ---- in


class OnlyDlpack:
    """A tensor as other libraries have them."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __dlpack__(self, **options: Any) -> Any:
        return self._array.__dlpack__(**options)

    def __dlpack_device__(self) -> Any:
        return self._array.__dlpack_device__()


class OnlyArray:
    """What knows how to become an array."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.arange(4, dtype=dtype)


class OnAnotherDevice(OnlyDlpack):
    def __dlpack_device__(self) -> Any:
        return (2, 0)

    def __dlpack__(self, **options: Any) -> Any:
        raise BufferError("this memory is on a GPU")


def test_a_project_is_made_from_whatever_holds_an_array(name: str, tmp_path: Any) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["d"] = np.arange(4)
        tree = {
            "array": OnlyArray(),
            "dlpack": OnlyDlpack(np.arange(4)),
            "bytearray": bytearray(b"\0\1\2\3"),
            "memoryview": np.arange(4).data,
            "series": pd.Series([0, 1, 2, 3]),
            "list": [0, 1, 2, 3],
            "dataset": file["d"],
            "file": file,
        }
        with cute_shm.create(name, tree) as project:
            for path in (*list(tree)[:-1], "file/d"):
                assert project[path].tolist() == [0, 1, 2, 3], path


def test_a_tensor_on_another_device_is_refused_by_its_path(name: str) -> None:
    with pytest.raises(cute_shm.BadTypeError, match="'b/x': this memory is on a GPU"):
        cute_shm.create(name, {"b": {"x": OnAnotherDevice(np.zeros(1))}})


ARRAYS = {
    "c": np.arange(24).reshape(2, 3, 4),
    "f": np.asfortranarray(np.arange(24).reshape(2, 3, 4)),
    "scattered": np.arange(48).reshape(2, 3, 8)[:, :, ::2],
    "moved": np.moveaxis(np.arange(24).reshape(2, 3, 4), 0, 1),
    "scalar": np.array(3),
    "line": np.arange(5)[::-1],
    "none": np.zeros((0, 3), order="F"),
    "when": np.array([["2024-02-29", "NaT"]] * 2, "M8[D]").T,
}


@pytest.mark.parametrize("order", ["keep", "C", "F"])
def test_order(name: str, order: cute_shm.Order) -> None:
    with cute_shm.create(name, ARRAYS, order=order) as project:
        for path, array in ARRAYS.items():
            found = project[path]
            np.testing.assert_array_equal(found, array)
            fortran = order == "F" or (order == "keep" and array.flags.f_contiguous and not array.flags.c_contiguous)
            assert found.flags.f_contiguous if fortran else found.flags.c_contiguous, path


def test_an_order_that_there_is_not(name: str) -> None:
    with pytest.raises(ValueError, match="use 'keep', 'C'") as caught:
        cute_shm.create(name, ARRAYS, order="A")  # type: ignore[arg-type]
    assert isinstance(caught.value, cute_shm.Error)

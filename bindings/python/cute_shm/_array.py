# SPDX-License-Identifier: MIT
"""Arrays of shared memory: what there is to know about one, and the numpy view of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from . import _core
from ._attributes import Attributes
from ._dtypes import DTYPES

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


class Row(NamedTuple):
    """A node as the C side gives it; a group has no more than the first five."""

    path: str
    kind: int
    number: int
    end: int
    attribute_count: int
    dtype: str
    shape: tuple[int, ...]
    order: Literal["C", "F"]
    offset: int
    nbytes: int


class Array:
    """What there is to know about one array, its attributes among it. `data` is the array itself.

    Attributes:
        path: from the root, such as ``"b/b1"``.
        shape: element counts, one for each dimension; ``()`` for a scalar.
        dtype: the numpy dtype of an element.
        dtype_string: the same as the C library writes it, such as ``"<f8"``.
        order: ``"C"`` or ``"F"``: how the elements lie in memory.
        offset: bytes from the beginning of the segment.
        nbytes: bytes of data.
    """

    __slots__ = ("_memory", "_row")

    def __init__(self, memory: _core.Memory, row: Row) -> None:
        self._memory = memory
        self._row = row

    @property
    def path(self) -> str:
        return self._row.path

    @property
    def name(self) -> str:
        """The last part of `path`."""
        return self._row.path.rpartition("/")[2]

    @property
    def shape(self) -> tuple[int, ...]:
        return self._row.shape

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        size = 1
        for length in self.shape:
            size *= length
        return size

    @property
    def dtype(self) -> np.dtype[Any]:
        return DTYPES[self.dtype_string]

    @property
    def dtype_string(self) -> str:
        return self._row.dtype

    @property
    def order(self) -> Literal["C", "F"]:
        return self._row.order

    @property
    def offset(self) -> int:
        return self._row.offset

    @property
    def nbytes(self) -> int:
        return self._row.nbytes

    @property
    def attrs(self) -> Attributes:
        """The attributes of this array."""
        return Attributes(self._memory, self._row.number, self._row.attribute_count)

    @property
    def data(self) -> NDArray[Any]:
        """The array: a view of the shared memory, which it keeps mapped. No copy."""
        return view(self._memory, self._row)

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        data = self.data
        if dtype is not None and np.dtype(dtype) != data.dtype:
            if copy is False:
                raise ValueError(f"{self.path!r} cannot become {np.dtype(dtype)} without a copy")
            return data.astype(dtype)
        return data.copy(order="K") if copy else data

    def __repr__(self) -> str:
        return f"<cute_shm.Array {self.path!r}: {summary(self._row)}>"


def view(memory: _core.Memory, row: Row) -> NDArray[Any]:
    """The array of a row: a view of the memory, which is its base."""
    buffer: Any = memory  # numpy's stubs name the buffers they know
    array: NDArray[Any] = np.ndarray(row.shape, DTYPES[row.dtype], buffer, row.offset, None, row.order)
    return array


def summary(row: Row) -> str:
    """Shape and dtype, for a repr."""
    return f"{row.shape} {DTYPES[row.dtype]}"

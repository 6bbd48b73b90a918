# SPDX-License-Identifier: MIT
"""Attributes: small typed values on groups and arrays, in h5py's manner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._dtypes import DTYPES, to_string
from ._errors import BadTypeError, NodeNotFoundError, NotFoundError

if TYPE_CHECKING:
    from numpy.typing import NDArray


_MARK = "cute_shm."
_OFFSETS = "cute_shm.offsets@"
_SHAPE = "cute_shm.shape@"
_VALUES = "cute_shm.values@"


class Attributes(Mapping[str, Any]):
    """The attributes of a group or an array: a read-only mapping, in the order they were added.

    A string is a `str`, a number a numpy scalar, everything else a `numpy.ndarray` of its own (a copy); sequences of
    different lengths are Python objects in it. What tells of other attributes (``cute_shm.offsets@NAME`` and the
    like, docs/hdf5.md) is not listed, but there for those who ask.
    """

    __slots__ = ("_count", "_memory", "_node")

    def __init__(self, memory: _core.Memory, node: int, count: int) -> None:
        self._memory = memory
        self._node = node
        self._count = count

    def array(self, name: str) -> NDArray[Any]:
        """An attribute as an array of exactly its dtype, with no dimensions for a single value (a copy).

        Raises:
            NodeNotFoundError: no such attribute (a KeyError, too).
        """
        if not isinstance(name, str):
            raise NodeNotFoundError(f"an attribute's name is a str, not {name!r}")
        try:
            _, dtype, shape, data = _core.cshm_attribute_find(self._memory.attachment, self._node, name)
        except NotFoundError as error:
            raise NodeNotFoundError(str(error)) from None
        value: NDArray[Any] = np.ndarray(shape, DTYPES[dtype], bytearray(data) or None)
        return value

    def __getitem__(self, name: str) -> Any:
        array, about = self.array(name), self._about
        if any(other.partition(":")[0] == _VALUES + name for other in about):
            array = self._whole(name, "", array, about)
        if array.ndim:
            return self._sequences(name, array, about) if f"{_OFFSETS}{name}" in about else array
        return str(array[()]) if array.dtype.kind == "U" else array[()]

    def _sequences(self, name: str, values: NDArray[Any], about: set[str]) -> NDArray[Any]:
        """Sequences of different lengths, cut out of all their values."""
        offsets = self.array(_OFFSETS + name)
        sequences = _cut(values, np.stack([offsets[:-1], offsets[1:]], -1))
        return sequences.reshape(self.array(_SHAPE + name)) if _SHAPE + name in about else sequences

    def _whole(self, name: str, path: str, array: NDArray[Any], about: set[str]) -> NDArray[Any]:
        """The elements at a path within an attribute, with the sequences in them in place of where they are."""
        if array.dtype.names is not None:
            columns = {
                field: self._whole(name, _joined(path, field), array[field], about) for field in array.dtype.names
            }
            dtype = [(field, column.dtype, column.shape[array.ndim :]) for field, column in columns.items()]
            whole = np.empty(array.shape, dtype)
            for field, column in columns.items():
                whole[field] = column
            return whole
        where = f"{_VALUES}{name}:{path}" if path else _VALUES + name
        if where not in about or array.shape[-1:] != (2,):
            return array
        items = self.array(where)
        below = path if items.dtype.names is not None else _joined(path, "values")
        return _cut(self._whole(name, below, items, about), array)

    def _names(self) -> Iterator[str]:
        for index in range(self._count):
            yield _core.cshm_attribute_at(self._memory.attachment, self._node, index)[0]

    @property
    def _about(self) -> set[str]:
        """Those that tell of other attributes."""
        return {name for name in self._names() if name.startswith(_MARK) and "@" in name}

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._names() if not (name.startswith(_MARK) and "@" in name))

    def __len__(self) -> int:
        return self._count - len(self._about)

    def __repr__(self) -> str:
        return f"<cute_shm.Attributes {dict(self)!r}>"


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _cut(values: NDArray[Any], pairs: NDArray[np.int64]) -> NDArray[Any]:
    """Sequences of different lengths: where each begins and ends in all their values, is in the last dimension."""
    sequences = np.empty(pairs.shape[:-1], object)
    for index in np.ndindex(sequences.shape):
        begin, end = pairs[index]
        sequences[index] = values[begin:end]
    return sequences


def encode(value: Any, where: str) -> tuple[str, tuple[int, ...], bytes]:
    """An attribute's value as the C library takes it: dtype string, shape, and bytes in C order.

    Args:
        value: a str, bytes, bool, number or array-like of these.
        where: path and name, for the message.

    Raises:
        BadTypeError: it cannot be shared.
    """
    if isinstance(value, (str, bytes)) and value[-1:] in ("\0", b"\0"):
        # numpy's strings are padded with NULs, so that these would be lost.
        raise BadTypeError(f"{where}: {value!r} ends in NUL, which strings here cannot keep: use a uint8 array")
    try:
        array = np.asarray(value)
        return to_string(array.dtype), array.shape, array.tobytes()
    except (TypeError, ValueError) as error:
        raise BadTypeError(f"{where}: {error}") from error

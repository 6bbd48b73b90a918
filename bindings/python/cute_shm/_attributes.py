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


class Attributes(Mapping[str, Any]):
    """The attributes of a group or an array: a read-only mapping, in the order they were added.

    A string is a `str`, a number a numpy scalar, everything else a `numpy.ndarray` of its own (a copy); sequences of
    different lengths are an array of Python objects. What tells of other attributes (``cute_shm.offsets@NAME`` and the
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
        array = self.array(name)
        if array.ndim:
            return self._sequences(name, array) if f"{_OFFSETS}{name}" in self._about else array
        return str(array[()]) if array.dtype.kind == "U" else array[()]

    def _sequences(self, name: str, values: NDArray[Any]) -> NDArray[Any]:
        """Sequences of different lengths, cut out of all their values."""
        offsets = self.array(_OFFSETS + name)
        sequences = np.empty(len(offsets) - 1, object)
        for number in range(len(sequences)):
            sequences[number] = values[offsets[number] : offsets[number + 1]]
        return sequences.reshape(self.array(_SHAPE + name)) if _SHAPE + name in self._about else sequences

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

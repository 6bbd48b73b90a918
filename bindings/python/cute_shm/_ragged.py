# SPDX-License-Identifier: MIT
"""Ragged arrays: arrays of strings, or of sequences of different lengths.

In shared memory one is a group with two members: element i is ``values[offsets[i]:offsets[i + 1]]`` (docs/format.md).
The values of sequences may be a ragged array, or records, themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

import numpy as np

from . import _core
from ._array import Array, Row, array_of
from ._attributes import Attributes
from ._errors import BadTypeError, CorruptError, NotFoundError

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    from ._records import Records

    Column: TypeAlias = "Array | Ragged | Records"

Kind = Literal["utf8", "bytes", "sequence"]
KIND_ATTRIBUTE = "cute_shm.ragged"
SHAPE_ATTRIBUTE = "cute_shm.shape"
_KINDS = ("utf8", "bytes", "sequence")


class Ragged:
    """An array of strings, of bytes, or of sequences of different lengths, over shared memory.

    It is indexed as a numpy array is. A single element is a `str`, `bytes`, or an array over the shared memory (no
    copy); several are a `numpy.ndarray` of Python objects, made for the call. ``numpy.asarray`` makes one of all.
    Pickled, it is its address.

    Attributes:
        path: where it is in its project.
        kind: ``"utf8"``, ``"bytes"`` or ``"sequence"``.
        shape: element counts, one for each dimension.
        offsets: shape ``(size + 1,)``, int64: where in `values` the elements begin and end, in C order.
        values: all elements, one after the other: bytes of the strings, or items of the sequences; these are an array,
            or `Ragged` or `Records` in their turn.
    """

    __slots__ = ("_memory", "_row", "kind", "offsets", "shape", "values")

    def __init__(
        self, memory: _core.Memory, row: Row, kind: Kind, shape: tuple[int, ...], offsets: Array, values: Column
    ) -> None:
        """Made by `ragged_of`, which checks."""
        self._memory = memory
        self._row = row
        self.kind = kind
        self.shape = shape
        self.offsets = offsets
        self.values = values

    @property
    def path(self) -> str:
        """Where it is in its project, such as ``"b/names"``."""
        return self._row.path

    @property
    def name(self) -> str:
        """The last part of `path`."""
        return self._row.name

    @property
    def attrs(self) -> Attributes:
        """Its attributes."""
        return _OwnAttributes(self._memory, self._row.number, self._row.attribute_count)

    @property
    def ndim(self) -> int:
        """Number of dimensions."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return len(self.offsets) - 1

    @property
    def nbytes(self) -> int:
        """Bytes of shared memory: offsets and values."""
        return self.offsets.nbytes + self.values.nbytes

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of what several elements are: Python objects."""
        return np.dtype(object)

    def check(self) -> None:
        """Goes through all offsets.

        Raises:
            CorruptError: they do not increase.
        """
        if self.size and not (np.diff(self.offsets) >= 0).all():
            raise CorruptError(f"ragged array {self.path!r} is damaged: its offsets do not increase; write it again")

    # ---- elements

    def _element(self, number: int) -> Any:
        values: Any = self.values[int(self.offsets[number]) : int(self.offsets[number + 1])]
        if self.kind == "sequence":
            return values
        return values.tobytes().decode("utf-8", "surrogateescape") if self.kind == "utf8" else values.tobytes()

    def _elements(self, numbers: NDArray[np.intp]) -> NDArray[Any]:
        elements = np.empty(numbers.size, object)
        for place, number in enumerate(numbers.flat):
            elements[place] = self._element(int(number))
        return elements.reshape(numbers.shape)

    def __getitem__(self, index: Any) -> Any:
        if self.ndim == 1 and isinstance(index, (int, np.integer)):
            number = int(index)
            if not -self.size <= number < self.size:
                raise IndexError(f"index {number} is out of bounds for {self.path!r} of {self.size} elements")
            return self._element(number % self.size)
        numbers = np.arange(self.size).reshape(self.shape)[index]
        return self._elements(numbers) if isinstance(numbers, np.ndarray) else self._element(int(numbers))

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(len(self)))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError(f"{self.path!r} has no dimensions, and so no length")
        return self.shape[0]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError(f"{self.path!r} cannot become an array without a copy: use its offsets and values")
        array = self._elements(np.arange(self.size).reshape(self.shape))
        return array if dtype is None else array.astype(dtype)

    def tolist(self) -> list[Any]:
        """All elements, in nested lists."""
        return cast("list[Any]", self[...].tolist())

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """An Arrow array of large strings, large binaries or large lists, over the shared memory (no copy).

        Raises:
            BadTypeError: it has more than one dimension.
            CorruptError: its offsets do not increase.
        """
        from ._arrow import capsules, ragged_column  # noqa: PLC0415  few need it

        return capsules(ragged_column(self))

    def __reduce__(self) -> Any:
        from ._address import reduce_group  # noqa: PLC0415  which needs what needs this

        return reduce_group(self._memory, self._row.path)

    def __repr__(self) -> str:
        return f"<cute_shm.Ragged {self.path!r}: {self.shape} {self.kind}>"

    def _repr_html_(self) -> str:
        from ._look_html import ragged_html  # noqa: PLC0415  for notebooks

        return ragged_html(self)


class _OwnAttributes(Attributes):
    """The attributes of a group but for those that make it a ragged array."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        return (name for name in super().__iter__() if name not in (KIND_ATTRIBUTE, SHAPE_ATTRIBUTE))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def ragged_of(memory: _core.Memory, row: Row) -> Ragged | Records | None:
    """The ragged array, or the records, that a group is, or None where it is just a group.

    What an element is cut out by is checked: a group that calls itself ragged, and is not made so, is just a group.
    """
    if row.attribute_count < 2 or row.end < row.number + 2:
        return None
    attributes = Attributes(memory, row.number, row.attribute_count)
    try:
        kind = attributes[KIND_ATTRIBUTE]
        shape = tuple(int(length) for length in np.atleast_1d(attributes.array(SHAPE_ATTRIBUTE)))
    except (NotFoundError, TypeError, ValueError):
        return None
    if min(shape, default=0) < 0:
        return None
    if kind == "record":
        from ._records import records_of  # noqa: PLC0415  which needs this

        return records_of(memory, row, shape)
    return _ragged(memory, row, kind, shape) if kind in _KINDS else None


def column_of(memory: _core.Memory, row: Row) -> Column | None:
    """What a row is as a part of a ragged array or of records."""
    return array_of(memory, row) if row.kind == _core.CSHM_ARRAY else ragged_of(memory, row)


def _ragged(memory: _core.Memory, row: Row, kind: Kind, shape: tuple[int, ...]) -> Ragged | None:
    try:
        offsets = Row._make(_core.row(memory.attachment, f"{row.path}/offsets"))
        below = Row._make(_core.row(memory.attachment, f"{row.path}/values"))
    except NotFoundError:
        return None
    if not _fits(shape, offsets):
        return None
    values = column_of(memory, below)
    if values is None or not values.ndim:
        return None
    if kind != "sequence" and (not isinstance(values, Array) or values.dtype.str != "|u1" or values.ndim != 1):
        return None
    ragged = Ragged(memory, row, kind, shape, array_of(memory, offsets), values)
    return ragged if ragged.offsets[0] == 0 and ragged.offsets[-1] == len(ragged.values) else None


def _fits(shape: tuple[int, ...], offsets: Row) -> bool:
    size = 1
    for length in shape:
        size *= length
    return offsets.kind == _core.CSHM_ARRAY and (offsets.dtype, offsets.shape) == ("<i8", (size + 1,))


# ---- making one


def encoded(array: Ragged | NDArray[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The members and the attributes of the group that a ragged array is.

    Args:
        array: a ragged array, or an array of Python objects or of numpy's variable-length strings.

    Raises:
        BadTypeError: its elements are not all `str`, all `bytes`, or all one-dimensional arrays of one dtype.
    """
    attributes: dict[str, Any] = {}
    values: Any
    if isinstance(array, Ragged):
        kind, offsets, values = array.kind, np.asarray(array.offsets), array.values
        attributes = dict(array.attrs)
    else:
        kind, offsets, values = _split(array.ravel().tolist())
    markers = {KIND_ATTRIBUTE: kind, SHAPE_ATTRIBUTE: np.array(array.shape, "<i8")}
    return {"offsets": offsets, "values": values}, {**attributes, **markers}


def _split(elements: list[Any]) -> tuple[Kind, NDArray[np.int64], NDArray[Any]]:
    """Elements as kind, offsets and values."""
    if all(isinstance(element, str) for element in elements):
        return ("utf8", *_joined([text.encode() for text in elements]))
    if all(isinstance(element, bytes) for element in elements):
        return ("bytes", *_joined(elements))
    kinds = sorted({type(element).__name__ for element in elements})
    if not all(isinstance(element, np.ndarray) for element in elements):
        raise BadTypeError(
            f"it holds Python objects ({', '.join(kinds[:4])}), which mean nothing in another process: only all str, "
            "all bytes, or all one-dimensional arrays of one dtype can be shared"
        )
    if any(element.ndim != 1 or element.dtype != elements[0].dtype for element in elements):
        raise BadTypeError("the arrays in it are not all of one dimension and one dtype: use .ravel() and .astype")
    return "sequence", _offsets([len(element) for element in elements]), np.concatenate(elements)


def _joined(elements: list[bytes]) -> tuple[NDArray[np.int64], NDArray[Any]]:
    return _offsets([len(element) for element in elements]), np.frombuffer(b"".join(elements), "u1")


def _offsets(lengths: list[int]) -> NDArray[np.int64]:
    offsets = np.zeros(len(lengths) + 1, "<i8")
    np.cumsum(lengths, out=offsets[1:])
    return offsets

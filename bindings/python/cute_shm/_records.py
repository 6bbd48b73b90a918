# SPDX-License-Identifier: MIT
"""Records: compounds in which there are strings, sequences or references.

In shared memory they are a group with a member for each field (docs/format.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from . import _core
from ._array import Row
from ._attributes import Attributes
from ._ragged import KIND_ATTRIBUTE, SHAPE_ATTRIBUTE, Ragged, _OwnAttributes, column_of

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray

    from ._ragged import Column

FIELD_ATTRIBUTE = "cute_shm.field"


class Records:
    """An array of records with strings or sequences in them, over shared memory: a column for each field.

    It is indexed as a structured numpy array is: ``records["name"]`` is a column (no copy), all else a structured
    array with Python objects in it, made for the call. Pickled, it is its address.

    Attributes:
        path: where it is in its project.
        shape: element counts, one for each dimension.
        fields: the columns by name: arrays, `Ragged`, or `Records` in their turn.
    """

    __slots__ = ("_memory", "_row", "fields", "shape")

    def __init__(self, memory: _core.Memory, row: Row, shape: tuple[int, ...], fields: dict[str, Column]) -> None:
        """Made by `records_of`, which checks."""
        self._memory = memory
        self._row = row
        self.shape = shape
        self.fields = fields

    @property
    def path(self) -> str:
        """Where it is in its project, such as ``"b/table"``."""
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
        """Number of records."""
        size = 1
        for length in self.shape:
            size *= length
        return size

    @property
    def nbytes(self) -> int:
        """Bytes of shared memory: all columns."""
        return sum(column.nbytes for column in self.fields.values())

    @property
    def dtype(self) -> np.dtype[Any]:
        """Of what several records are: strings and sequences are Python objects."""
        return np.dtype([(name, column.dtype, column.shape[self.ndim :]) for name, column in self.fields.items()])

    def _elements(self, numbers: NDArray[np.intp]) -> NDArray[Any]:
        records = np.empty(numbers.shape, self.dtype)
        for name, column in self.fields.items():
            inner = column.shape[self.ndim :]
            if isinstance(column, np.ndarray):
                records[name] = np.asarray(column).reshape((self.size, *inner))[numbers]
            else:
                size = int(np.prod((self.size, *inner)))
                records[name] = column._elements(np.arange(size).reshape((self.size, *inner))[numbers])
        return records

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, str):
            return self.fields[index]
        numbers = np.arange(self.size).reshape(self.shape)[index]
        return self._elements(np.asarray(numbers))[()]

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(len(self)))

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError(f"{self.path!r} has no dimensions, and so no length")
        return self.shape[0]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        if copy is False:
            raise ValueError(f"{self.path!r} cannot become an array without a copy: use its fields")
        array = self._elements(np.arange(self.size).reshape(self.shape))
        return array if dtype is None else array.astype(dtype)

    def tolist(self) -> list[Any]:
        """All records, as tuples in nested lists."""
        return cast("list[Any]", np.asarray(self).tolist())

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[object, object]:
        """An Arrow struct array, over the shared memory (no copy).

        Raises:
            BadTypeError: it has more than one dimension, or a field is of a type that Arrow does not have.
            CorruptError: the offsets of a field do not increase.
        """
        from ._arrow import capsules, records_column  # noqa: PLC0415  few need it

        return capsules(records_column(self))

    def __reduce__(self) -> Any:
        from ._address import reduce_group  # noqa: PLC0415  which needs what needs this

        return reduce_group(self._memory, self._row.path)

    def __repr__(self) -> str:
        return f"<cute_shm.Records {self.path!r}: {self.shape} of {', '.join(self.fields)}>"


def records_of(memory: _core.Memory, row: Row, shape: tuple[int, ...]) -> Records | None:
    """The records that a group is, or None where the columns do not have its shape."""
    fields: dict[str, Column] = {}
    for child in map(Row._make, _core.rows(memory.attachment, row.number, False)):
        column = column_of(memory, child)
        if column is None or column.shape[: len(shape)] != shape:
            return None
        fields[_field_name(memory, child)] = column
    return Records(memory, row, shape, fields) if fields else None


def _field_name(memory: _core.Memory, row: Row) -> str:
    """The field that a column is of: of its name, unless nothing in a tree can have that."""
    attributes = Attributes(memory, row.number, row.attribute_count)
    return str(attributes[FIELD_ATTRIBUTE]) if FIELD_ATTRIBUTE in attributes else row.name


def _part(field: str) -> str:
    """What the column of a field is called in the tree."""
    return "%2E" if field == "." else field.replace("/", "%2F")


def encoded_records(records: Records) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The members of the group that records are; and attributes, its own by the name "", and those of members."""
    markers = {KIND_ATTRIBUTE: "record", SHAPE_ATTRIBUTE: np.array(records.shape, "<i8")}
    names = {_part(name): {FIELD_ATTRIBUTE: name} for name in records.fields if _part(name) != name}
    return {_part(name): column for name, column in records.fields.items()}, {"": {**records.attrs, **markers}, **names}


__all__ = ["Ragged", "Records", "encoded_records", "records_of"]

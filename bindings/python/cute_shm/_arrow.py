# SPDX-License-Identifier: MIT
"""Arrow: one-dimensional arrays as columns, for pyarrow, polars, DuckDB and what else takes the PyCapsule interface.

https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._errors import BadTypeError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._ragged import Ragged
    from ._records import Records

# (format, length, null_count, buffers, children), as src/arrow.h tells.
Column = tuple[str, int, int, tuple[Any, ...], tuple[tuple[str, Any], ...]]

_NUMBERS = {
    **{"i1": "c", "u1": "C", "i2": "s", "u2": "S", "i4": "i", "u4": "I", "i8": "l", "u8": "L"},
    **{"f2": "e", "f4": "f", "f8": "g"},
}
_TIME_UNITS = ("s", "ms", "us", "ns")
_TIMES = {"M": ("tss:", "tsm:", "tsu:", "tsn:"), "m": ("tDs", "tDm", "tDu", "tDn")}


def capsules(column: Column) -> tuple[object, object]:
    """What ``__arrow_c_array__`` returns."""
    return _core.arrow_capsules(column)


def column_of(array: NDArray[Any], what: str) -> Column:
    """A one-dimensional array as a column: its own memory where Arrow has the type and the elements lie side by side.

    Copied are what is strided or in the other byte order, bool (Arrow packs bits) and U (Arrow has UTF-8). A time that
    is NaT is null.

    Args:
        array: of any dtype.
        what: the array, for the message.

    Raises:
        BadTypeError: it is not one-dimensional, or Arrow has no such type.
    """
    if array.ndim != 1:
        raise BadTypeError(
            f"{what} has {array.ndim} dimensions, and an Arrow array one: use .ravel(), or a column of it"
        )
    plain = np.ascontiguousarray(array)
    dtype = plain.dtype.newbyteorder("=")
    plain = plain if plain.dtype == dtype else plain.astype(dtype)
    if dtype.kind in "iuf" and dtype.str[1:] in _NUMBERS:
        return (_NUMBERS[dtype.str[1:]], len(plain), 0, (None, _bytes(plain)), ())
    if dtype.kind == "b":
        return ("b", len(plain), 0, (None, np.packbits(plain, bitorder="little")), ())
    if dtype.kind in "Mm":
        return _times(plain, what)
    if dtype.kind == "S" or (dtype.kind == "V" and dtype.names is None):
        return (f"w:{dtype.itemsize}", len(plain), 0, (None, _bytes(plain)), ())
    if dtype.kind == "U":
        return _strings(plain)
    if dtype.names is not None:
        return _struct(plain, what)
    raise BadTypeError(f"{what} is of dtype {array.dtype}, which Arrow does not have")


def _bytes(array: NDArray[Any]) -> NDArray[Any]:
    """The memory of a contiguous array; numpy gives out no buffer of some dtypes."""
    return array.view(np.ndarray).view("u1") if array.dtype.itemsize else np.empty(0, "u1")


def _times(array: NDArray[Any], what: str) -> Column:
    unit, multiple = np.datetime_data(array.dtype)
    if unit == "D" and array.dtype.kind == "M" and multiple == 1:
        array, unit = array.astype("M8[s]"), "s"
    if unit not in _TIME_UNITS or multiple != 1:
        raise BadTypeError(f"{what} is of dtype {array.dtype}: Arrow has s, ms, us and ns; use .astype")
    missing = np.isnat(array)
    nulls = int(missing.sum())
    valid = np.packbits(~missing, bitorder="little") if nulls else None
    return (_TIMES[array.dtype.kind][_TIME_UNITS.index(unit)], len(array), nulls, (valid, _bytes(array)), ())


def _strings(array: NDArray[Any]) -> Column:
    encoded = [text.encode() for text in array.tolist()]
    offsets = np.zeros(len(encoded) + 1, "i8")
    np.cumsum([len(text) for text in encoded], out=offsets[1:])
    return ("U", len(encoded), 0, (None, offsets, b"".join(encoded)), ())


def _struct(array: NDArray[Any], what: str) -> Column:
    fields = tuple((name, column_of(array[name], f"field {name!r} of {what}")) for name in array.dtype.names or ())
    return ("+s", len(array), 0, (None,), fields)


def ragged_column(ragged: Ragged) -> Column:
    """A ragged array as a column of strings, bytes or lists, with its own memory.

    Raises:
        BadTypeError: it has more than one dimension, or its values are of a type that Arrow does not have.
        CorruptError: its offsets do not increase.
    """
    what = f"ragged array {ragged.path!r}"
    if ragged.ndim != 1:
        raise BadTypeError(f"{what} has {ragged.ndim} dimensions, and an Arrow array one: use its offsets and values")
    ragged.check()
    offsets = _bytes(ragged.offsets)
    if ragged.kind == "sequence":
        return ("+L", len(ragged), 0, (None, offsets), (("item", _any_column(ragged.values, f"values of {what}")),))
    values = _bytes(np.asarray(ragged.values))
    return ("U" if ragged.kind == "utf8" else "Z", len(ragged), 0, (None, offsets, values), ())


def records_column(records: Records) -> Column:
    """Records as a struct column, with its columns' own memory.

    Raises:
        BadTypeError: they have more than one dimension, or a field is of a type that Arrow does not have.
        CorruptError: the offsets of a field do not increase.
    """
    what = f"{records.path!r}"
    if records.ndim != 1:
        raise BadTypeError(f"records {what} have {records.ndim} dimensions, and an Arrow array one: use the fields")
    fields = tuple((name, _any_column(column, f"field {name!r} of {what}")) for name, column in records.fields.items())
    return ("+s", len(records), 0, (None,), fields)


def _any_column(column: Any, what: str) -> Column:
    if isinstance(column, np.ndarray):
        return column_of(column, what)
    return records_column(column) if hasattr(column, "fields") else ragged_column(column)

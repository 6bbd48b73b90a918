# SPDX-License-Identifier: MIT
"""What is to be allocated: arrays declared by shape and dtype, before there is any data."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from . import _core
from ._dtypes import to_string
from ._errors import BadTypeError
from ._tree import Node, flatten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import DTypeLike


class Spec(NamedTuple):
    """An array that is to be allocated: see `cute_shm.allocate`."""

    shape: int | Sequence[int]
    """Element counts, one for each dimension; ``()`` for a single element."""
    dtype: DTypeLike
    """What `numpy.dtype` understands."""
    order: Literal["C", "F"] = "C"
    """``"C"``: the last dimension is contiguous; ``"F"``: the first."""
    attrs: Mapping[str, Any] | None = None
    """Its attributes: names to values."""


_ORDERS = {"C": _core.CSHM_ORDER_C, "F": _core.CSHM_ORDER_FORTRAN}


def declared(layout: Mapping[str, Any]) -> tuple[list[Node], dict[str, Mapping[str, Any]]]:
    """The nodes of a layout, and the attributes that its specs give, by path.

    Raises:
        BadTypeError, BadNameError: as `flatten`.
    """
    attrs: dict[str, Mapping[str, Any]] = {}

    def leaf(path: str, value: Any) -> Node:
        spec = _spec(path, value)
        if spec.attrs:
            attrs[path] = spec.attrs
        try:
            node = Node(path, to_string(np.dtype(spec.dtype)), _shape(spec.shape), _ORDERS[spec.order])
        except (TypeError, ValueError) as error:
            raise BadTypeError(
                f"{path!r}, declared with shape {spec.shape!r} and dtype {spec.dtype!r}: {error}"
            ) from error
        except KeyError:
            raise BadTypeError(f"{path!r}: order {spec.order!r}: use 'C' or 'F'") from None
        return node

    return flatten(layout, leaf), attrs


def _spec(path: str, value: Any) -> Spec:
    if isinstance(value, tuple) and 2 <= len(value) <= len(Spec._fields):
        return Spec(*value)
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return Spec(value.shape, value.dtype)
    raise BadTypeError(
        f"{path!r}: an array is declared by (shape, dtype), by cute_shm.Spec, or by something that has both, "
        f"not by {type(value).__name__}"
    )


def _shape(shape: int | Sequence[int]) -> tuple[int, ...]:
    lengths = tuple(map(operator.index, shape if hasattr(shape, "__iter__") else (shape,)))
    if any(length < 0 for length in lengths):
        raise ValueError(f"shape {lengths} has a negative length")
    return lengths

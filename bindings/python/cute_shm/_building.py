# SPDX-License-Identifier: MIT
"""A project that is being built: declared, allocated, filled; then published, or nothing remains of it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _core
from ._array import Row, array_of
from ._attributes import encode
from ._errors import BadTypeError, StaleHandleError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._tree import Node

Attrs = Mapping[str, Mapping[str, Any]]

_PIECE = 64 << 20  # bytes written between two looks at Ctrl-C


def declare(builder: int, nodes: list[Node], attrs: Attrs) -> None:
    """Declares everything, and reserves the memory for it."""
    for path, dtype, shape, order, _ in nodes:
        if dtype:
            _core.cshm_builder_array(builder, path, dtype, shape, order)
        else:
            _core.cshm_builder_group(builder, path)
    for path, values in attrs.items():
        if not isinstance(values, Mapping):
            raise BadTypeError(f"attrs[{path!r}] is a mapping of names to values, not {type(values).__name__}")
        for name, value in values.items():
            encoded = encode(value, f"attribute {name!r} of {path!r}")
            _core.cshm_builder_attribute(builder, path, name, *encoded)
    _core.cshm_builder_allocate(builder)


def fill(builder: int, nodes: list[Node]) -> None:
    """Writes the data of every array."""
    arrays = (node for node in nodes if node.dtype)  # the library numbers them in this order
    scattered: list[Node] = []
    for number, node in enumerate(arrays):
        array: Any = node.data
        fortran = node.order == _core.CSHM_ORDER_FORTRAN
        if array.flags.f_contiguous if fortran else array.flags.c_contiguous:
            # The transpose of a Fortran array is its memory in C order.
            _write(builder, number, array.T if fortran else array)
        else:
            scattered.append(node)
    if scattered:
        memory = _core.Memory(_core.cshm_builder_attach(builder))
        for node in scattered:
            # Into zeros, element by element: bytes of padding that this process has had in memory are not shared.
            _assign(memory, node)


def _assign(memory: _core.Memory, node: Node) -> None:
    place = array_of(memory, Row._make(_core.row(memory.attachment, node.path)))
    place[...] = node.data


def _write(builder: int, number: int, array: NDArray[Any]) -> None:
    if not array.nbytes:
        return
    data = array.reshape(-1).view(np.uint8)  # bytes, as numpy exports no buffer of datetimes
    for start in range(0, data.nbytes, _PIECE):
        _core.cshm_builder_write(builder, number, start, data[start : start + _PIECE])


def abort(builder: int) -> None:
    """Ends a builder, of which nothing remains, if it has not ended yet."""
    with suppress(StaleHandleError):
        _core.cshm_builder_abort(builder)

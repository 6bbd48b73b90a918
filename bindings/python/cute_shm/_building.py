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
from ._errors import BadTypeError, NodeNotFoundError, NotFoundError, StaleHandleError
from ._manifest import Manifest, declare_layout

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ._progress import ProgressFunction
    from ._tree import Node

Attrs = Mapping[str, Mapping[str, Any]]

_PIECE = 16 << 20  # bytes written between two looks at Ctrl-C, and two steps of progress


class Count:
    """Counts the bytes that are written, and tells them to a progress function if there is one."""

    def __init__(self, nodes: list[Node], report: ProgressFunction | None) -> None:
        self._report = report
        self._done = 0
        self._total = sum(node.data.nbytes for node in nodes if node.data is not None)
        self.add(0)

    def add(self, nbytes: int) -> None:
        self._done += nbytes
        if self._report:
            self._report(self._done, self._total)


def declare(builder: int, nodes: list[Node] | Manifest, attrs: Attrs) -> None:
    """Declares everything, and reserves the memory for it."""
    if isinstance(nodes, Manifest):
        declare_layout(builder, nodes)
        nodes = []
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
            try:
                _core.cshm_builder_attribute(builder, path, name, *encoded)
            except NotFoundError as error:
                raise NodeNotFoundError(str(error)) from None
    _core.cshm_builder_allocate(builder)


def fill(builder: int, nodes: list[Node], count: Count) -> None:
    """Writes the data of every array."""
    count.add(0)
    arrays = (node for node in nodes if node.dtype)  # the library numbers them in this order
    scattered: list[Node] = []
    for number, node in enumerate(arrays):
        array: Any = node.data
        fortran = node.order == _core.CSHM_ORDER_FORTRAN
        if array.flags.f_contiguous if fortran else array.flags.c_contiguous:
            # The transpose of a Fortran array is its memory in C order.
            _write(builder, number, array.T if fortran else array, count)
        else:
            scattered.append(node)
    if scattered:
        memory = _core.Memory(_core.cshm_builder_attach(builder))
        for node in scattered:
            # Into zeros, element by element: bytes of padding that this process has had in memory are not shared.
            _assign(memory, node, count)


def _assign(memory: _core.Memory, node: Node, count: Count) -> None:
    place: Any = array_of(memory, Row._make(_core.row(memory.attachment, node.path)))
    data: Any = node.data
    if node.order == _core.CSHM_ORDER_FORTRAN:
        place, data = place.T, data.T
    rows = max(1, _PIECE * len(data) // data.nbytes)  # what is not contiguous has dimensions, and elements
    for start in range(0, len(data), rows):
        piece = data[start : start + rows]
        place[start : start + rows] = piece
        count.add(piece.nbytes)


def _write(builder: int, number: int, array: NDArray[Any], count: Count) -> None:
    if not array.nbytes:
        return
    data = array.reshape(-1).view(np.uint8)  # bytes, as numpy exports no buffer of datetimes
    for start in range(0, data.nbytes, _PIECE):
        piece = data[start : start + _PIECE]
        _core.cshm_builder_write(builder, number, start, piece)
        count.add(piece.nbytes)


def abort(builder: int) -> None:
    """Ends a builder, of which nothing remains, if it has not ended yet."""
    with suppress(StaleHandleError):
        _core.cshm_builder_abort(builder)

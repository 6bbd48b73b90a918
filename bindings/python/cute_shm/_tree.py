# SPDX-License-Identifier: MIT
"""From a nested mapping of array-likes to a flat list of nodes; what cannot be shared is refused here, by its path."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import _core
from ._dtypes import to_string
from ._errors import BadNameError, BadTypeError

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Node(NamedTuple):
    """A group, where `array` is None, or an array with its dtype string and its `cshm_order`."""

    path: str
    array: NDArray[Any] | None
    dtype: str
    order: int


def flatten(tree: Mapping[str, Any]) -> list[Node]:
    """The nodes below the root of a nested mapping, each group before what is in it.

    Arrays that are contiguous, in C or in Fortran order, are kept as they are; others are copied to C order.

    Raises:
        BadNameError: a key that is no str, is empty or holds "/".
        BadTypeError: a value that cannot be shared, or a mapping that contains itself.
    """
    if not isinstance(tree, Mapping):
        raise BadTypeError(f"a project is made from a mapping of names to arrays, not from {type(tree).__name__}")
    nodes: list[Node] = []
    # A stack instead of recursion: a tree may be deeper than Python's stack.
    open_groups: list[tuple[str, int, Iterator[tuple[Any, Any]]]] = [("", id(tree), iter(tree.items()))]
    while open_groups:
        prefix, _, items = open_groups[-1]
        for key, value in items:
            path = prefix + _checked_name(key, prefix)
            if not isinstance(value, Mapping):
                nodes.append(_array_node(path, value))
                continue
            if any(id(value) == identity for _, identity, _ in open_groups):
                raise BadTypeError(f"{path!r} cannot be shared: the mapping contains itself")
            nodes.append(Node(path, None, "", 0))
            open_groups.append((path + "/", id(value), iter(value.items())))
            break
        else:
            open_groups.pop()
    return nodes


def _checked_name(key: Any, prefix: str) -> str:
    if not isinstance(key, str):
        raise BadNameError(f"in {prefix or '/'!r}: a name is a str, not {key!r}")
    if not key or "/" in key:
        wrong = 'holds "/": nest mappings for groups' if key else "is empty"
        raise BadNameError(f"in {prefix or '/'!r}: the name {key!r} {wrong}")
    return key


def _array_node(path: str, value: Any) -> Node:
    masked = sys.modules.get("numpy.ma")  # not imported, there are none; importing it would cost milliseconds
    if masked is not None and isinstance(value, masked.MaskedArray):
        raise BadTypeError(f"{path!r} cannot be shared: it is a masked array; use .filled(), and share the mask, too")
    try:
        array = np.asarray(value)
        dtype = to_string(array.dtype)
    except (TypeError, ValueError) as error:
        raise BadTypeError(f"{path!r}: {error}") from error
    flags = array.flags
    if flags.c_contiguous:
        return Node(path, array, dtype, _core.CSHM_ORDER_C)
    if flags.f_contiguous:
        return Node(path, array, dtype, _core.CSHM_ORDER_FORTRAN)
    # Copied into zeros: the padding of a structured type would be whatever this process has had in memory there.
    # Zeros of raw bytes, since np.zeros makes "<m8" of ">m8" where it has no unit.
    copy = np.zeros(array.shape, f"V{array.dtype.itemsize}").view(array.dtype)
    copy[...] = array
    return Node(path, copy, dtype, _core.CSHM_ORDER_C)

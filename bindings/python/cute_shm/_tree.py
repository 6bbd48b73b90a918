# SPDX-License-Identifier: MIT
"""From a nested mapping to a flat list of nodes; what cannot be shared is refused here, by its path."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np

from . import _core
from ._dtypes import to_string
from ._errors import BadNameError, BadTypeError, InvalidArgumentError
from ._ragged import Ragged, encoded
from ._records import Records, encoded_records

if TYPE_CHECKING:
    from numpy.typing import NDArray


Order = Literal["keep", "C", "F"]


class Node(NamedTuple):
    """A group, whose dtype string is "", or an array: how it is declared, and what is written into it."""

    path: str
    dtype: str = ""
    shape: tuple[int, ...] = ()
    order: int = _core.CSHM_ORDER_C
    data: NDArray[Any] | None = None


# What stands in the place of a value that is no mapping: an array, or a group after all.
Leaf = Callable[[str, Any], "Node | Mapping[str, Any]"]


def flatten(tree: Mapping[str, Any], leaf: Leaf) -> list[Node]:
    """The nodes below the root of a nested mapping, each group before what is in it.

    Args:
        tree: names to mappings, which become groups, and to whatever `leaf` understands.
        leaf: makes a node, or a mapping that becomes a group, of an array's path and its value.

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
            found = value if isinstance(value, Mapping) else leaf(path, value)
            if isinstance(found, Node):
                nodes.append(found)
                continue
            if any(id(found) == identity for _, identity, _ in open_groups):
                raise BadTypeError(f"{path!r} cannot be shared: the mapping contains itself")
            nodes.append(Node(path))
            open_groups.append((path + "/", id(found), iter(found.items())))
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


def shared(tree: Mapping[str, Any], order: Order) -> tuple[list[Node], dict[str, Mapping[str, Any]]]:
    """The nodes of a tree of arrays and array-likes, and the attributes that some of them bring along, by path.

    Args:
        tree: as `flatten` takes it.
        order: "C" or "F", or "keep": as each array lies in memory, and C for those that are not contiguous.

    Raises:
        BadTypeError, BadNameError: as `flatten`.
    """
    if order not in ("keep", "C", "F"):
        raise InvalidArgumentError(f"order {order!r}: use 'keep', 'C' (last dimension contiguous) or 'F' (first)")

    attrs: dict[str, Mapping[str, Any]] = {}

    def leaf(path: str, value: Any) -> Node | Mapping[str, Any]:
        try:
            if isinstance(value, Records):
                members, theirs = encoded_records(value)
                attrs.update({f"{path}/{name}".rstrip("/"): found for name, found in theirs.items()})
                return members
            array = value if isinstance(value, Ragged) else _as_array(value)
            if isinstance(array, Ragged) or array.dtype.kind in "OT":
                members, attrs[path] = encoded(array)
                return members
            dtype = to_string(array.dtype)
        except (TypeError, ValueError, BufferError, RuntimeError) as error:
            raise BadTypeError(f"{path!r}: {error}") from error
        fortran = order == "F" or (order == "keep" and array.flags.f_contiguous and not array.flags.c_contiguous)
        return Node(path, dtype, array.shape, _core.CSHM_ORDER_FORTRAN if fortran else _core.CSHM_ORDER_C, array)

    return flatten(tree, leaf), attrs


def _as_array(value: Any) -> NDArray[Any]:
    masked = sys.modules.get("numpy.ma")  # not imported, there are none; importing it would cost milliseconds
    if masked is not None and isinstance(value, masked.MaskedArray):
        raise BadTypeError("it is a masked array; use .filled(), and share the mask, too")
    if hasattr(value, "__dlpack__") and not hasattr(value, "__array__"):
        return np.from_dlpack(value)
    return np.asarray(value)

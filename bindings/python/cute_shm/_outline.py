# SPDX-License-Identifier: MIT
"""The part of a tree that is shown: chosen from above, without going through the rest."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import _core
from ._array import Row
from ._ragged import Ragged, ragged_of

_SHARE = 3  # a group is opened where at least so many of its nodes can be shown


@dataclass
class Outline:
    """A node that is shown, with those below it that are."""

    row: Row
    children: list[Outline] = field(default_factory=list)
    hidden: int = 0
    """Groups and arrays below it that neither its children nor what is below them tell of."""
    ragged: Ragged | None = None
    """What a group is to its users where it is a ragged array."""

    @property
    def name(self) -> str:
        return self.row.name

    @property
    def is_group(self) -> bool:
        return self.row.kind == _core.CSHM_GROUP and self.ragged is None


def outline(memory: _core.Memory, row: Row, limit: int) -> Outline:
    """At most `limit` nodes below a group. Each level shares what the levels above it left."""
    top = Outline(row)
    level = [top]
    while level:
        below: list[Outline] = []
        for index, group in enumerate(level):
            limit -= _open(memory, group, min(limit, max(_SHARE, limit // (len(level) - index))))
            below += [child for child in group.children if child.is_group]
        level = below
    return top


def _open(memory: _core.Memory, group: Outline, most: int) -> int:
    """Takes a group's children in, up to a number. Gives the number taken."""
    number, end = group.row.number + 1, group.row.end
    while number < end and len(group.children) < most:
        path = _core.cshm_node_at(memory.attachment, number)[1]
        child = Outline(Row._make(_core.row(memory.attachment, path)))
        if child.is_group:
            found = ragged_of(memory, child.row)
            child.ragged = found if isinstance(found, Ragged) else None  # records are shown by their columns
        group.children.append(child)
        number = child.row.end
    group.hidden = end - number
    return len(group.children)

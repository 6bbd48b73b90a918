# SPDX-License-Identifier: MIT
"""How projects and groups look in a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ._dtypes import DTYPES
from ._outline import Outline, outline
from ._units import human_bytes, plural

if TYPE_CHECKING:
    from . import _core
    from ._array import Row
    from ._ragged import Ragged

_SHOWN_NODES = 20
_LONGEST = 60  # characters of a name or a dtype


def tree_text(title: str, memory: _core.Memory, row: Row) -> str:
    """A title and what is in a group, a line for each node; of many nodes the first, and how many more there are."""
    shown = outline(memory, row, _SHOWN_NODES)
    return "\n".join([f"<{title}{_counted(row)}", *_lines(shown, "  ")]) + ">"


def _lines(group: Outline, indent: str) -> Iterator[str]:
    for child in group.children:
        name = shorten(printable(child.name))
        if child.ragged is not None:
            yield f"{indent}{name}: {_ragged_words(child.ragged)}"
        elif not child.is_group:
            yield f"{indent}{name}: {_array_words(child.row)}{_counted(child.row)}"
        elif child.children:
            words = _counted(child.row).removeprefix(", ")
            yield f"{indent}{name}/" + (f": {words}" if words else "")
            yield from _lines(child, indent + "  ")
        else:
            words = f"{plural(child.hidden, 'node')} inside" if child.hidden else "empty"
            yield f"{indent}{name}/: {words}{_counted(child.row)}"
    if group.hidden:
        yield f"{indent}... {group.hidden:,} more"


def _array_words(row: Row) -> str:
    return f"{row.shape} {shorten(str(DTYPES[row.dtype]))}, {human_bytes(row.nbytes)}"


def _ragged_words(ragged: Ragged) -> str:
    words = f"{ragged.shape} {ragged_kind(ragged)}, {human_bytes(ragged.nbytes)}"
    return f"{words}, {plural(len(ragged.attrs), 'attribute')}" if len(ragged.attrs) else words


def ragged_kind(ragged: Ragged) -> str:
    """What takes the place of a dtype."""
    kinds = {"utf8": "strings", "bytes": "byte strings", "sequence": f"sequences of {ragged.values.dtype}"}
    return shorten(kinds[ragged.kind])


def _counted(row: Row) -> str:
    return f", {plural(row.attribute_count, 'attribute')}" if row.attribute_count else ""


def printable(text: str) -> str:
    """The text itself, or its repr where a terminal would obey it."""
    return text if text.isprintable() else repr(text)


def shorten(text: str, longest: int = _LONGEST) -> str:
    """The text, without its middle where it is long."""
    if len(text) <= longest:
        return text
    half = longest // 2 - 2
    return f"{text[:half]} ... {text[-half:]}"

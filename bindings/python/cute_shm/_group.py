# SPDX-License-Identifier: MIT
"""Groups of shared memory: read-only mappings with h5py's manners."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
from typing import Any

from . import _core
from ._array import Array, Row, array_of
from ._attributes import Attributes
from ._dtypes import DTYPES
from ._errors import NodeNotFoundError, NotFoundError, StaleHandleError
from ._ragged import Ragged, ragged_of
from ._records import Records
from ._units import plural


class Group(Mapping[str, Any]):
    """A group: a read-only mapping of names to groups and arrays.

    ``group["b"]["b1"]`` and ``group["b/b1"]`` are the same; a path that begins with "/" starts from the root. An array
    is an `Array`: a `numpy.ndarray` over the shared memory, read-only where the project was opened so, which keeps the
    memory mapped for as long as it lives.
    """

    __slots__ = ("_mapped", "_row")

    def __init__(self, memory: _core.Memory, row: Row) -> None:
        self._mapped: _core.Memory | None = memory
        self._row = row

    @property
    def _memory(self) -> _core.Memory:
        if self._mapped is None:
            raise StaleHandleError("the project is closed: open it again (arrays taken from it are still whole)")
        return self._mapped

    @property
    def path(self) -> str:
        """From the root, such as ``"b"``; ``""`` for the root."""
        return self._row.path

    @property
    def name(self) -> str:
        """The last part of `path`."""
        return self._row.name

    @property
    def attrs(self) -> Attributes:
        """The attributes of this group."""
        return Attributes(self._memory, self._row.number, self._row.attribute_count)

    # ---- looking up

    def _find(self, path: object) -> Row:
        if not isinstance(path, str) or not path:
            raise NodeNotFoundError(f"a path is a str such as 'b/b1', not {path!r}")
        if self._row.path and not path.startswith("/"):
            path = f"{self._row.path}/{path}"
        try:
            return Row._make(_core.row(self._memory.attachment, path))
        except NotFoundError as error:
            raise NodeNotFoundError(str(error)) from None

    def __getitem__(self, path: str) -> Any:
        return member(self._memory, self._find(path))

    def __contains__(self, path: object) -> bool:
        try:
            self._find(path)
        except NodeNotFoundError:
            return False
        return True

    # ---- going through

    def _rows(self, *, deep: bool) -> Iterator[Row]:
        return map(Row._make, _core.rows(self._memory.attachment, self._row.number, deep))

    def _children(self) -> dict[str, Any]:
        memory = self._memory
        children, groups = _core.children(memory.attachment, memory, self._row.number, Array, DTYPES)
        for name, row in groups:
            children[name] = group_member(memory, Row._make(row))
        return children

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(_core.rows(self._memory.attachment, self._row.number, False))

    def keys(self) -> KeysView[str]:
        """The names in this group, in the order they were created."""
        return dict.fromkeys(row.name for row in self._rows(deep=False)).keys()

    def values(self) -> ValuesView[Any]:
        """The groups and arrays in this group."""
        return self._children().values()

    def items(self) -> ItemsView[str, Any]:
        """Names with groups and arrays."""
        return self._children().items()

    def walk(self) -> Iterator[tuple[str, Any]]:
        """All below this group, each group before what is in it: its path from here, and the group or array."""
        memory = self._memory
        skipped = len(self._row.path) + 1 if self._row.path else 0
        inside = 0  # the first node that is not in the ragged array, or the records, met last
        for row in self._rows(deep=True):
            if row.number < inside:
                continue
            found = member(memory, row)
            if isinstance(found, (Ragged, Records)):
                inside = row.end
            yield row.path[skipped:], found

    def to_dict(self) -> dict[str, Any]:
        """All below this group as nested dictionaries of arrays (views, not copies)."""
        memory = self._memory
        top: dict[str, Any] = {}
        pending = [(top, "", self._row.number)]
        while pending:
            above, key, number = pending.pop()
            above[key], groups = _core.children(memory.attachment, memory, number, Array, DTYPES)
            for name, fields in groups:
                row = Row._make(fields)
                value = above[key][name] = group_member(memory, row)
                if isinstance(value, Group):  # to be replaced by a dictionary
                    pending.append((above[key], name, row.number))
        tree: dict[str, Any] = top[""]
        return tree

    def to_xarray(self) -> Any:
        """This group as xarray has it: a Dataset, or a DataTree where there are groups in it. No copy of arrays.

        Dimensions are named by the dimension scales of HDF5 and netCDF-4 (attribute ``DIMENSION_LIST``), which become
        coordinates; others are called ``phony_dim_0`` and so on, one for each length.

        Raises:
            ModuleNotFoundError: xarray is not installed.
        """
        from ._xarray import to_xarray  # noqa: PLC0415  an optional dependency

        return to_xarray(self)

    def __reduce__(self) -> Any:
        from ._address import reduce_group  # noqa: PLC0415  which needs this class

        return reduce_group(self._memory, self._row.path)

    # ---- identity and looks

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Group):
            return NotImplemented
        return self._mapped is other._mapped and self._row.number == other._row.number

    def __hash__(self) -> int:
        return hash((id(self._mapped), self._row.number))

    def _title(self) -> str:
        return f"cute_shm.Group {self._row.path!r}: {plural(self._row.end - self._row.number - 1, 'node')}"

    def __repr__(self) -> str:
        from ._look import tree_text  # noqa: PLC0415  few programs look

        return tree_text(self._title(), self._memory, self._row)

    def _repr_html_(self) -> str:
        from ._look_html import group_html  # noqa: PLC0415  for notebooks

        return group_html(self)


def member(memory: _core.Memory, row: Row) -> Any:
    """What the user gets for a row."""
    return group_member(memory, row) if row.kind == _core.CSHM_GROUP else array_of(memory, row)


def group_member(memory: _core.Memory, row: Row) -> Any:
    """What the user gets for the row of a group."""
    ragged = ragged_of(memory, row)
    return Group(memory, row) if ragged is None else ragged  # which may be of length 0, and so false

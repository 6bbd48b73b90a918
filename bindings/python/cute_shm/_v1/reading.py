# SPDX-License-Identifier: MIT
"""`shm_to_arrays`: a project as nested dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._attributes import Attributes
from .._dtypes import DTYPES
from .location import store_of
from .log import arrays_of, listening

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .types import SharedArrayDict


def shm_to_arrays(project: str, persistent: bool = True) -> SharedArrayDict:
    """Attaches a project as nested dictionaries.

    Args:
        project: its name.
        persistent: kept for cute-shm 1.2. A reader never destroys what another process made, whatever it says here.

    Returns:
        In the place of each array ``{"meta": dict, "data": numpy.ndarray}``. The data is writable and shared: a change
        is seen by all; it stays whole even when the project is unlinked. See `SharedArrayMeta` for what `meta` holds.
        An HDF5 compound dataset is a dictionary of its fields.

    Raises:
        FileNotFoundError: no such project.
        ValueError: its manifest or its segment is damaged.
        PermissionError: it is someone else's.
    """
    from .memory import ArrayMemory, Origin  # noqa: PLC0415  multiprocessing costs milliseconds to import

    store = store_of()
    log = listening()
    if log is not None:
        log.debug("opening shared memory meta data file %s", store.manifest(project))
    with store.open(project, "r+") as opened:
        memory = opened._memory
        origin = Origin(store, opened.name, opened.generation, opened.segment)
        kinds = _Kinds(opened.segment)
        tree, attributed = _core.leaves(memory.attachment, (memory, np.ndarray, kinds, ArrayMemory, origin))
        for group, name, number, count in attributed:
            _add_attributes(group[name], Attributes(memory, number, count))
        if kinds.structured and "hdf5.path" in opened.origin:
            _split_records(tree)
        if log is not None:
            for path, size in arrays_of(opened):
                log.debug("reading %s from shared memory (%s)", path, size)
    if log is not None:
        log.debug("finished parsing %s", store.manifest(project))
    return tree


class _Kinds(dict[str, "tuple[np.dtype[Any], dict[str, Any]]"]):
    """Of each dtype string the dtype, and the meta dictionary that those of its arrays are copied from."""

    def __init__(self, segment: str) -> None:
        self._segment = segment
        self.structured = False

    def __missing__(self, text: str) -> tuple[np.dtype[Any], dict[str, Any]]:
        dtype = DTYPES[text]
        self.structured |= dtype.names is not None
        meta = {
            "shm_name": self._segment,
            "shm_private_name": "/" + self._segment,
            "shm": None,
            "shape": None,
            "dtype": str(dtype),
            "attrs": None,
            "offset": None,
        }
        kind = self[text] = (dtype, meta)
        return kind


def _is_leaf(node: dict[str, Any]) -> bool:
    return isinstance(node.get("data"), np.ndarray)


def _leaves(tree: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str, dict[str, Any]]]:
    """Of each leaf the dictionary it is in, its name and itself. No recursion: a tree may be deep."""
    pending = [tree]
    while pending:
        group = pending.pop()
        for name, node in group.items():
            if _is_leaf(node):
                yield group, name, node
            else:
                pending.append(node)


def _add_attributes(node: dict[str, Any], attributes: Attributes) -> None:
    if _is_leaf(node):
        node["meta"]["attrs"].update((name, _plain(value)) for name, value in attributes.items())


def _plain(value: Any) -> Any:
    """An attribute as 1.2 gave it: a plain Python value where there is one."""
    if isinstance(value, np.bytes_):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return bytes(value)
    return value.item() if isinstance(value, (np.bool_, np.integer, np.floating)) else value


def _split_records(tree: dict[str, Any]) -> None:
    """Puts a dictionary of its fields in the place of each structured array."""
    for group, name, leaf in _leaves(tree):
        names = leaf["data"].dtype.names
        if names is not None:
            group[name] = {field: _field(leaf, field) for field in names}


def _field(leaf: dict[str, Any], name: str) -> dict[str, Any]:
    data = leaf["data"][name]
    meta = {
        **leaf["meta"],
        "shape": list(data.shape),
        "dtype": str(data.dtype),
        "attrs": dict(leaf["meta"]["attrs"]),
        "offset": leaf["meta"]["offset"] + leaf["data"].dtype.fields[name][1],
    }
    return {"meta": meta, "data": data}

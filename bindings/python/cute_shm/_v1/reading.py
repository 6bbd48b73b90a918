# SPDX-License-Identifier: MIT
"""`shm_to_arrays`: a project as nested dictionaries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core
from .._attributes import Attributes
from .._dtypes import DTYPES
from .._ragged import KIND_ATTRIBUTE, Ragged
from .location import store_of
from .log import arrays_of, listening
from .sizes import bytes_to_human

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .types import SharedArrayDict


def shm_to_arrays(project: str, persistent: bool = True) -> SharedArrayDict:
    """Attaches a project as nested dictionaries.

    Args:
        project: its name.
        persistent: kept for cute-shm 1.2. A reader never destroys what another process made, whatever it says here.

    Returns:
        In the place of each array ``{"meta": dict, "data": numpy.ndarray}``. The data is writable and shared: a change
        is seen by all; it stays whole even when the project is unlinked. See `SharedArrayMeta` for what `meta` holds.
        An HDF5 compound dataset is a dictionary of its fields. Strings and sequences of different lengths are an
        array of Python objects, which is a copy.

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
            attributes = Attributes(memory, number, count)
            if _is_leaf(group[name]):
                group[name]["meta"]["attrs"].update(_plain(attributes))
            elif KIND_ATTRIBUTE in attributes:
                found = opened[_core.cshm_node_at(memory.attachment, number)[1]]
                if isinstance(found, Ragged):  # of records each field is one
                    group[name] = _ragged_leaf(found, group[name])
        if kinds.structured and "hdf5.path" in opened.origin:
            _split_records(tree)
        if log is not None:
            for path, nbytes in arrays_of(opened):
                log.debug("reading %s from shared memory (%s)", path, bytes_to_human(nbytes))
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
            "shape": None,
            "dtype": str(dtype),
            "attrs": None,
            "shm": None,
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


def _plain(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as 1.2 gave them: plain Python values where there are."""
    return {name: _plain_value(value) for name, value in attributes.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, np.bytes_):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return bytes(value)
    return value.item() if isinstance(value, (np.bool_, np.integer, np.floating)) else value


def _ragged_leaf(ragged: Ragged, group: dict[str, Any]) -> dict[str, Any]:
    """The leaf of an array of strings or sequences: Python objects, made for this call; `shm` has their bytes."""
    inner = group["values"]
    while not _is_leaf(inner):
        inner = next(iter(inner.values()))
    changes = {"shape": list(ragged.shape), "dtype": str(ragged.dtype), "attrs": _plain(ragged.attrs)}
    return {"meta": {**inner["meta"], **changes}, "data": np.asarray(ragged)}


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

# SPDX-License-Identifier: MIT
"""Pickling by reference: what is sent of a project, a group or an array is its address, never its data.

An address is made in one process and resolved in another, at another time: what it names may be gone or overwritten by
then, and what comes out of a pickle may be made up. Both are told in words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import _core
from ._array import Array, Row, place_of
from ._errors import GenerationError, InvalidArgumentError, NotFoundError, StateError
from ._group import Group
from ._project import MODE_NAMES, Mode, Project, describe
from ._store import Store

if TYPE_CHECKING:
    from ._sealed import SealedAddress


class Address(NamedTuple):
    """What another process needs in order to attach the same memory."""

    store: Store
    project: str
    generation: int
    mode: Mode


def _address(memory: _core.Memory, what: str) -> Address | SealedAddress:
    """The address of a memory.

    Args:
        memory: of a project.
        what: is to be pickled, for the message.

    Raises:
        StateError: no other process could attach it.
    """
    info = describe(memory)
    if info.mode == _core.CSHM_PRIVATE:
        raise StateError(
            f"{what} of project {info.project!r} cannot be pickled: it was opened with mode 'c' (copy on write), and "
            "its changes are in this process only; send a copy (array.copy()), or open it with mode 'r' or 'r+'"
        )
    if info.sealed and info.mode == _core.CSHM_READ_ONLY:  # a draft that is to be sealed is writable
        from ._sealed import address_of  # noqa: PLC0415  few need it

        return address_of(memory, info.project)
    if memory.store is None:
        raise StateError(
            f"{what} of project {info.project!r} cannot be pickled: the draft is not published, and no other process "
            "can find it; publish it first"
        )
    return Address(memory.store, info.project, info.generation, MODE_NAMES[info.mode])


def _resolve(address: Address | SealedAddress, what: str) -> Project:
    """Opens the project that an address names.

    Raises:
        NotFoundError: it is gone.
        GenerationError: it was overwritten.
    """
    if not isinstance(address, Address):
        return Project(address.memory)
    store, name, generation, mode = address
    try:
        project = store.open(name, mode)
    except NotFoundError as error:
        raise NotFoundError(
            f"{what} was pickled in project {name!r} of {store.root}, which is gone: it was unlinked, or has ended "
            "with its owner or last user; keep it until all who were sent it have attached it, or send array.copy()",
            error.sys_errno,
        ) from None
    if project.generation != generation:
        raise GenerationError(
            f"{what} was pickled in generation {generation:016x} of project {name!r}, which was overwritten since "
            f"then: the project is now generation {project.generation:016x}; open it by name for the new data, "
            "or pickle after the last overwrite"
        )
    return project


# ---- projects and groups


def reduce_project(memory: _core.Memory) -> Any:
    """What pickle keeps of a project."""
    return restore_project, (_address(memory, "the whole"),)


def restore_project(address: Address | SealedAddress) -> Project:
    """Opens a pickled project."""
    return _resolve(address, "a project object")


def reduce_group(memory: _core.Memory, path: str) -> Any:
    """What pickle keeps of a group."""
    return restore_group, (_address(memory, f"group {path!r}"), path)


def restore_group(address: Address | SealedAddress, path: str) -> Any:
    """Attaches a pickled group."""
    project = _resolve(address, f"group {path!r}")
    return project[path] if path else Group(project._memory, project._row)


# ---- arrays


def reduce_array(array: Array) -> Any:
    """What pickle keeps of an array, or of a part of one: where it begins, counted from the array that it is in."""
    place = place_of(array)
    address = _address(place.memory, f"array {place.path!r}")
    row = Row._make(_core.row(place.memory.attachment, place.path))
    offset = int(array.__array_interface__["data"][0]) - place.memory.address - row.offset
    arguments = (address, place.path, array.dtype, array.shape, array.strides, offset, array.flags.writeable)
    return restore_array, arguments


def restore_array(
    address: Address | SealedAddress,
    path: str,
    dtype: np.dtype[Any],
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    offset: int,
    writeable: bool,
) -> Array:
    """Attaches a pickled array.

    Raises:
        NotFoundError: the project is gone (a FileNotFoundError, too).
        GenerationError: the project was overwritten.
        InvalidArgumentError: this is no array's address.
    """
    project = _resolve(address, f"array {path!r}")
    row: Row = project._find(path)
    if row.kind != _core.CSHM_ARRAY or not _lies_within(row.nbytes, dtype, shape, strides, offset):
        raise InvalidArgumentError(
            f"a pickle names {dtype} of shape {shape}, strides {strides}, at byte {offset} of {path!r} "
            f"in project {project.name!r}: that is not within an array of {row.nbytes} bytes"
        )
    memory = project._memory
    array: Array = _core.array(Array, row.number, (shape, dtype, memory, row.offset + offset, strides))
    if not writeable:
        array.flags.writeable = False
    return array


def _lies_within(
    nbytes: int, dtype: np.dtype[Any], shape: tuple[int, ...], strides: tuple[int, ...], offset: int
) -> bool:
    """Whether all elements lie in the bytes of an array, and none of them holds a pointer."""
    if dtype.hasobject or len(shape) != len(strides) or any(length < 0 for length in shape):
        return False
    low = high = offset
    if 0 not in shape:
        reach = [(length - 1) * stride for length, stride in zip(shape, strides, strict=True)]
        low += sum(step for step in reach if step < 0)
        high += sum(step for step in reach if step > 0) + dtype.itemsize
    return 0 <= low <= high <= nbytes

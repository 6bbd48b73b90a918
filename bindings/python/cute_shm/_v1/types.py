# SPDX-License-Identifier: MIT
"""The types of cute-shm 1.2, for annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict, Union

import numpy as np

if TYPE_CHECKING:
    from multiprocessing.shared_memory import SharedMemory
    from typing import TypeAlias

    from numpy.typing import NDArray


class SharedArrayMeta(TypedDict, total=False):
    """What there is to know about a shared array.

    Attributes:
        shm_name: the project's segment in /dev/shm; it begins with ``cute-shm.<project>.``.
        shm_private_name: the same after a "/".
        shm: the bytes of this array; closing it, or dropping it, leaves the array whole.
        shape: element counts, as a list.
        dtype: ``str`` of the array's dtype.
        attrs: the attributes of the array, or of the HDF5 dataset it comes from.
        offset: bytes from the beginning of the segment.
    """

    shm_name: str
    shm_private_name: str
    shm: SharedMemory
    shape: list[int]
    dtype: str
    attrs: dict[str, Any]
    offset: int


class SharedArray(TypedDict):
    """A leaf of what `shm_to_arrays` gives."""

    meta: SharedArrayMeta
    data: NDArray[Any]


MetaArrayDict: TypeAlias = dict[str, Union[SharedArrayMeta, "MetaArrayDict"]]
"""Nested dictionaries of `SharedArrayMeta`."""

SharedArrayDict: TypeAlias = dict[str, Union[SharedArray, "SharedArrayDict"]]
"""Nested dictionaries of `SharedArray`: what `shm_to_arrays` gives."""

ArrayDict: TypeAlias = dict[str, Union["ArrayDict", "np.ndarray[Any, Any]"]]
"""Nested dictionaries of arrays: what `arrays_to_shm` takes."""

# SPDX-License-Identifier: MIT
"""What h5py reads, in the form that the loader stores it in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import h5py
import numpy as np
from hdf5_project import Array


def is_variable(dtype: np.dtype[Any]) -> bool:
    """Whether h5py says that strings of this type have any length."""
    info = h5py.check_string_dtype(dtype)
    return info is not None and info.length is None


def item_dtype(dtype: np.dtype[Any]) -> np.dtype[Any] | None:
    """What sequences of any length are of; None where it is no such type (h5py has strings as sequences, too)."""
    item = h5py.check_vlen_dtype(dtype)
    return np.dtype(item) if item is not None and not is_variable(dtype) else None


def is_ragged(dataset: h5py.Dataset) -> bool:
    """Whether a dataset becomes a ragged array: all of any length but a single string."""
    dtype = dataset.dtype
    special = item_dtype(dtype) is not None or h5py.check_ref_dtype(dtype) is not None
    return special or (is_variable(dtype) and dataset.shape != ())


def as_bytes(word: str | bytes) -> bytes:
    """A string as it is in the file."""
    return word if isinstance(word, bytes) else word.encode("utf-8", "surrogateescape")


def is_utf8(words: Iterable[bytes]) -> bool:
    """Whether each of them is."""
    try:
        return all(word.decode() is not None for word in words)
    except UnicodeDecodeError:
        return False


def text_array(given: Any, shape: tuple[int, ...]) -> Array:
    """Strings of any length, with the length of the longest."""
    words = [as_bytes(word) for word in given]
    if is_utf8(words):
        texts = [word.decode() for word in words]
        return np.array(texts, f"<U{max([1, *map(len, texts)])}").reshape(shape)
    return np.array(words, f"S{max([1, *map(len, words)])}").reshape(shape)


def target_path(file: h5py.File, reference: Any) -> str:
    """The path of what a reference leads to; "" where it leads nowhere."""
    try:
        return str(file[reference].name) if reference else ""
    except (KeyError, ValueError):
        return ""


def paths_array(file: h5py.File, references: Any) -> Array:
    """References as the paths they lead to."""
    given = np.asarray(references, object)
    return text_array([target_path(file, reference) for reference in given.reshape(-1)], given.shape)


def reference_list(file: h5py.File, value: Array) -> Array:
    """Who uses a dimension scale, and for which dimension."""
    paths = paths_array(file, value["dataset"])
    result = np.zeros(value.shape, [("dataset", paths.dtype), ("dimension", "<i4")])
    result["dataset"], result["dimension"] = paths, value["dimension"]
    return result


def attribute_as_stored(thing: Any, name: str) -> Array:
    """An attribute of a group or a dataset."""
    value, dtype, file = thing.attrs[name], thing.attrs.get_id(name).dtype, thing.file
    item = item_dtype(dtype)
    if is_variable(dtype):
        given = np.asarray(value, object)
        return text_array(given.reshape(-1), given.shape)
    if name == "REFERENCE_LIST" and dtype.names:
        return reference_list(file, value)
    if name == "DIMENSION_LIST" and item is not None:
        return paths_array(file, [scales[0] if len(scales) else h5py.Reference() for scales in value])
    if h5py.check_ref_dtype(item if item is not None else dtype) is not None:
        return paths_array(file, value)
    return np.asarray(value, dtype) if dtype.kind == "S" else np.asarray(value)  # h5py cuts a string at its end


def dataset_as_stored(dataset: h5py.Dataset) -> Array:
    """A dataset that becomes one array."""
    value = dataset[()]
    return text_array([value], ()) if is_variable(dataset.dtype) else np.asarray(value)


def elements(dataset: h5py.Dataset) -> tuple[str, list[Any]]:
    """What kind of ragged array a dataset becomes, and its elements in C order."""
    flat = np.asarray(dataset[()], object).reshape(-1) if dataset.shape else [dataset[()]]
    item = item_dtype(dataset.dtype)
    if item is not None:  # h5py calls big-endian items native, and leaves their bytes as they are
        return "sequence", [np.asarray(element).view(item) for element in flat]
    if h5py.check_ref_dtype(dataset.dtype) is not None:
        return "utf8", [target_path(dataset.file, reference).encode() for reference in flat]
    words = [as_bytes(word) if word else b"" for word in flat]
    return ("utf8" if is_utf8(words) else "bytes"), words

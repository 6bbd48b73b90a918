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


def is_any_length(dtype: np.dtype[Any]) -> bool:
    """Whether elements of this type, or parts of them, have any length or are references."""
    if dtype.subdtype is not None:
        return is_any_length(dtype.base)
    if dtype.names is not None:
        return any(is_any_length(dtype[name]) for name in dtype.names)
    return is_variable(dtype) or item_dtype(dtype) is not None or h5py.check_ref_dtype(dtype) is not None


def is_ragged(dataset: h5py.Dataset) -> bool:
    """Whether a dataset becomes a ragged array or records: all of any length but a single string."""
    return is_any_length(dataset.dtype) and not (is_variable(dataset.dtype) and dataset.shape == ())


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


def text_records(file: h5py.File, value: Array) -> Array:
    """Records whose strings and references have become text of the longest."""
    columns: dict[str, Array] = {}
    for name in value.dtype.names or ():
        dtype, column = value.dtype[name], value[name]
        if is_any_length(dtype):
            references = h5py.check_ref_dtype(dtype.base) is not None
            column = paths_array(file, column) if references else text_array(column.reshape(-1), column.shape)
        columns[name] = column
    result = np.zeros(value.shape, [(n, c.dtype, c.shape[value.ndim :]) for n, c in columns.items()])
    for name, column in columns.items():
        result[name] = column
    return result


def sequences_as_stored(file: h5py.File, item: np.dtype[Any], value: Array) -> tuple[Array, list[int], tuple[int, ...]]:
    """An attribute of several sequences: all their items, where they end, and the shape."""
    flat = list(value.reshape(-1))
    items = np.concatenate([np.asarray(element) for element in flat]) if flat else np.zeros(0, item)
    if h5py.check_ref_dtype(item) is not None:
        items = paths_array(file, items)
    elif is_variable(item):
        items = text_array(items, items.shape)
    return items, [0, *np.cumsum([len(element) for element in flat], dtype=int).tolist()], value.shape


def attribute_as_stored(thing: Any, name: str) -> Array:
    """An attribute of a group or a dataset."""
    value, dtype, file = thing.attrs[name], thing.attrs.get_id(name).dtype, thing.file
    item = item_dtype(dtype)
    if isinstance(value, h5py.Empty):
        return text_array([], (0,)) if is_variable(dtype) else np.zeros(0, dtype)
    if name == "REFERENCE_LIST" and dtype.names:
        return reference_list(file, value)
    if name == "DIMENSION_LIST" and item is not None:
        return paths_array(file, [scales[0] if len(scales) else h5py.Reference() for scales in value])
    if is_variable(dtype):
        given = np.asarray(value, object)
        return text_array(given.reshape(-1), given.shape)
    if item is not None and thing.attrs.get_id(name).shape != ():
        return sequences_as_stored(file, item, value)[0]
    if dtype.names is not None and is_any_length(dtype):
        return text_records(file, np.asarray(value))
    if h5py.check_ref_dtype(item if item is not None else dtype) is not None:
        return paths_array(file, value)
    if item is not None and is_variable(item):
        return text_array(value, value.shape)
    return np.asarray(value, dtype) if dtype.kind == "S" else np.asarray(value)  # h5py cuts a string at its end


def dataset_as_stored(dataset: h5py.Dataset) -> Array:
    """A dataset that becomes one array."""
    value = dataset[()]
    if isinstance(value, h5py.Empty):
        return np.zeros(0, dataset.dtype)
    value = text_array([value], ()) if is_variable(dataset.dtype) else np.asarray(value)
    return value.astype("<f8") if value.dtype == np.longdouble else value


def elements(dataset: h5py.Dataset) -> list[Any]:
    """All elements of a dataset in C order, as h5py gives them; those of array types, too."""
    value = dataset[()]
    if isinstance(value, h5py.Empty):
        return []
    if dataset.dtype.names is not None:
        return list(np.asarray(value).reshape(-1))
    if dataset.shape == () and item_dtype(dataset.dtype) is not None:
        return [value]
    return list(np.asarray(value, object).reshape(-1))

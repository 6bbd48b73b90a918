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


def joined(path: str, name: str) -> str:
    """The path of a part of an attribute's elements."""
    return f"{path}.{name}" if path else name


def columns_as_stored(
    file: h5py.File, dtype: np.dtype[Any], flat: list[Any], path: str, more: dict[str, Array]
) -> Array:
    """Elements given one by one, packed: sequences in them are in `more`, and here where each begins and ends."""
    count = len(flat)
    if not is_any_length(dtype):
        return np.array(flat, dtype.base).reshape(count, *dtype.shape)
    if dtype.subdtype is not None:
        inner = [part for element in flat for part in np.asarray(element, object).reshape(-1)]
        packed = columns_as_stored(file, dtype.base, inner, path, more)
        return packed.reshape(count, *dtype.shape, *packed.shape[1:])
    if dtype.names is not None:
        columns = {
            name: columns_as_stored(file, dtype[name], [element[name] for element in flat], joined(path, name), more)
            for name in dtype.names
        }
        records = np.zeros(count, [(name, column.dtype, column.shape[1:]) for name, column in columns.items()])
        for name, column in columns.items():
            records[name] = column
        return records
    item = item_dtype(dtype)
    if item is not None:
        ends = np.cumsum([0, *map(len, flat)])
        more[path] = columns_as_stored(
            file, item, items_of(flat, item), joined(path, "values") if item_dtype(item) else path, more
        )
        return np.stack([ends[:-1], ends[1:]], -1).astype("<i8")
    return paths_array(file, flat) if h5py.check_ref_dtype(dtype) is not None else text_array(flat, (count,))


def items_of(sequences: Any, item: np.dtype[Any]) -> list[Any]:
    """The items of all sequences, one by one. h5py mistakes the order of their bytes where they lie in compounds."""
    plain = item.kind not in "OV"
    return [part for sequence in sequences for part in (np.asarray(sequence).view(item) if plain else sequence)]


def any_length_as_stored(thing: Any, name: str) -> tuple[Array, dict[str, Array]]:
    """An attribute with elements of any length, and the attributes that go with it."""
    dtype, shape, file = thing.attrs.get_id(name).dtype, thing.attrs.get_id(name).shape, thing.file
    value, item = thing.attrs[name], item_dtype(dtype)
    more: dict[str, Array] = {}
    if dtype.subdtype is not None:
        value = np.asarray(value, object).reshape(*shape, *dtype.shape)
    count = int(np.prod(shape))
    flat = [value] if shape == () else list(np.asarray(value).reshape(count, *value.shape[len(shape) :]))
    elements = flat if item is None else items_of(flat, item)
    packed = columns_as_stored(file, dtype if item is None else item, elements, "", more)
    beside = {f"cute_shm.values@{name}{':' if path else ''}{path}": found for path, found in more.items()}
    if item is None:
        return packed.reshape(shape + packed.shape[1:]), beside
    if shape != ():
        beside[f"cute_shm.offsets@{name}"] = np.cumsum([0, *map(len, flat)]).astype("<i8")
    if len(shape) > 1:
        beside[f"cute_shm.shape@{name}"] = np.array(shape, "<i8")
    return packed, beside


def attribute_as_stored(thing: Any, name: str) -> tuple[Array, dict[str, Array]]:
    """An attribute of a group or a dataset, and the attributes of ours that tell what its value does not."""
    value, dtype, file = thing.attrs[name], thing.attrs.get_id(name).dtype, thing.file
    if isinstance(value, h5py.Empty):
        return text_array([], (0,)) if is_variable(dtype) else np.zeros(0, dtype), {}
    if name == "REFERENCE_LIST" and dtype.names:
        return reference_list(file, value), {}
    if name == "DIMENSION_LIST" and item_dtype(dtype) is not None and max(map(len, value)) <= 1:
        return paths_array(file, [scales[0] if len(scales) else h5py.Reference() for scales in value]), {}
    if is_any_length(dtype):
        return any_length_as_stored(thing, name)
    return np.asarray(value, dtype) if dtype.kind == "S" else np.asarray(value), {}  # h5py cuts a string at its end


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

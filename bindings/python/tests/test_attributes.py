# SPDX-License-Identifier: MIT
"""Attributes of projects, groups and arrays, in h5py's manner."""

from __future__ import annotations

from typing import Any

import cute_shm
import numpy as np
import pytest

VALUES: dict[str, Any] = {
    "text": "degrees Celsius",
    "no text": "",
    "unicode": "Zürich 日本 😀",
    "bytes": b"raw\xff",
    "true": True,
    "integer": -7,
    "large": 2**64 - 1,
    "float": 0.1,
    "nan": float("nan"),
    "complex": 1 + 2j,
    "list": [1, 2, 3],
    "names": ["a", "Zürich", ""],
    "none left": np.zeros((0, 3)),
    "matrix": np.arange(6, dtype=">i2").reshape(2, 3, order="F"),
    "date": np.datetime64("2024-02-29T12:00", "ns"),
    "record": np.array([(1, 2.5)], [("a", "i4"), ("b", "f8")]),
    "": "an empty name",
}


@pytest.mark.parametrize("path", ["", "group", "group/array"])
def test_every_value_comes_back(name: str, path: str) -> None:
    tree = {"group": {"array": np.zeros(3)}}
    with cute_shm.create(name, tree, {path: VALUES}) as project:
        attrs = project[path].attrs if path else project.attrs
        assert list(attrs) == list(VALUES)
        assert len(attrs) == len(VALUES)
        for key, value in VALUES.items():
            np.testing.assert_array_equal(attrs[key], value, strict=isinstance(value, np.ndarray))


def test_single_values_are_scalars(name: str) -> None:
    with cute_shm.create(name, {}, {"": VALUES}) as project:
        attrs = project.attrs
        assert type(attrs["text"]) is str
        assert type(attrs["bytes"]) is np.bytes_
        assert type(attrs["integer"]) is np.int64
        assert type(attrs["true"]) is np.bool_
        assert isinstance(attrs["float"], float)
        assert attrs.array("text").shape == ()
        assert attrs.array("matrix").dtype == np.dtype(">i2")


def test_an_array_of_an_attribute_is_ones_own(name: str) -> None:
    with cute_shm.create(name, {}, {"": {"list": [1, 2, 3]}}) as project:
        values = project.attrs["list"]
        values[0] = 9
        assert project.attrs["list"][0] == 1


def test_attributes_are_a_mapping(name: str) -> None:
    with cute_shm.create(name, {"a": np.zeros(1)}, {"a": {"units": "K"}}) as project:
        attrs = project["a"].attrs
        assert "units" in attrs
        assert "scale" not in attrs
        assert attrs.get("scale") is None
        assert dict(attrs) == {"units": "K"}
        assert repr(attrs) == "<cute_shm.Attributes {'units': 'K'}>"
        with pytest.raises(KeyError, match='has no attribute "scale"'):
            attrs["scale"]
        assert 3 not in attrs


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "Python objects"),
        ([1, "a", None], "Python objects"),
        ({"a": 1}, "Python objects"),
        (2**70, "Python objects"),
        ("ends in\0", "ends in NUL"),
        (b"ends in\0", "ends in NUL"),
        (np.longdouble(1), "no form that every machine agrees on"),
    ],
)
def test_what_cannot_be_shared_is_refused_by_path_and_name(name: str, value: Any, words: str) -> None:
    with pytest.raises(cute_shm.BadTypeError, match="attribute 'bad' of 'a'") as caught:
        cute_shm.create(name, {"a": np.zeros(1)}, {"a": {"good": 1, "bad": value}})
    assert words in str(caught.value)
    assert cute_shm.projects() == []


def test_an_attribute_of_nothing_is_refused(name: str) -> None:
    with pytest.raises(cute_shm.NodeNotFoundError, match='"x": no group or array "b" was declared'):
        cute_shm.create(name, {"a": np.zeros(1)}, {"b": {"x": 1}})
    with pytest.raises(cute_shm.BadTypeError, match=r"attrs\['a'\] is a mapping"):
        cute_shm.create(name, {"a": np.zeros(1)}, {"a": 3})  # type: ignore[dict-item]
    assert cute_shm.projects() == []

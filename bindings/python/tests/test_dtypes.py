# SPDX-License-Identifier: MIT
"""Dtypes and their strings."""

from __future__ import annotations

from typing import Any

import cute_shm
import numpy as np
import pytest

PAIRS: list[tuple[Any, str]] = [
    ("f8", "<f8"),
    (">f8", ">f8"),
    ("?", "|b1"),
    ("S12", "|S12"),
    ("U8", "<U8"),
    ("M8[25s]", "<M8[25s]"),
    ("V16", "|V16"),
    ([("x", "f8"), ("v", ">i4", (3,))], '[["x","<f8"],["v",">i4",[3]]]'),
    (
        np.dtype([("a", "u1"), ("b", "f8"), ("c", "u2")], align=True),
        '[["a","|u1"],["","|V7"],["b","<f8"],["c","<u2"],["","|V6"]]',
    ),
    ([("é", "f4"), ('"\\', "f4")], '[["é","<f4"],["\\"\\\\","<f4"]]'),
    ([("p", [("q", "i2"), ("r", [("s", "S3")], (2, 2))])], '[["p",[["q","<i2"],["r",[["s","|S3"]],[2,2]]]]]'),
]


@pytest.mark.parametrize(("dtype", "text"), PAIRS, ids=str)
def test_strings_are_numpys_typestring_or_descr_as_json(dtype: Any, text: str) -> None:
    assert cute_shm.dtype_to_string(np.dtype(dtype)) == text
    assert cute_shm.dtype_from_string(text) == np.dtype(dtype)


@pytest.mark.parametrize(
    ("dtype", "words"),
    [
        ("O", "Python objects"),
        ([("a", "O")], "Python objects"),
        ("g", "no form that every machine agrees on"),
        ("G", "no form that every machine agrees on"),
        ([], "no fields"),
        ([(("title", "a"), "f8")], "title"),
        ({"names": ["a", "b"], "formats": ["f8", "f8"], "offsets": [8, 0]}, "repack_fields"),
        ({"names": ["a", "b"], "formats": ["f8", "u1"], "offsets": [0, 7]}, "overlaps"),
    ],
    ids=str,
)
def test_what_cannot_be_shared_says_why(dtype: Any, words: str) -> None:
    with pytest.raises(cute_shm.BadTypeError, match=words):
        cute_shm.dtype_to_string(np.dtype(dtype))


def test_recarrays_and_matrices_are_plain_arrays(name: str) -> None:
    records = np.rec.array([(1, 2.0), (3, 4.0)], dtype=[("a", "i4"), ("b", "f8")])
    with cute_shm.create(name, {"records": records, "matrix": np.eye(2).view(np.matrix)}) as project:
        assert type(project["records"]) is cute_shm.Array
        assert project["records"]["b"].tolist() == [2.0, 4.0]
        assert type(project["matrix"]) is cute_shm.Array

# SPDX-License-Identifier: MIT
"""What tests/conformance/cases.tsv says, as the values that a plain Python reader should find.

Values are those of read_segment.py: numbers, bytes, strings, tuples for records, lists in lists for shapes.
"""

import json
import struct
from collections.abc import Iterator, Sequence
from math import prod
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, unquote_to_bytes

NAT = -(2**63)


class Case(NamedTuple):
    dtype: str
    shape: list[int]
    order: str
    value: Any


class Cases(NamedTuple):
    groups: list[str]
    arrays: dict[str, Case]
    attributes: dict[str, dict[str, Case]]


def read_cases(path: Path) -> Cases:
    cases = Cases([""], {}, {})
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line or line.startswith("#"):
            continue
        kind, where, *rest = line.split("\t")
        where = unquote(where)
        if kind == "group":
            cases.groups.append(where)
        elif kind == "array":
            dtype, shape, order, values = rest
            cases.arrays[where] = case(dtype, shape, order, values)
        else:
            name, dtype, shape, values = rest
            cases.attributes.setdefault(where, {})[unquote(name)] = case(dtype, shape, "C", values)
    return cases


def case(dtype: str, shape: str, order: str, values: str) -> Case:
    lengths = [int(length) for length in shape.split(",")] if shape != "-" else []
    elements = [element(fields_or_word(dtype), text) for text in values.split(" ")] if values != "-" else []
    assert len(elements) == prod(lengths)
    return Case(dtype, lengths, order, nest(elements, lengths))


def fields_or_word(dtype: str) -> Any:
    return json.loads(dtype) if dtype.startswith("[") else dtype


def nest(elements: Sequence[Any], shape: Sequence[int]) -> Any:
    """Lists in lists, from the elements in C order."""
    if not shape:
        return elements[0]
    step = prod(shape[1:])
    return [nest(elements[i * step : (i + 1) * step], shape[1:]) for i in range(shape[0])]


def element(dtype: Any, text: str) -> Any:
    if isinstance(dtype, list):
        named = [field for field in dtype if field[0]]
        parts = list(split(text[1:-1], "|"))
        assert len(parts) == len(named)
        return tuple(part(field, text) for field, text in zip(named, parts, strict=True))
    kind = dtype[1]
    if kind == "b":
        return text == "1"
    if kind == "f":
        return narrowed(float(text), int(dtype[2:]))
    if kind == "c":
        return complex(*(narrowed(float(half), int(dtype[2:]) // 2) for half in text.split(";")))
    if kind == "S":
        return unquote_to_bytes(text[1:])
    if kind == "U":
        return unquote(text[1:])
    if kind == "V":
        return bytes.fromhex(text[1:])
    return NAT if text == "NaT" else int(text)


def part(field: list[Any], text: str) -> Any:
    """A field's value, which may be a sub-array."""
    _, dtype, *shape = field
    if not shape:
        return element(dtype, text)
    return nest([element(dtype, item) for item in split(text[1:-1], ",")], shape[0])


def narrowed(number: float, size: int) -> float:
    code = {2: "<e", 4: "<f", 8: "<d"}[size]
    value: float = struct.unpack(code, struct.pack(code, number))[0]
    return value


def split(text: str, separator: str) -> Iterator[str]:
    """The parts between separators that are in no bracket."""
    depth = begin = 0
    for index, letter in enumerate(text):
        depth += (letter in "{[") - (letter in "}]")
        if letter == separator and depth == 0:
            yield text[begin:index]
            begin = index + 1
    yield text[begin:]

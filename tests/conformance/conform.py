#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The Python program of the conformance matrix.

    conform.py write  ROOT PROJECT CASES    makes the project in the store ROOT from the description
    conform.py read   ROOT PROJECT CASES    compares the project with the description
    conform.py seal   ROOT PROJECT CASES    makes it sealed, prints its descriptor, holds that until input ends
    conform.py attach FD   PROJECT CASES    attaches the descriptor and compares

The description's form is told at the top of cases.tsv.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

import cute_shm
import numpy as np
from cute_shm import dtype_from_string, dtype_to_string
from numpy.typing import NDArray

Value = NDArray[Any]


@dataclass
class Cases:
    """The description: groups by path, arrays with their order, attributes by path and name."""

    groups: list[str] = field(default_factory=list)
    arrays: dict[str, tuple[Value, str]] = field(default_factory=dict)
    attributes: dict[str, dict[str, Value]] = field(default_factory=dict)

    def attribute_count(self) -> int:
        return sum(map(len, self.attributes.values()))


def read_cases(path: str) -> Cases:
    cases = Cases()
    # Only "\n" ends a line: other line breaks of Unicode do not.
    for line in Path(path).read_text(encoding="utf-8").split("\n"):
        if not line or line.startswith("#"):
            continue
        kind, where, *rest = line.split("\t")
        where = unquote(where, errors="strict")
        if kind == "group":
            cases.groups.append(where)
        elif kind == "array":
            dtype, shape, order, values = rest
            cases.arrays[where] = (parse_values(dtype, shape, order, values), order)
        elif kind == "attr":
            name, dtype, shape, values = rest
            cases.attributes.setdefault(where, {})[unquote(name, errors="strict")] = parse_values(
                dtype, shape, "C", values
            )
        else:
            raise ValueError(f"{path}: {kind!r} is no kind of record")
    return cases


# ---- values


def parse_values(dtype: str, shape: str, order: str, values: str) -> Value:
    """An array from its description."""
    lengths = tuple(int(length) for length in shape.split(",")) if shape != "-" else ()
    texts = values.split(" ") if values != "-" else []
    if len(texts) != prod(lengths):
        raise ValueError(f"{len(texts)} values for shape {lengths}")
    elements = zeros((len(texts),), dtype_from_string(dtype))
    for index, text in enumerate(texts):
        set_element(elements[index : index + 1], text)
    # Assigning into zeros, unlike a copy, leaves padding zero.
    array = zeros(lengths, elements.dtype, order)
    array[...] = elements.reshape(lengths)
    return array


def zeros(shape: tuple[int, ...], dtype: np.dtype[Any], order: str = "C") -> Value:
    """Zero bytes, as elements of exactly this dtype: of ">m8", which has no unit, np.zeros itself makes "<m8"."""
    raw = np.zeros(shape, f"V{dtype.itemsize}", order="F" if order == "F" else "C")
    return raw.view(dtype)


def set_element(element: Value, text: str) -> None:
    """Sets the one element of `element`, an array with one element, or of shape (1, ...) for a sub-array field."""
    dtype = element.dtype
    if element.ndim > 1:
        flat = zeros((element.size,), dtype)
        for index, part in enumerate(split(text[1:-1], ",")):
            set_element(flat[index : index + 1], part)
        element[...] = flat.reshape(element.shape)
    elif dtype.names is not None:
        for name, part in zip(dtype.names, split(text[1:-1], "|"), strict=True):
            set_element(element[name], part)
    elif dtype.kind in "Mm":
        # As integers: a unit such as 25s counts steps, not seconds.
        number = np.iinfo(np.int64).min if text == "NaT" else int(text)
        element.view(np.dtype(np.int64).newbyteorder(dtype.byteorder))[0] = number
    else:
        element[0] = parse_scalar(text, dtype)


def parse_scalar(text: str, dtype: np.dtype[Any]) -> Any:
    kind = dtype.kind
    if kind == "b":
        return text == "1"
    if kind in "iu":
        return int(text)
    if kind == "f":
        return float(text)
    if kind == "c":
        real, imaginary = text.split(";")
        return complex(float(real), float(imaginary))
    if kind == "S":
        return unquote_to_bytes(text[1:])
    if kind == "U":
        return unquote(text[1:], errors="strict")
    return np.void(bytes.fromhex(text[1:]))


def split(text: str, separator: str) -> Iterator[str]:
    """The parts between separators that are in no bracket. Strings hold neither: they are percent-encoded."""
    depth = begin = 0
    for index, letter in enumerate(text):
        if letter in "{[":
            depth += 1
        elif letter in "}]":
            depth -= 1
        elif letter == separator and depth == 0:
            yield text[begin:index]
            begin = index + 1
    yield text[begin:]


def same(a: Value, b: Value) -> bool:
    """Whether two arrays of one dtype and shape hold the same: nan is nan, -0.0 is not 0.0, padding does not count."""
    kind = a.dtype.kind
    if a.dtype.names is not None:
        return all(same(a[name], b[name]) for name in a.dtype.names)
    if kind == "c":
        return same(a.real, b.real) and same(a.imag, b.imag)
    if kind == "f":
        equal = (a == b) & (np.signbit(a) == np.signbit(b))
        return bool(np.all(equal | (np.isnan(a) & np.isnan(b))))
    # In C order whatever the order in memory; this compares nanosecond counts, NaT and raw bytes exactly.
    return a.tobytes() == b.tobytes()


# ---- writing


def write(root: str, project: str, cases: Cases) -> list[str]:
    """No mismatches."""
    cute_shm.create(project, *tree_of(cases), lifetime="persistent", store=root).close()
    return []


def seal(root: str, project: str, cases: Cases) -> list[str]:
    """What holds the project at last is the descriptor alone."""
    with cute_shm.create(project, *tree_of(cases), sealed=True, store=root) as made:
        fd = made.export_fd()
    print(f"/proc/{os.getpid()}/fd/{fd}", flush=True)
    sys.stdin.read()
    os.close(fd)
    return []


def tree_of(cases: Cases) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The tree and its attributes, as `create` takes them."""
    tree: dict[str, Any] = {}
    groups: dict[str, dict[str, Any]] = {"": tree}
    for path in cases.groups:
        parent, _, name = path.rpartition("/")
        groups[parent][name] = groups[path] = {}
    for path, (array, _) in cases.arrays.items():
        parent, _, name = path.rpartition("/")
        groups[parent][name] = array
    return tree, {path: {name: native(value) for name, value in of.items()} for path, of in cases.attributes.items()}


def native(value: Value) -> Any:
    """As a user would have it: a plain str for a single string."""
    return str(value[()]) if value.ndim == 0 and value.dtype.str.startswith("<U") else value


# ---- reading


def read(root: str, project: str, cases: Cases) -> list[str]:
    with cute_shm.open(project, store=root) as opened:
        return compare(opened, cases)


def attach(fd: str, project: str, cases: Cases) -> list[str]:
    with cute_shm.attach_fd(int(fd)) as opened:
        problems = compare(opened, cases)
        if not (opened.sealed and opened.name == project):
            problems.append(f"wanted a sealed {project}, found {opened!r}")
    return problems


def compare(opened: cute_shm.Project, cases: Cases) -> list[str]:
    """The mismatches."""
    problems: list[str] = []
    nodes: dict[str, Any] = {"": opened, **dict(opened.walk())}
    wanted = {"", *cases.groups, *cases.arrays}
    problems += [f"{path!r}: wanted nothing, found {node!r}" for path, node in nodes.items() if path not in wanted]
    for path in cases.groups:
        if not isinstance(nodes.get(path), cute_shm.Group):
            problems.append(f"{path!r}: wanted a group, found {nodes.get(path)!r}")
    for path, (array, order) in cases.arrays.items():
        node = nodes.get(path)
        if isinstance(node, cute_shm.Array):
            problems += compare_array(path, array, order, node)
        else:
            problems.append(f"{path!r}: wanted an array, found {node!r}")
    for path in wanted & nodes.keys():
        problems += compare_attributes(path, cases.attributes.get(path, {}), nodes[path].attrs)
    return problems


def compare_array(path: str, wanted: Value, order: str, found: cute_shm.Array) -> Iterator[str]:
    if found.path != path:
        yield f"{path!r}: wanted an array of this path, found {found.path!r}"
    if not (found.flags.f_contiguous if order == "F" else found.flags.c_contiguous):
        yield f"{path!r}: wanted an array contiguous in order {order}, found strides {found.strides}"
    if dtype_to_string(found.dtype) != dtype_to_string(wanted.dtype):
        yield f"{path!r}: wanted dtype {dtype_to_string(wanted.dtype)}, found {dtype_to_string(found.dtype)}"
    yield from compare_values(repr(path), wanted, found)


def compare_attributes(path: str, wanted: dict[str, Value], found: cute_shm.Attributes) -> Iterator[str]:
    if list(found) != list(wanted):
        yield f"{path!r}: wanted attributes {list(wanted)}, found {list(found)}"
    for name in wanted.keys() & found.keys():
        yield from compare_values(f"{path!r}, attribute {name!r}", wanted[name], found.array(name))
        value = found[name]
        if isinstance(native(wanted[name]), str) and not isinstance(value, str):
            yield f"{path!r}, attribute {name!r}: wanted a str, found {value!r}"


def compare_values(what: str, wanted: Value, found: Value) -> Iterator[str]:
    if found.dtype != wanted.dtype:
        yield f"{what}: wanted dtype {wanted.dtype}, found {found.dtype}"
    elif found.shape != wanted.shape:
        yield f"{what}: wanted shape {wanted.shape}, found {found.shape}"
    elif not same(wanted, found):
        yield f"{what}: wanted {wanted!r}, found {found!r}"


COMMANDS = {"write": write, "read": read, "seal": seal, "attach": attach}


def main() -> int:
    if len(sys.argv) != 5 or sys.argv[1] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        return 2
    command, where, project, path = sys.argv[1:]
    cases = read_cases(path)
    problems = COMMANDS[command](where, project, cases)
    for problem in problems:
        print(problem)
    if problems:
        print(f"failed: {len(problems)} mismatches")
        return 1
    if command in ("write", "seal"):
        return 0
    print(f"ok {len(cases.arrays)} arrays, {cases.attribute_count()} attributes, {len(cases.groups)} groups")
    return 0


if __name__ == "__main__":
    sys.exit(main())

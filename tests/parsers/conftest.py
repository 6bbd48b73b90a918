# SPDX-License-Identifier: MIT
"""Manifests of all that the library writes, in both syntaxes, as text and as PyYAML and tomllib read them."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "format"))

from format_producer import Library, Project, add_texts, write_cases
from read_segment import load


class Written(NamedTuple):
    """One project in both syntaxes."""

    text: dict[str, bytes]
    data: dict[str, Any]


def write_odd(root: Path, name: str, syntax: str) -> Path:
    """What the cases have not: strings of every kind in every place, notes, an alias, names and values of all sizes."""
    project = Project(root, name, syntax)
    add_texts(project)
    project.alias("alias 1", project.array("a.b", "<f8", [2, 3], order=1))
    project.attribute("a.b", "large", "|u1", [65537], bytes(65537))
    project.attribute("a.b", "bytes", "|S3", [2], b"\xff\0aab\0")
    project.attribute("a.b", "deep", "|b1", [1] * 30, b"\1")
    for attribute in ("", "x" * 161, "\U0001f980" * 300, "z" * 65535):
        project.text("a.b", attribute, "value")
    project.allocate()
    return project.publish()


def publish(root: Path, kind: str, syntax: str) -> Path:
    name = f"parsers-{os.getpid()}"
    return (write_cases if kind == "cases" else write_odd)(root, name, syntax)


@pytest.fixture(scope="session", params=["cases", "odd"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Written]:
    """Written twice, as a store has one syntax; what belongs to one creation of a project is made the same."""
    found = Written({}, {})
    own: list[tuple[bytes, bytes]] = []
    for syntax in ("yaml", "toml"):
        path = publish(tmp_path_factory.mktemp(syntax), request.param, syntax)
        described = load(path)
        Path("/dev/shm", described["segment"]).unlink()
        own.append((described["generation"].encode(), described["created"].encode()))
        text = path.read_bytes()
        for mine, first in zip(own[-1], own[0], strict=True):
            text = text.replace(mine, first)
        path.write_bytes(text)
        found.text[syntax], found.data[syntax] = text, load(path)
    yield found


@pytest.fixture(scope="session")
def library() -> Library:
    return Library()

# SPDX-License-Identifier: MIT
"""What the library writes is what docs/format.md says: read by programs that know nothing but that page."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from format_cases import NAT, Cases, narrowed, read_cases
from format_producer import CASES, Project, add_texts, write_cases
from read_index import arrays_of_index
from read_segment import arrays_of_manifest, load, map_segment, values


def same(found: Any, wanted: Any) -> bool:
    """As text: nan is nan, -0.0 is not 0.0, and 1 is not True."""
    return repr(found) == repr(wanted)


@pytest.fixture(scope="module")
def cases() -> Cases:
    return read_cases(CASES)


@pytest.fixture(scope="module", params=["yaml", "toml"])
def syntax(request: pytest.FixtureRequest) -> str:
    """All tests that look at a manifest look at it in both syntaxes."""
    name = request.param
    assert isinstance(name, str)
    return name


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory, syntax: str) -> Iterator[dict[str, Any]]:
    path = write_cases(tmp_path_factory.mktemp("store"), f"format-{os.getpid()}", syntax)
    described = load(path)
    yield described
    Path("/dev/shm", described["segment"]).unlink()
    path.unlink()


@pytest.fixture
def produce(tmp_path: Path, syntax: str) -> Iterator[Callable[[str], Project]]:
    """Makes projects that are unlinked at the end."""
    made: list[Project] = []

    def make(name: str) -> Project:
        made.append(Project(tmp_path, f"{name}-{os.getpid()}", syntax))
        return made[-1]

    yield make
    for project in made:
        project.unlink()


# ---- arrays


def test_the_manifest_alone_finds_every_array_and_its_values(manifest: dict[str, Any], cases: Cases) -> None:
    found = arrays_of_manifest(manifest)
    assert set(found) == set(cases.arrays)
    segment = map_segment(manifest["segment"])
    for path, wanted in cases.arrays.items():
        assert (found[path]["dtype"], found[path]["shape"], found[path]["order"]) == wanted[:3], path
        assert same(values(segment, found[path]), wanted.value), path


def in_the_index(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The arrays of a manifest, with what the index tells of them."""
    entries = arrays_of_manifest(manifest)
    keys = ("dtype", "shape", "order", "offset", "bytes")
    return {path: {key: entry[key] for key in keys} for path, entry in entries.items()}


def test_the_index_alone_finds_the_same_arrays(manifest: dict[str, Any]) -> None:
    segment = map_segment(manifest["segment"])
    found = arrays_of_index(segment)
    assert found == in_the_index(manifest)
    assert list(found) == [entry["path"] for entry in manifest["arrays"]]


def test_the_index_gives_right_values_when_the_manifest_is_not_there(manifest: dict[str, Any], cases: Cases) -> None:
    segment = map_segment(manifest["segment"])
    found = arrays_of_index(segment)
    assert len(found) == len(cases.arrays)
    for path, wanted in cases.arrays.items():
        assert same(values(segment, found[path]), wanted.value), path


def test_both_readers_are_programs(produce: Callable[[str], Project]) -> None:
    project = produce("program")
    array = project.array("a/b 1", ">i2", [2, 2], order=1)
    project.allocate()
    project.write(array, bytes([0, 1, 0, 2, 0, 3, 255, 255]))
    path = project.publish()
    segment = load(path)["segment"]
    for script, place in (("read_segment.py", str(path)), ("read_index.py", segment)):
        words = [sys.executable, Path(__file__).with_name(script), place, "a/b 1"]
        assert subprocess.run(words, check=True, capture_output=True, text=True).stdout == "[[1, 3], [2, -1]]\n"


def test_the_segment_is_as_large_as_the_manifest_says(manifest: dict[str, Any]) -> None:
    assert Path("/dev/shm", manifest["segment"]).stat().st_size == manifest["bytes"]
    for entry in manifest["arrays"]:
        assert entry["offset"] % (4096 if entry["bytes"] >= 65536 else 64) == 0
        assert entry["offset"] + entry["bytes"] <= manifest["bytes"]


def test_an_alias_names_the_array_it_shares(produce: Callable[[str], Project]) -> None:
    project = produce("alias")
    array = project.array("a/first", "<i4", [3])
    project.alias("a/a second", array)
    project.allocate()
    project.write(array, b"".join(number.to_bytes(4, "little") for number in (7, 8, 9)))
    described = load(project.publish())
    assert described["arrays"][1] == {"path": "a/a second", "alias": "a/first"}
    found = arrays_of_manifest(described)
    segment = map_segment(described["segment"])
    assert values(segment, found["a/a second"]) == [7, 8, 9]
    assert arrays_of_index(segment) == in_the_index(described)


# ---- groups and attributes


def test_groups_are_all_there(manifest: dict[str, Any], cases: Cases) -> None:
    found = [entry["path"] for entry in manifest["groups"]]
    assert found[0] == ""
    assert sorted(found) == sorted(cases.groups)


def of_manifest(dtype: Any, shape: list[int], value: Any) -> Any:
    """A value as the manifest has it, as a reader of the segment would have it."""
    if shape:
        return [of_manifest(dtype, shape[1:], item) for item in value]
    if isinstance(dtype, list):
        named = [field for field in dtype if field[0]]
        pairs = zip(named, value, strict=True)
        return tuple(of_manifest(kind, shape[0] if shape else [], item) for (_, kind, *shape), item in pairs)
    kind = dtype[1]
    if isinstance(value, dict):
        data = base64.b64decode(value["base64"], validate=True)
        return data.rstrip(b"\0") if kind == "S" else data
    if kind == "S":
        return value.encode()
    if kind == "V":
        return base64.b64decode(value, validate=True)
    if kind in "Mm" and value == "NaT":
        return NAT
    if kind == "f":
        return narrowed(value, int(dtype[2:]))
    if kind == "u":
        return int(value)  # TOML's numbers end below 2**63
    return complex(*(narrowed(half, int(dtype[2:]) // 2) for half in value)) if kind == "c" else value


def test_every_attribute_is_in_the_manifest_with_its_value(manifest: dict[str, Any], cases: Cases) -> None:
    nodes = {entry["path"]: entry.get("attributes", {}) for entry in manifest["groups"] + manifest["arrays"]}
    assert {path for path, attributes in nodes.items() if attributes} == set(cases.attributes)
    for path, attributes in cases.attributes.items():
        assert list(nodes[path]) == list(attributes), path
        for name, wanted in attributes.items():
            found = nodes[path][name]
            assert (found["dtype"], found["shape"]) == (wanted.dtype, wanted.shape), (path, name)
            if 0 in wanted.shape:
                assert found["value"] == []
                continue
            dtype = json.loads(wanted.dtype) if wanted.dtype.startswith("[") else wanted.dtype
            assert same(of_manifest(dtype, wanted.shape, found["value"]), wanted.value), (path, name)


def test_large_values_are_left_out_and_said_to_be_there(produce: Callable[[str], Project]) -> None:
    project = produce("large")
    project.attribute("", "fits", "|u1", [65536], bytes(65536))
    project.attribute("", "does not", "|u1", [65537], bytes(65537))
    project.allocate()
    attributes = load(project.publish())["groups"][0]["attributes"]
    assert attributes["fits"]["value"] == [0] * 65536
    assert attributes["does not"] == {"dtype": "|u1", "shape": [65537]}


def without_large_numbers(value: Any) -> Any:
    """What TOML makes of what YAML has: numbers from 2**63 up as strings."""
    if isinstance(value, dict):
        return {key: without_large_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [without_large_numbers(item) for item in value]
    return str(value) if isinstance(value, int) and value >= 2**63 else value


def test_both_syntaxes_say_the_same(tmp_path: Path) -> None:
    paths = [write_cases(tmp_path, f"same-{syntax}-{os.getpid()}", syntax) for syntax in ("yaml", "toml")]
    described = [load(path) for path in paths]
    for each in described:
        Path("/dev/shm", each["segment"]).unlink()
        for own in ("project", "generation", "segment", "created"):
            del each[own]
    assert list(described[0]) == list(described[1])
    assert same(described[1], without_large_numbers(described[0]))
    assert not same(described[0], described[1])  # there is such a number


# ---- strings: what a parser makes of them is what was written


def test_strings_of_any_characters_are_read_as_they_are(produce: Callable[[str], Project]) -> None:
    project = produce("strings")
    texts = add_texts(project)
    project.allocate()
    described = load(project.publish())
    attributes = described["groups"][0]["attributes"]
    for number, text in enumerate(texts):
        assert attributes[str(number)]["value"] == text
        assert attributes["name " + text]["value"] == "x"
    origin = [note for note in described["origin"] if note["key"] != "producer"]
    assert origin == [{"key": text, "text": text} for text in texts]
    assert described["skipped"] == [{"path": text, "reason": "because"} for text in texts]
    wanted = ["g/" + text.replace("/", "")[:250] for text in texts]
    assert [entry["path"] for entry in described["groups"][2:]] == list(dict.fromkeys(wanted))


def test_an_attribute_may_have_a_name_of_any_length(produce: Callable[[str], Project]) -> None:
    project = produce("names")
    names = ["", "x" * 160, "\x01" * 160, "y" * 161, "\U0001f980" * 300, "z" * 65535]
    for name in names:
        project.text("", name, "value")
    project.allocate()
    assert list(load(project.publish())["groups"][0]["attributes"]) == names


def test_text_that_is_not_unicode_is_kept_as_bytes(produce: Callable[[str], Project]) -> None:
    project = produce("bytes")
    project.attribute("", "S", "|S4", [], b"\xff\0a\0")
    project.attribute("", "U", "<U1", [], b"\0\xd8\0\0")
    project.attribute("", "NUL inside", "|S3", [], b"a\0b")
    project.allocate()
    attributes = load(project.publish())["groups"][0]["attributes"]
    assert base64.b64decode(attributes["S"]["value"]["base64"]) == b"\xff\0a\0"
    assert base64.b64decode(attributes["U"]["value"]["base64"]) == b"\0\xd8\0\0"
    assert attributes["NUL inside"]["value"] == "a\0b"


# ---- the head


def test_the_head_says_what_the_segment_says(produce: Callable[[str], Project]) -> None:
    project = produce("head")
    project.allocate()
    described = load(project.publish())
    assert list(described)[:7] == ["cute-shm", "project", "generation", "segment", "lifetime", "bytes", "created"]
    segment = map_segment(described["segment"])
    assert described["cute-shm"] == 1
    assert described["project"].encode() == segment[256:512].rstrip(b"\0") == project.name
    assert int(described["generation"], 16) == int.from_bytes(segment[16:24], "little")
    assert described["bytes"] == int.from_bytes(segment[24:32], "little") == len(segment)
    assert described["lifetime"] == "persistent"
    assert described["arrays"] == []
    assert int.from_bytes(segment[4032:4036], "little") == 2  # published

# SPDX-License-Identifier: MIT
"""The schemas in docs/ take every manifest that the library writes, and each of their rules refuses something."""

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from format_producer import Library, Project, write_cases
from jsonschema import Draft202012Validator, ValidationError
from read_segment import load

DOCS = Path(__file__).parents[2] / "docs"
SHM = Path("/dev/shm")
GONE = object()


def schema_of(kind: str) -> Draft202012Validator:
    schema = json.loads((DOCS / f"{kind}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


MANIFEST, LAYOUT = schema_of("manifest"), schema_of("layout")


# ---- what the library writes


@pytest.mark.parametrize("syntax", ["yaml", "toml"])
def test_all_cases_are_valid(tmp_path: Path, syntax: str) -> None:
    described = load(write_cases(tmp_path, f"schema-{os.getpid()}", syntax))
    SHM.joinpath(described["segment"]).unlink()
    MANIFEST.validate(described)


@pytest.mark.parametrize("syntax", ["yaml", "toml"])
@pytest.mark.parametrize("lifetime", ["persistent", "owner", "last-user"])
def test_an_empty_project_is_valid(tmp_path: Path, syntax: str, lifetime: str) -> None:
    project = Project(tmp_path, f"schema-{os.getpid()} ", syntax, lifetime=lifetime)
    project.allocate()
    described = load(project.publish(keep=lifetime == "last-user"))
    project.unlink()
    assert described["lifetime"] == lifetime
    MANIFEST.validate(described)


@pytest.mark.parametrize("syntax", ["yaml", "toml"])
def test_what_the_cases_have_not_is_valid(tmp_path: Path, syntax: str) -> None:
    project = Project(tmp_path, f"schema-{os.getpid()}", syntax)
    project.alias("again", project.array("a.b/..\n", "|u1", [3]))
    project.attribute("", "", "|S2", [2], b"\xff\0ab")
    project.attribute("", "large", "<u2", [40000], bytes(80000))
    project.attribute("", "deep", "|b1", [1] * 40, b"\1")
    project.attribute("", "none", "<c8", [2, 0], b"")
    project.note(1, "hdf5.path", "no")
    project.note(2, "entry/link", "an external link")
    project.allocate()
    described = load(project.publish())
    project.unlink()
    MANIFEST.validate(described)


# ---- what the schemas refuse


def changed(document: Any, where: str, value: Any) -> Any:
    """A copy with one value changed, or gone."""
    copied = copy.deepcopy(document)
    place = copied
    *above, last = where.split(".")
    for key in above:
        place = place[int(key) if isinstance(place, list) else key]
    if value is GONE:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return copied


def leaves(error: ValidationError) -> Iterator[ValidationError]:
    """An error, and those of the alternatives that it has tried."""
    yield error
    for below in error.context or ():
        yield from leaves(below)


RULES = {"type", "required", "pattern", "enum", "const", "minimum", "maximum", "multipleOf", "minItems", "maxItems",
         "minLength", "maxLength", "anyOf"}  # fmt: skip


def rules(schema: Any, place: str = "") -> Iterator[tuple[int, str, str]]:
    """The rules of a schema: the object they are in, their name, and where that is. What `if` asks is no rule."""
    if isinstance(schema, list):
        for number, item in enumerate(schema):
            yield from rules(item, f"{place}/{number}")
    if not isinstance(schema, dict):
        return
    for key, value in schema.items():
        if place.endswith(("/properties", "/$defs")):  # names, not keywords
            yield from rules(value, f"{place}/{key}")
        elif key in RULES - {"anyOf"} or (key, value) == ("additionalProperties", False):
            yield id(schema), key, place
        elif key != "if":
            yield from rules(value, f"{place}/{key}")


def check_refusals(schema: Draft202012Validator, document: Any, refused: list[tuple[str, Any]]) -> None:
    """Each change makes a good document wrong; and together they meet every rule."""
    schema.validate(document)
    met = set()
    for where, value in [("", []), *refused]:
        errors = list(schema.iter_errors(changed(document, where, value) if where else value))
        assert errors, f"{where} = {value!r} was not refused"
        met |= {(id(leaf.schema), leaf.validator) for error in errors for leaf in leaves(error)}
    assert [place + "/" + key for number, key, place in rules(schema.schema) if (number, key) not in met] == []


def attribute(dtype: str, value: Any, *shape: int) -> dict[str, Any]:
    return {"dtype": dtype, "shape": list(shape), "value": value}


WHOLE: dict[str, Any] = {
    "cute-shm": 1,
    "project": "robot 1",
    "generation": "9f0c3a5be1d27788",
    "segment": "cute-shm.robot_1.9f0c3a5be1d27788",
    "lifetime": "owner",
    "bytes": 16384,
    "created": "2026-11-22T17:30:00.123456789Z",
    "of tomorrow": None,
    "origin": [{"key": "producer", "text": "libcuteshm (C 2.0.0)"}],
    "skipped": [{"path": "entry/link", "reason": "an external link"}],
    "groups": [
        {
            "path": "",
            "attributes": {
                "b1": attribute("|b1", [True, False], 2),
                "u8": attribute("<u8", [[2**64 - 1, "18446744073709551615"]], 1, 2),
                "f4": attribute(">f4", [1.5, float("nan"), float("inf"), 1], 4),
                "c16": attribute("<c16", [[0.0, 1.0]], 1),
                "0-d complex": attribute("<c16", [0.0, 1.0]),
                "S": attribute("|S2", [{"base64": "/wA="}, "ab"], 2),
                "U": attribute("<U5", "Arm 3"),
                "M8": attribute("<M8[25us]", ["NaT", -5], 2),
                "m8": attribute("<m8", 3),
                "V": attribute("|V1", ["AA=="], 1),
                "record": attribute('[["x","<f8"],["","|V4"]]', [1.0]),
                "none": attribute("<i2", [], 3, 0),
                "left out": {"dtype": "|u1", "shape": [65537]},
            },
        },
        {"path": "b", "of tomorrow": {}},
    ],
    "arrays": [
        {"path": "b/x", "dtype": "<f8", "shape": [3, 3], "order": "F", "offset": 8192, "bytes": 72, "attributes": {}},
        {"path": "again", "alias": "b/x"},
    ],
}


def each(where: str, *values: Any) -> list[tuple[str, Any]]:
    """A change for each of the values."""
    return [(where, value) for value in values]


HEAD: list[tuple[str, Any]] = [
    (key, GONE) for key in ("cute-shm", "project", "generation", "segment", "bytes", "created", "groups", "arrays")
]
ARRAY: list[tuple[str, Any]] = [
    (f"arrays.0.{key}", GONE) for key in ("path", "dtype", "shape", "order", "offset", "bytes")
]
PATHS = [3, "", "/b", "b/", "b//c", "b/./c", ".", "b/.", "a\0b", "a" * 1025, "/".join(["abc"] * 20000)]
DTYPES = [8, "f8", "<f3", "<b1", "|u2", "|S", "|S0", "<U01", "<M8[", "<M8[0s]", "<M8[xs]", "<M4", "<f8\n", "", "[]",
          "float64", "[[1]]", '[["x","<f8"]]' + "\n", "[" + '["x","<f8"],' * 6000 + "]"]  # fmt: skip
ROOT = "groups.0.attributes"
REFUSED_MANIFESTS: list[tuple[str, Any]] = [
    *HEAD,
    *ARRAY,
    ("cute-shm", 2),
    ("cute-shm", "1"),
    *each("project", 7, "", ".robot", "a/b", "a\0", "a" * 201),
    *each("segment", 7, "", "..", "a/b", "a" * 256),
    *each("generation", 7, "0" * 16, "9f0c3a5be1d2778", "9F0C3A5BE1D27788", "9f0c3a5be1d27788\n"),
    ("lifetime", "forever"),
    *each("bytes", "16384", 0, -1, 4095, 1.5),
    *each("created", 0, "2026-11-22", "2026-11-22T17:30:00.123456789", "2026-11-22T17:30:00Z"),
    ("origin", {}),
    ("origin.0", "libcuteshm"),
    ("origin.0.key", GONE),
    ("origin.0.key", 1),
    ("origin.0.text", None),
    ("skipped", {}),
    ("skipped.0", "entry/link"),
    ("skipped.0.reason", GONE),
    ("skipped.0.path", 1),
    ("skipped.0.reason", 1),
    ("groups", []),
    ("groups", {}),
    ("groups.0.path", "b"),
    ("groups.0.path", GONE),
    ("groups.1", "b"),
    *each("groups.1.path", *PATHS),
    *each("groups.1.attributes", [], {"x": 1}, {"x": {}}, {"x": {"dtype": "<f8"}}, {"x": {"shape": []}}),
    ("arrays", {}),
    ("arrays.0", "b/x"),
    ("arrays.0.path", ""),
    *each("arrays.0.dtype", *DTYPES),
    *each("arrays.0.shape", 3, [-1], [1.5], ["3"], [1] * 65),
    ("arrays.0.order", "A"),
    *each("arrays.0.offset", "8192", -64, 8200, 64, 8192.5),
    *each("arrays.0.bytes", "72", -1, 0.5),
    ("arrays.0.attributes", []),
    ("arrays.1.path", GONE),
    ("arrays.1.path", ""),
    ("arrays.1.alias", ""),
    ("arrays.1.alias", 0),
    *each(f"{ROOT}.b1.value", True, 1, "true", [1]),
    *each(f"{ROOT}.u8.value", [2**64], [-(2**63) - 1], [1.5], ["1"], [True], ["9" * 21], None),
    *each(f"{ROOT}.f4.value", ["1"], [None], 1.0),
    *each(f"{ROOT}.c16.value", [1.0], [[1.0]], [[1.0, 2.0, 3.0]], ["1+2j"], "1+2j"),
    (f"{ROOT}.0-d complex.value", 1.0),
    *each(f"{ROOT}.S.value", [1], [{}], [{"base64": 1}], [{"base64": "a"}]),
    *each(f"{ROOT}.U.value", ["Arm 3"], 1, None),
    *each(f"{ROOT}.M8.value", ["nat"], [1.5], ["2026-11-22"]),
    (f"{ROOT}.m8.value", [3]),
    *each(f"{ROOT}.V.value", [0], ["A"], ["AAA=="], ["AA==\n"], [{"base64": "AA=="}]),
    (f"{ROOT}.record.value", 1.0),
    (f"{ROOT}.record.shape", [2, "x"]),
]


def test_each_rule_for_manifests_refuses_something() -> None:
    check_refusals(MANIFEST, WHOLE, REFUSED_MANIFESTS)


HAND_WRITTEN: dict[str, Any] = {
    "cute-shm-layout": 1,
    "attributes": {"title": "Arm 3", "no": False, "matrix": [[1, 0], [0, 1]], "rate": 1e3},
    "groups": [
        {
            "path": "camera",
            "attributes": {
                "gain": {"dtype": "<f4", "shape": [2], "value": [1, 2.5]},
                "by hand": {"dtype": "<f4", "value": [1, 2]},
            },
        }
    ],
    "arrays": [
        {"path": "camera/image", "dtype": "uint8", "shape": [480, 640], "order": "F", "fill": 255},
        {"path": "state", "dtype": [["q", "<f8", [7]], ["", "|V4"], ["ok", "bool"]], "shape": []},
        {"path": "text", "dtype": '[["x","<f8"]]', "shape": [0], "fill": [1.0], "attributes": {}},
        {"path": "raw", "dtype": "|S3", "shape": [2], "fill": {"base64": "/wAB"}},
        {"path": "when", "dtype": "datetime64[ns]", "shape": [2], "fill": "NaT"},
        {"path": "again", "alias": "state"},
    ],
}
REFUSED_LAYOUTS: list[tuple[str, Any]] = [
    ("cute-shm-layout", GONE),
    ("cute-shm-layout", 2),
    ("array", []),
    ("attributes", []),
    *each("attributes.title", None, [None], {}, {"dtype": "<f8"}, {"value": 1}),
    ("groups", {}),
    ("groups.0", "camera"),
    ("groups.0.path", GONE),
    ("groups.0.attribute", {}),
    *each("groups.0.path", *(path for path in PATHS if path not in ("", "/b"))),
    ("groups.0.attributes", []),
    ("groups.0.attributes.gain.unit", "dB"),
    ("groups.0.attributes.gain.value", None),
    ("arrays", {}),
    ("arrays.0", "image"),
    *((f"arrays.0.{key}", GONE) for key in ("path", "dtype", "shape")),
    *each("arrays.0.path", "", "/"),
    ("arrays.0.offset", 8192),
    *each("arrays.0.dtype", 8, "double", "u3", "<M8[xs]", "", [], ["u1"], [["x"]], [["x", "u1", [1], 0]]),
    *each("arrays.1.dtype.0", "q", [1, "<f8"], ["q", 8], ["q", "<f8", 7], ["q", "<f8", [-1]]),
    *each("arrays.0.shape", 480, [-1], [1.5], ["480"], [1] * 65),
    ("arrays.0.order", "A"),
    *each("arrays.0.fill", None, [None], {}, {"hex": ""}, {"base64": 1}, {"base64": "", "x": 1}),
    ("arrays.0.attributes", 1),
    ("arrays.5.path", GONE),
    ("arrays.5.path", ""),
    ("arrays.5.alias", ""),
    ("arrays.5.shape", [1]),
]


def test_each_rule_for_layouts_refuses_something() -> None:
    check_refusals(LAYOUT, HAND_WRITTEN, REFUSED_LAYOUTS)


@pytest.mark.parametrize("path", sorted((DOCS / "examples").glob("*_*.[yt]*ml")), ids=lambda path: str(path.name))
def test_the_layouts_of_the_examples_are_valid(path: Path) -> None:
    LAYOUT.validate(load(path))


# ---- the schemas and the library agree


class Dumper(yaml.SafeDumper):
    """Writes no aliases, which the library refuses."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def taken(document: Any) -> bool:
    """Whether the library takes it."""
    text = str(yaml.dump(document, Dumper=Dumper, sort_keys=False)).encode()
    try:
        Library().converted(text, "yaml", "yaml")
    except RuntimeError:
        return False
    return True


# What a later version may have, or what no reader needs: the library leaves it alone.
ONLY_THE_SCHEMA = ("created", "lifetime", "origin", "skipped", "groups.0.path", "arrays.0.offset")
# And it is content with less, or takes as text what YAML has without quotes.
TAKEN: list[tuple[str, Any]] = [
    ("groups", GONE),
    ("groups", []),
    ("groups.1.path", "/b"),
    ("arrays.0.dtype", '[["x","<f8"]]\n'),
    ("project", 7),
    ("segment", 7),
    ("groups.1.path", 3),
    (f"{ROOT}.U.value", 1),
    (f"{ROOT}.U.value", None),
    ("arrays.1.dtype.0", [1, "<f8"]),
]


@pytest.mark.parametrize(("document", "changes"), [(WHOLE, REFUSED_MANIFESTS), (HAND_WRITTEN, REFUSED_LAYOUTS)])
def test_what_the_schemas_refuse_the_library_refuses(document: Any, changes: list[tuple[str, Any]]) -> None:
    assert taken(document)
    for where, value in changes:
        if not where.startswith(ONLY_THE_SCHEMA):
            assert taken(changed(document, where, value)) == ((where, value) in TAKEN), (where, value)


def test_neither_schema_takes_what_the_other_does() -> None:
    assert not MANIFEST.is_valid(HAND_WRITTEN)
    assert not LAYOUT.is_valid(WHOLE)

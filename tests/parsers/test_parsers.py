# SPDX-License-Identifier: MIT
"""Other parsers read what we write as what it is; and what they write of it is read by us, and becomes our bytes again.

PyYAML (YAML 1.1), ruamel.yaml (1.2), tomllib, tomli_w, tomlkit, and Rust's toml, whose program is built before.
"""

import io
import json
import os
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import ruamel.yaml
import tomli_w
import tomlkit
import yaml
from conftest import Written
from format_producer import Library

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", Path(__file__).parents[2] / "build" / "cargo"))


def toml_crate(action: str, text: bytes) -> bytes:
    return subprocess.run([TARGET / "debug" / "toml_crate", action], input=text, check=True, capture_output=True).stdout


# ---- reading


def plain(value: Any) -> Any:
    """Of a parser's own classes the dicts, lists and values that they are."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return list(map(plain, value))
    kind = next(kind for kind in (bool, int, float, str) if isinstance(value, kind))
    return kind(value)


def of_json(text: bytes) -> Any:
    """What the program wrote: numbers are objects with one key there."""

    def number(pairs: list[tuple[str, Any]]) -> Any:
        if len(pairs) == 1 and pairs[0][0] == "i":
            return int(pairs[0][1])
        if len(pairs) == 1 and pairs[0][0] == "f":
            return struct.unpack(">d", bytes.fromhex(pairs[0][1]))[0]
        return dict(pairs)

    return json.loads(text, object_pairs_hook=number)


def read_ruamel(text: bytes) -> Any:
    parser = ruamel.yaml.YAML(typ="safe", pure=True)
    assert parser.resolver.processing_version in (None, (1, 2))
    return parser.load(text.decode())


READERS: dict[str, tuple[str, Callable[[bytes], Any]]] = {
    "ruamel": ("yaml", read_ruamel),
    "tomlkit": ("toml", lambda text: tomlkit.parse(text).unwrap()),
    "toml of Rust": ("toml", lambda text: of_json(toml_crate("json", text))),
}


@pytest.mark.parametrize("reader", READERS)
def test_every_parser_reads_the_same(written: Written, reader: str) -> None:
    syntax, read = READERS[reader]
    # As text: nan is nan, -0.0 is not 0.0, 1 is not True, and keys keep their order.
    assert repr(plain(read(written.text[syntax]))) == repr(written.data[syntax])


# ---- writing


class Dumper(yaml.SafeDumper):
    """Repeats what PyYAML would write as an alias of what it is the same object as."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write_pyyaml(data: Any, flow: bool | None) -> bytes:
    text = yaml.dump(data, Dumper=Dumper, sort_keys=False, default_flow_style=flow, allow_unicode=flow is None)
    return str(text).encode()


def write_ruamel(data: Any) -> bytes:
    out = io.BytesIO()
    writer = ruamel.yaml.YAML()
    writer.representer.ignore_aliases = lambda value: True
    writer.width = 1 << 30  # else it folds keys, which it does not read again itself
    writer.dump(data, out)
    return out.getvalue()


WRITERS: dict[str, tuple[str, Callable[[Any], bytes]]] = {
    "PyYAML, block": ("yaml", lambda data: write_pyyaml(data, False)),
    "PyYAML, flow": ("yaml", lambda data: write_pyyaml(data, True)),
    "PyYAML, mixed": ("yaml", lambda data: write_pyyaml(data, None)),
    "ruamel": ("yaml", write_ruamel),
    "tomli_w": ("toml", lambda data: tomli_w.dumps(data).encode()),
    "tomlkit": ("toml", lambda data: tomlkit.dumps(data).encode()),
    "toml of Rust": ("toml", lambda data: toml_crate("toml", tomli_w.dumps(data).encode())),
}


def first_line(text: bytes) -> bytes:
    """The comment on top, which no other writer keeps."""
    return text[: text.index(b"\n") + 1]


@pytest.mark.parametrize("writer", WRITERS)
def test_what_others_write_becomes_our_bytes(written: Written, library: Library, writer: str) -> None:
    syntax, write = WRITERS[writer]
    theirs = first_line(written.text[syntax]) + write(written.data[syntax])
    assert theirs != written.text[syntax]
    for target, ours in written.text.items():
        assert library.converted(theirs, syntax, target) == ours


def test_our_own_conversions_give_our_bytes(written: Written, library: Library) -> None:
    for source, text in written.text.items():
        for target, ours in written.text.items():
            assert library.converted(text, source, target) == ours

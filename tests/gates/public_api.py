"""The public headers as clang understands them: functions, enums, structs and constants, by name and in order."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gate

INCLUDE = gate.ROOT / "core" / "include"
# Each library's own header; the second includes the first.
HEADERS = {"cuteshm": "cuteshm/cuteshm.h", "cuteshm_hdf5": "cuteshm/hdf5.h"}

_INTEGER = re.compile(r"\(?-?(0[xX][0-9a-fA-F]+|\d+)[uUlL]*\)?$")


@dataclass
class Function:
    """A prototype: what it returns, and its parameters' names and types. A nameless parameter has the name ""."""

    returns: str
    parameters: list[tuple[str, str]]


@dataclass
class Api:
    """What a header, together with those it includes, gives to its user."""

    functions: dict[str, Function] = field(default_factory=dict)
    callbacks: dict[str, str] = field(default_factory=dict)
    structs: dict[str, dict[str, str]] = field(default_factory=dict)
    enums: dict[str, list[str]] = field(default_factory=dict)
    constants: list[str] = field(default_factory=list)
    initialisers: list[str] = field(default_factory=list)


def parse(header: str, include: Path = INCLUDE) -> Api:
    """Reads `header`, as it would be written between < and >, and all it includes."""
    command = [gate.tool("clang"), "-x", "c", "-std=c99", f"-I{include}"]
    text = f"#include <{header}>\n"
    api = Api()
    tree = json.loads(gate.output(*command, "-fsyntax-only", "-Xclang", "-ast-dump=json", "-", text=text))
    for node in tree["inner"]:
        if node.get("name", "").startswith("cshm_"):
            _add(api, node)
    for line in gate.output(*command, "-dM", "-E", "-", text=text).splitlines():
        _, name, *body = line.split(None, 2)
        if name.startswith("CSHM_") and name.endswith("_INIT"):
            api.initialisers.append(name)
        elif name.startswith("CSHM_") and body and _INTEGER.match(body[0]):
            api.constants.append(name)
    return api


def _add(api: Api, node: dict[str, Any]) -> None:
    """Adds one declaration of clang's syntax tree."""
    name, kind = node["name"], node["kind"]
    inner = node.get("inner", [])
    if kind == "FunctionDecl":
        parameters = [(part.get("name", ""), _type(part)) for part in inner if part["kind"] == "ParmVarDecl"]
        api.functions[name] = Function(_type(node).partition("(")[0].strip(), parameters)
    elif kind == "RecordDecl" and node.get("completeDefinition"):
        api.structs[name] = {part["name"]: _type(part) for part in inner if part["kind"] == "FieldDecl"}
    elif kind == "EnumDecl":
        api.enums[name] = [part["name"] for part in inner if part["kind"] == "EnumConstantDecl"]
    elif kind == "TypedefDecl" and "(*)" in _type(node):
        api.callbacks[name] = _type(node)


def _type(node: dict[str, Any]) -> str:
    return str(node["type"]["qualType"])

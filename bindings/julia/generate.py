#!/usr/bin/env python3
"""Writes the ccall layer of CuteShm: Julia modules with the constants, structs and functions of the C headers.

SWIG reads the headers through the same interface files as for Python (`swig -xml`); this turns its XML into
Julia. What it cannot translate faithfully (unions, bit-fields, variadic functions, types and macros it does not
know) ends it with an error: a layer with a hole in it would be found by a user.

    python bindings/julia/generate.py            writes CuteShm/src/LibCuteShm.jl and LibCuteShmHDF5.jl
    python bindings/julia/generate.py --check    compares them with what it would write; exit 1 with a diff

SPDX-License-Identifier: MIT
"""

from __future__ import annotations

import argparse
import difflib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
INCLUDE = ROOT / "core" / "include"

PRIMITIVES = {
    "void": "Cvoid",
    "char": "Cchar",
    "int": "Cint",
    "unsigned int": "Cuint",
    "float": "Cfloat",
    "double": "Cdouble",
    "size_t": "Csize_t",
    **{f"int{n}_t": f"Int{n}" for n in (8, 16, 32, 64)},
    **{f"uint{n}_t": f"UInt{n}" for n in (8, 16, 32, 64)},
}

KEYWORDS = frozenset(
    """
    baremodule begin break catch const continue do else elseif end export false finally for function global if
    import let local macro module quote return struct true try using while
    """.split()  # noqa: SIM905  (a list of words reads better than a list of literals)
)


class UntranslatableError(Exception):
    """Something in the header that has no faithful Julia form."""


@dataclass(frozen=True)
class Target:
    """One generated file: which header, read through which interface file, becomes which module."""

    header: str
    interface: str
    module: str
    library: str
    uses: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        return HERE / "CuteShm" / "src" / f"{self.module}.jl"


TARGETS = (
    Target("cuteshm/cuteshm.h", "cuteshm.i", "LibCuteShm", "libcuteshm"),
    Target("cuteshm/hdf5.h", "cuteshm_hdf5.i", "LibCuteShmHDF5", "libcuteshm_hdf5", ("LibCuteShm",)),
)


@dataclass
class Names:
    """The types met so far: what a C type name may refer to."""

    enums: set[str] = field(default_factory=set)
    structs: set[str] = field(default_factory=set)
    callbacks: set[str] = field(default_factory=set)


def attributes(element: ET.Element) -> dict[str, str]:
    found = element.findall("attributelist/attribute")
    return {a.attrib["name"]: a.attrib["value"] for a in found}


def parameters(element: ET.Element) -> list[tuple[str, str]]:
    """(name, encoded type) of each parameter; `(void)` is none."""
    parms = [attributes(p) for p in element.findall("attributelist/parmlist/parm")]
    if [p["type"] for p in parms] == ["void"]:
        return []
    for p in parms:
        if "name" not in p:
            raise UntranslatableError(f"{attributes(element)['name']}: a parameter without a name")
    return [(p["name"], p["type"]) for p in parms]


def julia_name(name: str) -> str:
    return name + "_" if name in KEYWORDS else name


def julia_type(encoded: str, names: Names) -> str:
    """SWIG's encoded type, such as "p.q(const).char", as a Julia type."""
    if encoded.startswith("q("):
        return julia_type(encoded[encoded.index(").") + 2 :], names)
    array = re.fullmatch(r"a\((\d+)\)\.(.*)", encoded)
    if array:
        return f"NTuple{{{array[1]}, {julia_type(array[2], names)}}}"
    if encoded == "p.q(const).char":  # const only: a plain `char *` is a buffer
        return "Cstring"
    if encoded.startswith("p.f("):
        raise UntranslatableError(f"{encoded}: a function pointer without a typedef")
    if encoded.startswith("p."):
        return f"Ptr{{{julia_type(encoded[2:], names)}}}"
    bare = re.sub(r"^(enum|struct) ", "", encoded)
    if bare in PRIMITIVES:
        return PRIMITIVES[bare]
    if bare in names.enums | names.structs | names.callbacks:
        return bare
    raise UntranslatableError(f"no Julia type for {encoded!r}")


def literal(value: str, what: str) -> str:
    """An integer or string literal of C as one of Julia."""
    if re.fullmatch(r'"[^"\\$]*"', value):
        return value
    number = re.fullmatch(r"(-?(?:0[xX][0-9a-fA-F]+|0|[1-9]\d*))(?:[uU]|[lL]){0,3}", value)
    if number:
        return number[1]
    raise UntranslatableError(f"{what}: no literal: {value!r}")


def initialiser(item: str, julia: str, struct: str) -> str:
    """One item of an _INIT macro, for a field of that Julia type."""
    array = re.fullmatch(r"NTuple\{(\d+), (\w+)\}", julia)
    if array and item == "{0}":
        return f"ntuple(_ -> {array[2]}(0), {array[1]})"
    if array:
        raise UntranslatableError(f"{struct}: cannot initialise {julia} with {item}")
    if item == "NULL":
        return "Cstring(C_NULL)" if julia == "Cstring" else "C_NULL"
    if re.fullmatch(r"sizeof\(\w+\)|[A-Z]\w*", item):
        return item
    return literal(item, struct)


class Header:
    """What SWIG does not tell of a header: its _INIT macros, and which constants there should be."""

    def __init__(self, text: str) -> None:
        text = re.sub(r"/\*.*?\*/", "", text.replace("\\\n", " "), flags=re.S)
        found = re.findall(r"^[ \t]*#[ \t]*define[ \t]+(\w+)(\(?)[ \t]*(.*?)[ \t]*$", text, flags=re.M)
        self.constants: set[str] = set()
        self.inits: dict[str, list[str]] = {}
        for name, parenthesis, value in found:
            if parenthesis:
                raise UntranslatableError(f"{name}: a macro with parameters")
            if name.endswith("_INIT"):
                self.inits[name[: -len("_INIT")].lower()] = self._items(name, value)
            elif value and not value.startswith("__attribute__"):
                self.constants.add(name)

    @staticmethod
    def _items(name: str, value: str) -> list[str]:
        if not re.fullmatch(r"\{(?:[^{}]|\{0\})*\}", value):
            raise UntranslatableError(f"{name}: not a plain initialiser: {value!r}")
        return [item.strip() for item in value[1:-1].split(",")]


class Writer:
    """One Julia module, from one header's part of the XML."""

    def __init__(self, names: Names, header: Header) -> None:
        self.names = names
        self.header = header
        self.lines: list[str] = []
        self.exported: list[str] = []
        self.constants: set[str] = set()

    def emit(self, *lines: str, export: str | None = None) -> None:
        self.lines += lines
        if export:
            self.exported.append(export)

    def constant(self, element: ET.Element) -> None:
        a = attributes(element)
        self.constants.add(a["name"])
        self.emit(f"const {a['name']} = {literal(a['value'], a['name'])}", export=a["name"])

    def enum(self, element: ET.Element) -> None:
        name = attributes(element).get("tdname")
        if not name:
            raise UntranslatableError("an enum without a typedef")
        self.names.enums.add(name)
        self.emit("", f"const {name} = Cint", export=name)
        for item in map(attributes, element.findall("enumitem")):
            if "enumvalue" not in item:
                raise UntranslatableError(f"{item['name']}: its value is not written out")
            value = literal(item["enumvalue"], item["name"])
            self.emit(f"const {item['name']} = {name}({value})", export=item["name"])

    def struct(self, element: ET.Element) -> None:
        a = attributes(element)
        name = a.get("tdname") or a.get("name", "without a name")
        if a["kind"] != "struct":
            raise UntranslatableError(f"{name}: a {a['kind']}")
        fields = [self._field(name, f) for f in map(attributes, element.findall("cdecl"))]
        self.names.structs.add(name)
        self.emit("", f"struct {name}", *(f"    {f}::{t}" for f, t in fields), "end", export=name)
        items = self.header.inits.pop(name, None)
        if items is not None:
            self._constructor(name, fields, items)
        elif fields[0][0] == "size":
            raise UntranslatableError(f"{name}: it begins with its size, but has no _INIT macro")

    def _field(self, struct: str, a: dict[str, str]) -> tuple[str, str]:
        if "bitfield" in a or a.get("kind") != "variable":
            raise UntranslatableError(f"{struct}.{a.get('name', '?')}: a bit-field, or no variable")
        return julia_name(a["name"]), julia_type(a["decl"] + a["type"], self.names)

    def _constructor(self, name: str, fields: list[tuple[str, str]], items: list[str]) -> None:
        if len(items) != len(fields):
            raise UntranslatableError(f"{name}: {len(fields)} fields, but its _INIT macro has {len(items)}")
        values = [initialiser(i, t, name) for i, (_, t) in zip(items, fields, strict=True)]
        self.emit(f"# {name.upper()}_INIT", f"{name}() = {name}({', '.join(values)})")

    def typedef(self, a: dict[str, str], element: ET.Element) -> None:
        if a["decl"].startswith("p.f("):
            self._callback(a, element)
        elif a["type"] not in (f"struct {a['name']}", f"enum {a['name']}"):
            raise UntranslatableError(f"{a['name']}: a typedef of {a['decl'] + a['type']!r}")

    def _callback(self, a: dict[str, str], element: ET.Element) -> None:
        name = a["name"]
        result = julia_type(a["decl"][a["decl"].rindex(").") + 2 :] + a["type"], self.names)
        parms = [(n, julia_type(t, self.names)) for n, t in parameters(element)]
        types = "".join(f"{t}, " for _, t in parms)
        self.names.callbacks.add(name)
        self.emit(
            "",
            f"const {name} = Ptr{{Cvoid}}",
            f"# a pointer to the function f({', '.join(n for n, _ in parms)})",
            f"macro {name}(f)",
            f"    return esc(:(@cfunction($f, {result}, ({types.rstrip()}))))",
            "end",
            export=name,
        )
        self.exported.append(f"@{name}")

    def function(self, a: dict[str, str], element: ET.Element) -> None:
        name = a["name"]
        if "v(...)" in a["decl"]:
            raise UntranslatableError(f"{name}: a variable number of arguments")
        parms = [(julia_name(n), julia_type(t, self.names)) for n, t in parameters(element)]
        result = julia_type(a["decl"][a["decl"].rindex(").") + 2 :] + a["type"], self.names)
        arguments = ", ".join(f"{n}::{t}" for n, t in parms)
        self.emit(
            "",
            f"{name}({', '.join(n for n, _ in parms)}) =",
            f"    @ccall library.{name}({arguments})::{result}",
            export=name,
        )

    def declaration(self, element: ET.Element) -> None:
        a = attributes(element)
        if a.get("kind") == "typedef":
            self.typedef(a, element)
        elif a.get("kind") == "function" and a.get("storage") != "static":
            self.function(a, element)
        else:
            raise UntranslatableError(f"{a.get('name', '?')}: neither typedef nor function")

    def element(self, element: ET.Element) -> None:
        kinds = {
            "constant": self.constant,
            "enum": self.enum,
            "class": self.struct,
            "cdecl": self.declaration,
        }
        if element.tag in kinds:
            kinds[element.tag](element)
        elif element.tag not in ("attributelist", "include", "import"):
            raise UntranslatableError(f"SWIG met a {element.tag!r}")

    def finish(self) -> None:
        """Nothing of the header may have got lost on the way."""
        lost = (self.header.constants - self.constants) | {n.upper() + "_INIT" for n in self.header.inits}
        if lost:
            raise UntranslatableError(f"not in SWIG's output, or without a struct: {', '.join(sorted(lost))}")


def find_swig() -> str:
    beside = Path(sys.executable).parent / "swig"
    swig = str(beside) if beside.exists() else shutil.which("swig")
    if not swig:
        raise UntranslatableError("no swig: install the pinned one (pip install -r requirements-dev.txt)")
    return swig


def parse(interface: Path, include: Path) -> ET.Element:
    """What SWIG makes of an interface file."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "swig.xml"
        command = [find_swig(), "-xml", "-xmllite", f"-I{include}", "-o", str(out), str(interface)]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if run.returncode or not out.exists():
            raise UntranslatableError(f"swig failed on {interface.name}:\n{run.stdout}{run.stderr}")
        return ET.parse(out).getroot()


def header_parts(xml: ET.Element, include: Path) -> Iterator[tuple[str, ET.Element]]:
    """The parts of the XML that come from our headers, each with the header's name."""
    for element in xml.iter("include"):
        path = Path(attributes(element)["name"]).resolve()
        if path.is_relative_to(include):
            yield path.relative_to(include).as_posix(), element


def module_text(target: Target, writer: Writer, abi: str) -> str:
    head = [
        f"# Generated from <{target.header}> by bindings/julia/generate.py through SWIG's XML. Do not edit.",
        "# SPDX-License-Identifier: MIT",
        "",
        '"""',
        f"The functions, structs and constants of `<{target.header}>` under their C names: that header is the manual.",
        "Structs that begin with their size have a constructor without arguments, equal to their `_INIT` macro.",
        "Enums are `Cint`. Users want `CuteShm`; this layer is what it is made of.",
        '"""',
        f"module {target.module}",
        *(f"using ..{m}" for m in target.uses),
        "",
        f'const library = "{target.library}.so.{abi}"',
    ]
    exports = ["", "export " + ",\n    ".join(writer.exported), "", f"end # module {target.module}", ""]
    body = "\n".join(writer.lines).strip("\n")
    return "\n".join([*head, "", body, *exports])


def generate(target: Target, include: Path = INCLUDE, interfaces: Path = ROOT / "bindings" / "swig") -> str:
    """The text of one module."""
    xml = parse(interfaces / target.interface, include)
    names, written, abi = Names(), {}, None
    for name, part in header_parts(xml, include):
        writer = written[name] = Writer(names, Header((include / name).read_text(encoding="utf-8")))
        for element in part:
            writer.element(element)
            if attributes(element).get("name") == "CSHM_ABI_VERSION":
                abi = attributes(element)["value"]
        writer.finish()
    if target.header not in written or abi is None:
        raise UntranslatableError(f"{target.interface}: no <{target.header}>, or no CSHM_ABI_VERSION")
    return module_text(target, written[target.header], abi)


def check(target: Target, text: str) -> bool:
    old = target.path.read_text(encoding="utf-8") if target.path.exists() else ""
    name = target.path.relative_to(ROOT).as_posix()
    diff = difflib.unified_diff(old.splitlines(True), text.splitlines(True), name, "generated anew")
    sys.stdout.writelines(diff)
    return old == text


def main() -> int:
    options = argparse.ArgumentParser(description="Writes the ccall layer of CuteShm.")
    options.add_argument("--check", action="store_true", help="compare only; exit 1 where files differ")
    wanted = options.parse_args()
    try:
        texts = {target: generate(target) for target in TARGETS}
    except UntranslatableError as error:
        print(f"generate.py: {error}", file=sys.stderr)
        return 1
    if wanted.check:
        same = [check(target, text) for target, text in texts.items()]  # a list: every diff is shown
        return 0 if all(same) else 1
    for target, text in texts.items():
        target.path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

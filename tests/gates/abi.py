#!/usr/bin/env python3
"""The ABI that the public headers describe is the golden one of bindings/abi/, in every name and number.

`--update` (./dev abi-update) rewrites the golden files: abi.json, and a list of symbols for each library. A change
there is a change of what every client was compiled against, and shows as such in review.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gate
import public_api

GOLDEN = gate.ROOT / "bindings" / "abi"
SYMBOLS = {"cuteshm": GOLDEN / "symbols.txt", "cuteshm_hdf5": GOLDEN / "symbols_hdf5.txt"}

# A release may change these, and no client breaks.
NOT_ABI = ("CSHM_VERSION_",)


def measure(api: public_api.Api, header: str, include: Path) -> dict[str, int]:
    """Compiles and runs a C program that tells every value, size and offset: "struct.field offset" and the like."""
    asked = {name: f"(long long)({name})" for name in api.constants}
    asked |= {name: f"(long long)({name})" for names in api.enums.values() for name in names}
    for struct, fields in api.structs.items():
        asked[struct] = f"(long long)sizeof({struct})"
        for name in fields:
            asked[f"{struct}.{name} size"] = f"(long long)sizeof((({struct} *)0)->{name})"
            asked[f"{struct}.{name} offset"] = f"(long long)offsetof({struct}, {name})"
    lines = [f'  printf("%s=%lld\\n", "{key}", {value});' for key, value in asked.items()]
    program = "\n".join(
        ["#include <stddef.h>", "#include <stdio.h>", f"#include <{header}>", "int main(void) {", *lines, "}", ""]
    )
    with tempfile.TemporaryDirectory() as folder:
        executable = Path(folder, "measure")
        gate.output(gate.tool("cc"), "-x", "c", "-std=c11", f"-I{include}", "-o", executable, "-", text=program)
        answers = (line.rsplit("=", 1) for line in gate.output(executable).splitlines())
        return {key: int(value) for key, value in answers}


def describe(include: Path = public_api.INCLUDE) -> dict[str, Any]:
    """The whole ABI as one JSON value."""
    last = list(public_api.HEADERS.values())[-1]
    api = public_api.parse(last, include)
    value = measure(api, last, include)
    functions: dict[str, dict[str, Any]] = {}
    seen: set[str] = set()
    for library, header in public_api.HEADERS.items():
        own = {name: each for name, each in public_api.parse(header, include).functions.items() if name not in seen}
        seen |= own.keys()
        functions[library] = {
            name: {"returns": each.returns, "parameters": [{"name": n, "type": t} for n, t in each.parameters]}
            for name, each in own.items()
        }
    return {
        "constants": {name: value[name] for name in sorted(api.constants) if not name.startswith(NOT_ABI)},
        "enums": {enum: {name: value[name] for name in names} for enum, names in api.enums.items()},
        "structs": {
            struct: {
                "size": value[struct],
                "fields": {
                    name: {
                        "offset": value[f"{struct}.{name} offset"],
                        "size": value[f"{struct}.{name} size"],
                        "type": kind,
                    }
                    for name, kind in fields.items()
                },
            }
            for struct, fields in api.structs.items()
        },
        "callbacks": api.callbacks,
        "functions": functions,
    }


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Flattens a JSON value to ("enums.cshm_mode.CSHM_PRIVATE", 2) and the like."""
    if isinstance(value, (dict, list)) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        for key, part in items:
            yield from leaves(part, f"{path}.{key}" if path else str(key))
    else:
        yield path, value


def compare(wanted: dict[str, Any], found: dict[str, Any]) -> gate.Findings:
    """Tells what was removed, added and changed."""
    before, after = dict(leaves(wanted)), dict(leaves(found))
    findings = [f"removed: {path} (was {before[path]})" for path in before if path not in after]
    findings += [f"added: {path} ({after[path]})" for path in after if path not in before]
    findings += [
        f"changed: {path} was {before[path]}, is {after[path]}"
        for path in before
        if path in after and before[path] != after[path]
    ]
    return findings


def symbol_list(abi: dict[str, Any], library: str) -> str:
    """The text of a library's list of symbols."""
    return "".join(f"{name}\n" for name in sorted(abi["functions"][library]))


def update() -> None:
    """Rewrites the golden files."""
    abi = describe()
    GOLDEN.mkdir(parents=True, exist_ok=True)
    (GOLDEN / "abi.json").write_text(json.dumps(abi, indent=2) + "\n", encoding="utf-8")
    for library, path in SYMBOLS.items():
        path.write_text(symbol_list(abi, library), encoding="utf-8")


def golden_text(path: Path) -> str:
    """The content of a golden file."""
    if not path.is_file():
        raise gate.CannotJudge(f"{path} is missing: run ./dev abi-update and commit what it writes")
    return path.read_text(encoding="utf-8")


def golden() -> dict[str, Any]:
    """The golden ABI."""
    abi: dict[str, Any] = json.loads(golden_text(GOLDEN / "abi.json"))
    return abi


def check(options: argparse.Namespace) -> gate.Findings:
    """Compares the headers with the golden files."""
    if options.update:
        update()
    findings = compare(golden(), describe())
    for library, path in SYMBOLS.items():
        if golden_text(path) != symbol_list(golden(), library):
            findings.append(f"{path} is not what abi.json says")
    if findings:
        findings.append("If this change of the ABI is meant, run ./dev abi-update and commit what it writes.")
    return findings


SAMPLE = """
#include <stdint.h>
#define CSHM_LIMIT 3
typedef enum cshm_kind { CSHM_ONE = 1, CSHM_TWO = 2 } cshm_kind;
typedef struct cshm_point { uint32_t x; uint64_t y; } cshm_point;
int cshm_move(cshm_point *point, uint32_t by);
"""

BREAKS = {
    "a changed enum value": ("CSHM_TWO = 2", "CSHM_TWO = 3"),
    "an enum value in the middle": ("CSHM_TWO = 2", "CSHM_NEW, CSHM_TWO = 3"),
    "an added enum value": ("CSHM_TWO = 2", "CSHM_TWO = 2, CSHM_THREE = 3"),
    "a changed constant": ("CSHM_LIMIT 3", "CSHM_LIMIT 4"),
    "an inserted field": ("uint64_t y", "uint64_t z; uint64_t y"),
    "a field of another size": ("uint64_t y", "uint32_t y"),
    "a field of another type": ("uint64_t y", "double y"),
    "a removed function": ("int cshm_move(cshm_point *point, uint32_t by);", ""),
    "an added function": ("int cshm_move", "int cshm_new(void);\nint cshm_move"),
    "a parameter of another type": ("uint32_t by", "uint64_t by"),
    "another return type": ("int cshm_move", "long cshm_move"),
}


def self_test(_: argparse.Namespace) -> gate.Findings:
    """Each way to break an ABI is seen, and a comment is none."""
    with tempfile.TemporaryDirectory() as folder:
        include = Path(folder)
        (include / "cuteshm").mkdir()
        (include / "cuteshm" / "hdf5.h").write_text("#include <cuteshm/cuteshm.h>\n")

        def sample(old: str, new: str) -> dict[str, Any]:
            (include / "cuteshm" / "cuteshm.h").write_text(SAMPLE.replace(old, new))
            return describe(include)

        whole = sample("", "")
        missed = [f"{name} passes" for name, change in BREAKS.items() if not compare(whole, sample(*change))]
        if compare(whole, sample("#define", "/* a comment */\n#define")):
            missed.append("a comment is taken for a change")
    return missed


if __name__ == "__main__":
    gate.main(
        __doc__,
        check,
        self_test,
        lambda parser: parser.add_argument("--update", action="store_true", help="rewrite the golden files"),
    )

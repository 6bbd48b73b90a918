#!/usr/bin/env python3
"""Each public header compiles alone, in old and new C and C++, by gcc and by clang, with the strictest warnings.

Its _INIT macros do, too, and every parameter of a prototype has a name.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import gate
import public_api

C_WARNINGS = ("-Wstrict-prototypes", "-Wmissing-prototypes")
WARNINGS = ("-Wall", "-Wextra", "-Wpedantic", "-Wshadow", "-Wconversion", "-Wundef", "-Werror")
COMPILERS = {"c": ("gcc", "clang"), "c++": ("g++", "clang++")}
STANDARDS = {"c": ("c99", "c11"), "c++": ("c++11", "c++17")}


def program(header: str, initialisers: list[str]) -> str:
    """A source that includes a header twice, nothing before it, and uses its _INIT macros."""
    types = {name: name.removesuffix("_INIT").lower() for name in initialisers}
    uses = [f"  {{ {kind} value = {name}; (void)value; }}" for name, kind in types.items()]
    include = f"#include <{header}>"
    return "\n".join([include, include, "int use(void);", "int use(void) {", *uses, "  return 0;", "}", ""])


def faults(header: str, include: Path = public_api.INCLUDE) -> gate.Findings:
    """What compilers, and the rule on names, have against one header."""
    api = public_api.parse(header, include)
    text = program(header, api.initialisers)
    findings = []
    for language, compilers in COMPILERS.items():
        flags = [*WARNINGS, *(C_WARNINGS if language == "c" else ()), f"-I{include}", "-fsyntax-only", "-"]
        for compiler in compilers:
            for standard in STANDARDS[language]:
                done = gate.run(gate.tool(compiler), "-x", language, f"-std={standard}", *flags, text=text)
                if done.returncode != 0:
                    findings.append(f"<{header}> as {standard} by {compiler}:\n{done.stderr}")
    for name, function in api.functions.items():
        if not all(parameter for parameter, _ in function.parameters):
            findings.append(f"<{header}>: {name} has a parameter without a name")
    return findings


def check(_: argparse.Namespace) -> gate.Findings:
    """Looks at every file of the include folder."""
    headers = sorted(path.relative_to(public_api.INCLUDE) for path in public_api.INCLUDE.rglob("*.h"))
    if not headers:
        raise gate.CannotJudge(f"{public_api.INCLUDE} holds no header")
    return [finding for header in headers for finding in faults(str(header))]


SAMPLES = {
    "a header that needs another": "size_t cshm_f(void);",
    "a declaration that is not a prototype": "int cshm_f();",
    "a parameter without a name": "int cshm_f(int);",
    "no include guard": "typedef struct cshm_s { int a; } cshm_s;",
    "C that is no C++": "#ifndef A\n#define A\nint cshm_f(int class);\n#endif",
    "an initialiser with a field too few":
        "#ifndef A\n#define A\ntypedef struct cshm_s { int a, b; } cshm_s;\n#define CSHM_S_INIT {0}\n#endif",
}  # fmt: skip


def self_test(_: argparse.Namespace) -> gate.Findings:
    """Each bad header is refused, and a good one is not."""
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        header = Path(folder, "sample.h")
        for name, text in SAMPLES.items():
            header.write_text(text + "\n")
            try:
                found = bool(faults(header.name, Path(folder)))
            except gate.CannotJudge:  # not even clang's parser takes it
                found = True
            if not found:
                missed.append(f"{name} passes")
        header.write_text("#ifndef A\n#define A\nint cshm_f(int number);\n#endif\n")
        missed += [f"a good header is refused: {finding}" for finding in faults(header.name, Path(folder))]
    return missed


if __name__ == "__main__":
    gate.main(__doc__, check, self_test)

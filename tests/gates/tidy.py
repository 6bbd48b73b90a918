#!/usr/bin/env python3
"""clang-tidy, with the checks of .clang-tidy, finds nothing in the library, the program and the Python extension."""

from __future__ import annotations

import argparse
import json
import os
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gate

FOLDERS = ("core", "cli")
# In C++ every name with two underscores is reserved: also those of our C headers.
CXX_FLAGS = ("--checks=-bugprone-reserved-identifier",)
# The extension is compiled in another build, with these flags.
EXTENSION = gate.ROOT / "bindings" / "python" / "src"
EXTENSION_FLAGS = (
    *("-std=c11", "-isystem", sysconfig.get_path("include"), f"-I{gate.ROOT / 'core' / 'include'}"),
    *("-DPy_LIMITED_API=0x030B0000", "-DPY_SSIZE_T_CLEAN"),
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the build folder, which knows how each file is compiled."""
    parser.add_argument("--build", type=Path, required=True, help="build folder with compile_commands.json")


def compiled(build: Path) -> list[Path]:
    """Lists the files that the build compiles for the library and the program; tests are Catch2's, full of macros."""
    database = build / "compile_commands.json"
    if not database.is_file():
        raise gate.CannotJudge(f"{database} is missing: configure with a preset")
    files = {Path(entry["file"]) for entry in json.loads(database.read_text(encoding="utf-8"))}
    roots = [gate.ROOT / folder for folder in FOLDERS]
    found = sorted(file for file in files if not is_test(file) and any(root in file.parents for root in roots))
    if not found:
        raise gate.CannotJudge(f"{database} names no file of {' or '.join(FOLDERS)}")
    return found


def is_test(file: Path) -> bool:
    """Whether a file is a unit's test."""
    return file.stem.endswith("_test")


def tidy(file: str | Path, *flags: str | Path) -> gate.Findings:
    """Returns clang-tidy's findings in one file, a line each: for the path it took, run it on that file by hand."""
    done = gate.run(gate.tool("clang-tidy"), f"--config-file={gate.ROOT / '.clang-tidy'}", "--quiet", file, *flags)
    if done.returncode == 0:
        return []
    findings = [line for line in done.stdout.splitlines() if ": error: " in line]
    return findings or [f"{file}: clang-tidy failed: {done.stdout}{done.stderr}"]


def check(options: argparse.Namespace) -> gate.Findings:
    """Looks at every file, as many at a time as there are cores."""
    work: list[tuple[str | Path, ...]] = []
    for file in compiled(options.build):
        work.append((file, *(CXX_FLAGS if file.suffix == ".cpp" else ()), "-p", options.build))
    extension = sorted(EXTENSION.glob("*.c"))
    if not extension:
        raise gate.CannotJudge(f"{EXTENSION} holds no C file")
    work += [(file, "--", *EXTENSION_FLAGS) for file in extension]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda words: tidy(*words), work)
        return sorted({finding for findings in results for finding in findings})  # headers are met more than once


def self_test(_: argparse.Namespace) -> gate.Findings:
    """One sample for each family of checks that matters most."""
    samples = {
        "bugprone-sizeof-expression": "#define N sizeof(sizeof(int))\nunsigned long f(void) { return N; }\n",
        "clang-analyzer-core.NullDereference": "int f(int a) { int *p = 0; return a ? *p : 0; }\n",
        "clang-analyzer-unix.Malloc": "#include <stdlib.h>\nint f(void) { char *p = malloc(1); return !p; }\n",
        "readability-function-size": "int f(int a) {\n" + "  a++;\n" * 100 + "  return a;\n}\n",
    }
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        for name, text in samples.items():
            sample = Path(folder, "sample.c")
            sample.write_text(text)
            if name not in "".join(tidy(sample, "--", "-std=c11")):
                missed.append(f"{name}: its sample passes")
    return missed


if __name__ == "__main__":
    gate.main(__doc__, check, self_test, arguments)

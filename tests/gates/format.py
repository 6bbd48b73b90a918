#!/usr/bin/env python3
"""Every C and C++ file is laid out as the pinned clang-format lays it out (`./dev format` does it)."""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path

import gate


def misformatted(paths: list[Path]) -> gate.Findings:
    """Names the files among `paths` that clang-format would change."""
    style = f"--style=file:{gate.ROOT / '.clang-format'}"
    done = gate.run(gate.tool("clang-format"), style, "--dry-run", "--Werror", *paths)
    if done.returncode == 0:
        return []
    places = re.findall(r"^(.+?):(\d+):\d+: error: code should be clang-formatted", done.stderr, re.MULTILINE)
    first = dict(reversed(places))
    return [f"{file}:{line}: not formatted: run ./dev format" for file, line in first.items()] or [done.stderr]


def check(_: argparse.Namespace) -> gate.Findings:
    """Looks at every C and C++ file."""
    return misformatted(gate.sources(".c", ".h", ".cpp", ".hpp"))


def self_test(_: argparse.Namespace) -> gate.Findings:
    """A badly laid out file is found."""
    with tempfile.TemporaryDirectory() as folder:
        sample = Path(folder, "sample.c")
        sample.write_text("int  f( int a ){return a;}\n")
        found = misformatted([sample])
    return [] if found else ["a badly laid out file passes"]


if __name__ == "__main__":
    gate.main(__doc__, check, self_test)

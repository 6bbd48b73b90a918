#!/usr/bin/env python3
"""No hand-written file of code has more than 400 lines: past that it holds two ideas, or three."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import gate

LIMIT = 400
CODE = (".c", ".h", ".cpp", ".hpp", ".i", ".py", ".pyi", ".rs", ".jl", ".sh")
# The public headers are the manual, told in one piece.
MANUALS = gate.ROOT / "core" / "include"


def oversized(paths: list[Path]) -> gate.Findings:
    """Names the files among `paths` that are too long."""
    lengths = ((path, len(path.read_text(encoding="utf-8").splitlines())) for path in paths)
    return [f"{path}: {length} lines, at most {LIMIT} are allowed" for path, length in lengths if length > LIMIT]


def check(_: argparse.Namespace) -> gate.Findings:
    """Measures every file but the public headers."""
    return oversized([path for path in gate.sources(*CODE) if MANUALS not in path.parents])


def self_test(_: argparse.Namespace) -> gate.Findings:
    """A file at the limit passes and one line more does not."""
    with tempfile.TemporaryDirectory() as folder:
        exact, longer = Path(folder, "exact.c"), Path(folder, "longer.c")
        exact.write_text("\n" * LIMIT)
        longer.write_text("\n" * (LIMIT + 1))
        found = oversized([exact, longer])
    return [] if len(found) == 1 and "longer.c" in found[0] else [f"a file of {LIMIT + 1} lines passes: {found}"]


if __name__ == "__main__":
    gate.main(__doc__, check, self_test)

# SPDX-License-Identifier: MIT
"""The examples of the documentation run, and print what they should."""

from __future__ import annotations

import re
import subprocess
import sys
import zlib
from pathlib import Path

import cute_shm
import numpy as np

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "examples"


def run(example: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-X", "dev", str(EXAMPLES / example), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_attach_prints_the_tree_and_a_crc(name: str) -> None:
    largest = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    records = np.zeros(2, [("x", "u1"), ("y", "<f8")])
    cute_shm.create(name, {"b": {"b1": largest, "r": records}, "same": np.zeros(6), "s": np.int8(7)}).close()
    result = run("attach.py", name)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "b\tgroup",
        "b/b1\t<f8\t(2, 3)",
        'b/r\t[["x","|u1"],["y","<f8"]]\t(2)',
        "same\t<f8\t(6)",
        "s\t|i1\t()",
        f"crc32 b/b1 {zlib.crc32(largest.tobytes('A')):08x}",
    ]
    assert re.fullmatch(r"python: attached in \d+\.\d us\n", result.stderr)
    assert run("attach.py", name, "s").stdout.splitlines()[-1] == f"crc32 s {zlib.crc32(bytes([7])):08x}"


def test_produce_makes_what_attach_reads(name: str) -> None:
    for _ in range(2):
        result = run("produce.py", name)
        assert result.returncode == 0, result.stderr
        assert result.stdout.startswith(f"<cute_shm.Project {name!r} (r): 3 arrays")
    with cute_shm.open(name) as project:
        assert project["grid/temperature"].attrs["units"] == "degC"
        assert project["names"].tolist() == ["Bern", "Zürich"]
    assert run("attach.py", name).stdout.count("\n") == 5


def test_without_arguments_they_say_how_to_use_them() -> None:
    for example in ("attach.py", "produce.py"):
        result = run(example)
        assert result.returncode == 1
        assert "usage:" in result.stderr

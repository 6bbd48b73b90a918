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
import pytest
from conftest import RunPython

DOCS = Path(__file__).resolve().parents[3] / "docs"
EXAMPLES = DOCS / "examples"


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


def programs(page: Path) -> list[str]:
    """The programs of a page: each Python block that begins with `import`, with those that follow it."""
    found: list[str] = []
    for block in re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL):
        if block.startswith("import"):
            found.append(block)
        else:
            found[-1] += "\n" + block
    return found


def test_the_programs_of_the_page_on_python_run(
    name: str, run_python: RunPython, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # one writes a file
    found = [program for program in programs(DOCS / "python.md") if "socket" not in program]
    assert len(found) == 8
    for program in found:
        result = run_python(program)
        assert (result.returncode, result.stderr) == (0, ""), f"{program}\n{result.stdout}{result.stderr}"
        assert cute_shm.projects() == [], "their projects end with them"
    assert "[('x', 500000.0), ('x', 500000.0)]" in run_python(found[1]).stdout


def test_the_page_hands_a_sealed_project_over(tmp_path: Path) -> None:
    producer, reader = (program for program in programs(DOCS / "python.md") if "socket" in program)
    command = [sys.executable, "-X", "dev", "-c"]
    with subprocess.Popen(
        [*command, producer], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as produces:
        assert produces.stdout is not None
        assert produces.stdout.readline() == "waiting for a reader\n"
        reads = subprocess.run([*command, reader], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (reads.returncode, reads.stderr) == (0, "")
        assert produces.communicate() == ("", "")
    assert produces.returncode == 0
    assert cute_shm.projects() == []

# SPDX-License-Identifier: MIT
"""What pip installs besides the package: programs that are the C program, under several names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cute_shm
import pytest

PROGRAMS = ("cute-shm", "cute-shm-hdf5", "cute-shm-list", "cute-shm-unlink", "cute-shm-evaluate")


def run(program: str, *arguments: str, root: Path) -> subprocess.CompletedProcess[str]:
    path = Path(sys.executable).with_name(program)
    environment = os.environ | {"CUTE_SHM_ROOT": str(root)}
    return subprocess.run([path, *arguments], capture_output=True, text=True, check=False, env=environment)


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_program_answers_to_its_own_name(program: str, tmp_path: Path) -> None:
    result = run(program, "--help", root=tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    usage = next(line for line in result.stdout.splitlines() if line.lower().startswith("usage"))
    assert usage.split()[1] == program


@pytest.mark.parametrize("program", PROGRAMS)
def test_each_program_hands_on_its_arguments_and_its_exit_code(program: str, tmp_path: Path) -> None:
    assert run(program, "--no-such-option", root=tmp_path).returncode == 2


def test_a_project_made_in_python_is_listed_and_unlinked(tmp_path: Path) -> None:
    name = f"programs-{os.getpid()}"
    cute_shm.create(name, {"a": [1.0, 2.0]}, lifetime="persistent", store=tmp_path).close()
    assert name in run("cute-shm", "list", root=tmp_path).stdout
    result = run("cute-shm-unlink", name, root=tmp_path)
    assert result.stdout == f"Shared memory for project '{name}' has been cleaned up.\n"
    assert cute_shm.projects(tmp_path) == []

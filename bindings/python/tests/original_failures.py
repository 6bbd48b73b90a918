# SPDX-License-Identifier: MIT
"""What the tests named test_original_failures... share: a user's code, run in a process of its own.

Each of these tests is a row of what goes wrong with cute-shm 1.2, often by a crash. So a crash here fails a test, and
does not end all of them.
"""

from __future__ import annotations

import subprocess

from conftest import RunPython

BEGINNING = """
import gc, os, pathlib, signal, subprocess, sys, time
import numpy as np
import cute_shm
name = sys.argv[1]
"""


def run_user(run_python: RunPython, code: str, *arguments: str, timeout: float = 120) -> str:
    """Runs a user's code, which must end well and say nothing on stderr. Gives what it prints."""
    return ended_well(run_python(BEGINNING + code, *arguments, timeout=timeout))


def ended_well(result: subprocess.CompletedProcess[str]) -> str:
    """What a process printed that ended well and said nothing on stderr."""
    assert result.stderr == "", f"{result.stderr}\n(exit status {result.returncode})"
    assert result.returncode == 0, "below 0 it is the signal that killed it"
    return result.stdout

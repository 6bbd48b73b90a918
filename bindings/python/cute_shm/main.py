# SPDX-License-Identifier: MIT
"""The entry points that cute-shm 1.2 had in this module, for code that calls them; the programs do not come here."""

from __future__ import annotations

import subprocess
import sys
from typing import NoReturn


def hdf5() -> NoReturn:
    """Runs ``cute-shm-hdf5`` with this process's arguments, and exits as it does."""
    _run("cute-shm-hdf5")


def unlink_shm() -> NoReturn:
    """Runs ``cute-shm-unlink`` with this process's arguments, and exits as it does."""
    _run("cute-shm-unlink")


def display_projects() -> NoReturn:
    """Runs ``cute-shm-list`` with this process's arguments, and exits as it does."""
    _run("cute-shm-list")


def evaluate() -> NoReturn:
    """Runs ``cute-shm-evaluate`` with this process's arguments, and exits as it does."""
    _run("cute-shm-evaluate")


def _run(program: str) -> NoReturn:
    try:
        sys.exit(subprocess.call([program, *sys.argv[1:]]))
    except FileNotFoundError:
        sys.exit(f"{program} is not on PATH: install cute-shm, or add the folder of its programs")

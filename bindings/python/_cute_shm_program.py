# SPDX-License-Identifier: MIT
"""Starts the C program that the wheel carries, under the name that this was called by.

It lies beside the package, not in it: importing anything of the package would load numpy first, which takes longer than
the program does.
"""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn


def main() -> NoReturn:
    """Becomes the program ``cute-shm``, which knows by its name whether it is called as one of cute-shm 1.2's."""
    spec = find_spec("cute_shm")  # finds it without importing it
    if spec is None or spec.origin is None:
        sys.exit("cute-shm: the Python package cute_shm is not installed beside its programs: reinstall cute-shm")
    program = Path(spec.origin).with_name("bin") / "cute-shm"
    try:
        os.execv(program, [Path(sys.argv[0]).name, *sys.argv[1:]])
    except OSError as error:
        sys.exit(f"cute-shm: cannot start {program}: {error.strerror}; reinstall cute-shm")

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""On a /dev/shm of 8 MiB no call in any language gets SIGBUS: it is refused in words, and the process goes on.

Each language's fill_up runs in a mount namespace of its own (unshare), and `cute-shm load` beside them; C's own tests
are in tests/process. Builds nothing: a program that is not there is a failure. scripts/languages.sh sets the
environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py
import numpy as np

TOP = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BUILD = Path(os.environ.get("CUTESHM_BUILD_DIR", TOP / "build" / "release")).resolve()
CARGO_TARGET = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "build" / "cargo")).resolve()
CLI = str(BUILD / "bin" / "cute-shm")
NO_SPACE = 5  # exit status of cute-shm
WORDS = ("not enough shared memory", "wanted 16", "free ", "/dev/shm", "--shm-size")

LANGUAGES = {
    "python": [sys.executable, str(HERE / "fill_up.py")],
    "rust": [str(CARGO_TARGET / "debug" / "examples" / "fill_up")],
    "julia": ["julia", "--startup-file=no", f"--project={TOP / 'bindings/julia/CuteShm'}", str(HERE / "fill_up.jl")],
}
# What a namespace is entered by: where this is not root, as root of a user namespace.
UNSHARE = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--mount", "--map-root-user"]
SMALL = 'mount -t tmpfs -o size=8m tmpfs /dev/shm && "$@"; code=$?; ls /dev/shm >&2; exit $code'


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Runs a program where /dev/shm is small; what it leaves there is told on stderr."""
    whole = [*UNSHARE, "sh", "-c", SMALL, "sh", *command]
    return subprocess.run(whole, capture_output=True, text=True, timeout=300, check=False)


def language_problem(command: list[str], root: str) -> str:
    """Fills /dev/shm up in one language; what was wrong."""
    done = run([*command, root])
    if done.returncode != 0:
        return f"exit status {done.returncode} (135 is SIGBUS)\n{done.stdout}{done.stderr}"
    lines = done.stdout.splitlines()
    if len(lines) < 5 or any(word not in line for line in lines[:3] for word in WORDS):
        return f"it is not told what was wanted, free, and the cure:\n{done.stdout}"
    made = int(lines[-1].removeprefix("made "))
    left = sum(name.startswith("cute-shm.") for name in done.stderr.split())
    # The first was unlinked, and a small one made.
    return "" if 6 <= made <= 7 and left == made else f"{made} projects were made, and {left} segments are left"


def load_problem(folder: Path) -> str:
    """Loads a file that is too large by `cute-shm load`; what was wrong."""
    with h5py.File(folder / "large.h5", "w") as file:
        file["a"] = np.ones(16 << 20, np.uint8)
    done = run([CLI, "--root", str(folder / "load"), "load", str(folder / "large.h5"), "large"])
    if done.returncode != NO_SPACE:
        return f"exit status {done.returncode}, not {NO_SPACE}\n{done.stdout}{done.stderr}"
    if any(word not in done.stderr for word in WORDS):
        return f"it is not told what was wanted, free, and the cure:\n{done.stderr}"
    return "a segment is left" if "cute-shm.large" in done.stderr.splitlines()[-1] else ""


def main() -> int:
    """Runs them all."""
    problems = {}
    with tempfile.TemporaryDirectory(prefix="cute-shm-memory.") as folder:
        problems["cute-shm load"] = load_problem(Path(folder))
        for language, command in LANGUAGES.items():
            problems[language] = language_problem(command, str(Path(folder, language)))
    for title, problem in problems.items():
        print(f"{title}: {problem or 'refused in words, and went on'}")
    return 1 if any(problems.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

"""What the gates share: finding sources and tools, running them, and the self-test every gate must have."""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

# Written by a program, for the compiler only.
GENERATED = ("bindings/rust/cuteshm-sys/src/bindings*.rs", "bindings/julia/CuteShm/src/LibCuteShm*.jl")

Findings = list[str]


class CannotJudge(Exception):
    """A tool or a file that the gate needs is missing. That is a failure, never a pass."""


def tool(name: str) -> str:
    """Returns the path of a program: the work tree's own, else the one on PATH."""
    found = shutil.which(name, path=str(ROOT / ".venv" / "bin")) or shutil.which(name)
    if found is None:
        raise CannotJudge(f"{name} is not installed: run ./dev setup")
    return found


def run(*command: str | Path, text: str | None = None) -> subprocess.CompletedProcess[str]:
    """Runs a program from the repository's root and captures what it says, whatever its exit status."""
    words = [str(word) for word in command]
    return subprocess.run(words, input=text, capture_output=True, text=True, cwd=ROOT, check=False)


def output(*command: str | Path, text: str | None = None) -> str:
    """Returns the standard output of a program that must succeed."""
    done = run(*command, text=text)
    if done.returncode != 0:
        raise CannotJudge(f"{' '.join(map(str, command))}: {done.stderr.strip()}")
    return done.stdout


def sources(*suffixes: str) -> list[Path]:
    """Lists the repository's hand-written files with these suffixes: tracked ones and new ones, ignored ones never."""
    names = output(tool("git"), "ls-files", "--cached", "--others", "--exclude-standard", "-z").split("\0")
    written = [
        ROOT / name
        for name in sorted(set(names))
        if name.endswith(suffixes) and not any(fnmatch(name, pattern) for pattern in GENERATED)
    ]
    found = [path for path in written if path.is_file()]
    if not found:
        raise CannotJudge(f"no file ends with {' or '.join(suffixes)}")
    return found


def main(
    doc: str | None,
    check: Callable[[argparse.Namespace], Findings],
    self_test: Callable[[argparse.Namespace], Findings],
    arguments: Callable[[argparse.ArgumentParser], object] = lambda parser: None,
) -> None:
    """Runs a gate, or with --self-test its proof that it can fail, and exits with 0 only if nothing was found.

    `check` returns what is wrong in the repository. `self_test` meets the gate with bad samples and returns what the
    gate should have found in them and did not.
    """
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--self-test", action="store_true", help="show that the gate finds what it is there to find")
    arguments(parser)
    options = parser.parse_args()
    try:
        findings = self_test(options) if options.self_test else check(options)
    except CannotJudge as missing:
        findings = [str(missing)]
    for finding in findings:
        print(finding, file=sys.stderr)
    sys.exit(1 if findings else 0)

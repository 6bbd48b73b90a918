#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tests of the program cute-shm: each case is a script, and beside it what it must print.

    run.py --build BUILD [--update] [CASE...]

A case is ``cases/NAME.sh``, run by ``sh`` in an empty folder with a store of its own. Its expected output is
``cases/NAME.txt``. The script calls ``run COMMAND...``, which prints the command, what it says on both streams, and its
exit status where that is not 0. What differs from run to run (folders, random names, times) is replaced by words such
as $DIR before the comparison; see REPLACED. ``--update`` writes the expected output: read the difference before you
commit it. A case that leaves anything in /dev/shm fails.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
CASES = HERE / "cases"
SHM = Path("/dev/shm")

# Patterns of what differs, and what stands for it.
REPLACED = (
    (r"cute-shm\.([^\s/]+?)\.[0-9a-f]{16}\b", r"cute-shm.\1.$RANDOM"),
    (r'"generation": "[0-9a-f]{16}"', '"generation": "$GENERATION"'),
    (r'^(generation(?:: | = ))"[0-9a-f]{16}"', r'\1"$GENERATION"'),
    (r'(key(?:: | = )"hdf5.library",?\s+text(?:: | = ))"[\d.]+"', r'\1"$VERSION"'),
    (r'"created_ns": \d{19}', '"created_ns": $TIME'),
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{9}Z|,\d{3})?", "$TIME"),
    (r"HDF5 \d+\.\d+\.\d+", "HDF5 $VERSION"),
    (r"\bof [0-9a-f]{16}\b", "of $GENERATION"),
    (r'("hdf5.library", "text": )"[\d.]+"', r'\1"$VERSION"'),
    (r"someone removed it from /dev/shm while the machine was running[^\n]*?; unlink", "$CAUSE; unlink"),
    (r"newer HDF5 than \d+\.\d+\.\d+", "newer HDF5 than $VERSION"),
)

# Put in front of every script.
PRELUDE = """
run() {
    printf '$'
    printf ' %s' "$@"
    printf '\\n'
    "$@" && return
    printf 'exit %d\\n' $?
}
make() {
    "$PYTHON" "$CLI_TESTS/cli_files.py" "$@"
}
# Takes out of tables what depends on the length of names that are replaced.
squeeze() {
    sed 's/━━*/━/g; s/──*/─/g; s/  */ /g; s/^ //'
}
"""


def environment(build: Path, folder: Path) -> dict[str, str]:
    """What a script sees: nothing of the caller's settings that the program looks at."""
    return {
        "PATH": f"{build / 'bin'}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "CUTE_SHM_ROOT": str(folder / "store"),
        "PYTHON": sys.executable,
        "PYTHONDONTWRITEBYTECODE": "1",
        "CLI_TESTS": str(HERE),
        **{name: value for name, value in os.environ.items() if name.endswith("SAN_OPTIONS")},
    }


def leftovers(folder: Path) -> list[Path]:
    """Segments whose header names a store in this folder (docs/format.md: the root is at byte 512)."""
    found = []
    for segment in SHM.glob("cute-shm.*"):
        try:
            with segment.open("rb") as file:
                file.seek(512)
                root = file.read(3072).split(b"\0")[0]
        except OSError:  # gone in the meantime
            continue
        if root.startswith(str(folder).encode()):
            found.append(segment)
    return found


def normalise(text: str, folder: Path) -> str:
    """Replaces what differs from run to run."""
    text = text.replace(str(folder), "$DIR")
    for pattern, word in REPLACED:
        text = re.sub(pattern, word, text, flags=re.MULTILINE)
    return text


def transcript(script: Path, build: Path) -> tuple[str, list[Path]]:
    """Runs a script; returns what it printed, and what it left behind (and is then removed)."""
    with tempfile.TemporaryDirectory(prefix="cute-shm-cli.") as name:
        folder = Path(name).resolve()
        work = folder / "work"
        work.mkdir()
        result = subprocess.run(
            ["sh", "-c", PRELUDE + script.read_text()],
            cwd=work,
            env=environment(build, folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
            check=False,
        )
        text = normalise(result.stdout.decode("utf-8", "backslashreplace"), folder)
        if result.returncode != 0:
            text += f"the script ended with status {result.returncode}\n"
        left = leftovers(folder)
        for segment in left:
            segment.unlink(missing_ok=True)
        return text, left


def run_case(script: Path, build: Path, update: bool) -> bool:
    """Runs one case and prints how it went."""
    expected_path = script.with_suffix(".txt")
    found, left = transcript(script, build)
    if update:
        expected_path.write_text(found)
    expected = expected_path.read_text() if expected_path.exists() else ""
    if found == expected and not left:
        print(f"ok      {script.stem}")
        return True
    print(f"FAILED  {script.stem}")
    names = (f"{expected_path.name} (expected)", "found")
    sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), found.splitlines(True), *names))
    for segment in left:
        print(f"left behind: {segment}")
    return False


def main() -> int:
    """Runs all cases, or those named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--build", type=Path, required=True, help="the build folder")
    parser.add_argument("--update", action="store_true", help="write the expected output")
    parser.add_argument("case", nargs="*", help="names; all of them by default")
    arguments = parser.parse_args()
    scripts = [CASES / f"{name}.sh" for name in arguments.case] or sorted(CASES.glob("*.sh"))
    build = arguments.build.resolve()
    if not (build / "bin" / "cute-shm").exists():
        sys.exit(f"{build / 'bin' / 'cute-shm'}: not built")
    failed = [script.stem for script in scripts if not run_case(script, build, arguments.update)]
    print(f"{len(scripts) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed or not scripts else 0


if __name__ == "__main__":
    sys.exit(main())

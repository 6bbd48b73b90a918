#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Tells whose fault each file is that fuzz_hdf5 has stopped at: HDF5's own, or ours.

    judge.py build/fuzz/bin/fuzz_hdf5 FOLDER

HDF5 is at fault where the innermost function that is no library's is HDF5's. What is told in words ("broken:") is ours.
Prints one line for each way to fail, with the smallest file that shows it; exits with 1 if any is ours.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

FRAME = re.compile(r"^\s+#\d+ 0x[0-9a-f]+ in (\S+)")
# What HDF5 calls, and what tells of a fault.
BELOW = re.compile(
    r"_*(asan|interceptor|sanitizer|ubsan|mem|str|malloc|free|calloc|realloc|raise|abort|fuzzer|gsignal|GI_|pread)"
)
SECONDS = 12


def run(target: str, file: Path) -> str:
    """What the target says of a file; "" where it has nothing against it."""
    command = [target, f"-timeout={SECONDS - 2}", "-rss_limit_mb=2048", "-detect_leaks=0", str(file)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=10 * SECONDS)
    return done.stderr.decode(errors="replace") if done.returncode != 0 else ""


def frames_of(said: str) -> list[str]:
    """The functions of all stacks that are told, innermost first."""
    return [found[1] for line in said.splitlines() if (found := FRAME.match(line))]


def judge(said: str) -> tuple[str, str]:
    """Whose fault it is ("HDF5", "ours" or "nobody"), and what it is."""
    if not said:
        return "nobody", "is not seen again"
    if "broken: " in said:
        return "ours", said[said.index("broken: ") :].splitlines()[0]
    kind = next((line for line in said.splitlines() if "ERROR: " in line), "no report")
    kind = re.sub(r"==\d+== ?ERROR: |0x[0-9a-f]+|\(pc.*", "", kind)[:90].strip()
    top = [name for name in frames_of(said) if not BELOW.match(name)]
    if not top:
        return "ours", f"{kind}: no frames"
    # The memory it went past may be ours, and too small.
    owner = [name for name in frames_of(said.partition("allocated by thread")[2]) if not BELOW.match(name)]
    good = all(name.startswith(("H5", "__wrap_H5")) for name in (top[0], *owner[:1]))
    return "HDF5" if good else "ours", f"{kind} in {top[0]}" + (f", memory of {owner[0]}" if owner else "")


def main() -> int:
    """Judges a folder."""
    target, folder = sys.argv[1], Path(sys.argv[2])
    found: dict[tuple[str, str], list[Path]] = {}
    for file in sorted(folder.iterdir(), key=lambda path: path.stat().st_size):
        found.setdefault(judge(run(target, file)), []).append(file)
    for (whose, what), files in sorted(found.items()):
        print(f"{whose}: {what}: {len(files)} files, {files[0]} ({files[0].stat().st_size} bytes)")
    return 1 if any(whose == "ours" for whose, _ in found) else 0


if __name__ == "__main__":
    sys.exit(main())

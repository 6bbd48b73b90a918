# SPDX-License-Identifier: MIT
"""What the benchmarks in Python share: pairs of times, and the line of JSON they end in."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import PIPE
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
BUILD = HERE.parents[1] / "build"
PEER_PYTHON = BUILD / "bench-peer/bin/python"
SMALL = 64  # bytes of an array where there are many
SCALE = {"us": 1e6, "ms": 1e3}


def is_short(doc: str | None) -> bool:
    """Whether --short was given: small sizes and few pairs, to see that the program works."""
    parser = argparse.ArgumentParser(description=doc)
    parser.add_argument("--short", action="store_true", help="small sizes and few pairs")
    return bool(parser.parse_args().short)


def seconds(work: Callable[[], object]) -> float:
    """Returns how long `work` takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def tree(count: int) -> dict[str, dict[str, dict[str, np.ndarray]]]:
    """Returns arrays of 64 bytes nested 3 deep, at most 100 to a group, at the paths of bench_path in bench.c."""
    zeros = np.zeros(SMALL // 8)
    rows = {
        f"row{row:02}": {f"array{i:02}": zeros for i in range(min(100, count - 100 * row))}
        for row in range((count + 99) // 100)
    }
    return {"part00": rows}


class Helper:
    """A program that does one work for every line it is sent, and answers with a line."""

    def __init__(self, *command: str | Path) -> None:
        """Starts it."""
        self.name = Path(command[0]).name
        self.process = subprocess.Popen([*map(str, command)], stdin=PIPE, stdout=PIPE, text=True, bufsize=1)

    def ask(self, line: str = "") -> str:
        """Returns its answer."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(line + "\n")
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit(f"{self.name} ended with status {self.process.wait()}")
        return answer

    def __enter__(self) -> Any:
        """Returns itself."""
        return self

    def __exit__(self, *ignored: object) -> None:
        """Ends the program."""
        self.process.communicate()


class Bare(Helper):
    """The loop of pwrite in C."""

    def __init__(self, nbytes: int, piece: int) -> None:
        """Writes so many bytes, so many at a time."""
        super().__init__(BUILD / "release/bin/bench_bare", str(nbytes), str(piece))

    def seconds(self) -> float:
        """Returns how long the writing took."""
        return float(self.ask())


class Peer(Helper):
    """cute-shm 1.2, in the environment that scripts/bench.sh makes for it."""

    def __init__(self) -> None:
        """Starts its interpreter."""
        super().__init__(PEER_PYTHON, HERE / "peer.py")

    def put(self, count: int, nbytes: int) -> dict[str, float]:
        """Returns the "seconds" of sharing `count` arrays of `nbytes`, and the most memory beside, in "kib"."""
        return self._work("put", count, nbytes)

    def attach(self, count: int, nbytes: int) -> dict[str, float]:
        """Returns the same of `shm_to_arrays`."""
        return self._work("attach", count, nbytes)

    def load(self, path: Path) -> float:
        """Returns the seconds of loading an HDF5 file."""
        answer: dict[str, float] = json.loads(self.ask(json.dumps({"work": "load", "file": str(path)})))
        return answer["seconds"]

    def _work(self, work: str, count: int, nbytes: int) -> dict[str, float]:
        answer: dict[str, float] = json.loads(self.ask(json.dumps({"work": work, "count": count, "nbytes": nbytes})))
        return answer


def memory_beside(work: Callable[[], object]) -> int:
    """Returns the most KiB that the process had during `work`, less what it had before."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = status_kib("VmRSS")
    work()
    return status_kib("VmHWM") - before


def status_kib(field: str) -> int:
    """Returns a field of /proc/self/status."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{field}:")))


def peers() -> dict[str, str]:
    """Returns the versions of what a row of Python is held against."""
    found = {"python": platform.python_version(), "numpy": np.__version__, "cute-shm from PyPI": "1.2"}
    h5py = sys.modules.get("h5py")
    return found | ({"h5py": h5py.__version__} if h5py else {})


def measure(
    row: str, work: str, unit: str, pairs: int, ours: Callable[[], object], against: Callable[[], object]
) -> None:
    """Runs both once for nothing, then in turn, and prints medians as one line of JSON. `unit` is "us" or "ms"."""
    measure_values(row, work, unit, pairs, lambda: seconds(ours) * SCALE[unit], lambda: seconds(against) * SCALE[unit])


def measure_values(
    row: str, work: str, unit: str, pairs: int, ours: Callable[[], float], against: Callable[[], float]
) -> None:
    """The same for works that tell their own values, in that unit."""
    ours()
    against()
    values = [(ours(), against()) for _ in range(pairs)]
    median_ours, median_against = (statistics.median(column) for column in zip(*values, strict=True))
    figure = {
        "row": row,
        "language": "Python",
        "work": work,
        "ours": float(f"{median_ours:.4g}"),
        "against": float(f"{median_against:.4g}"),
        "ratio": float(f"{median_ours / median_against:.4g}"),
        "unit": unit,
        "pairs": pairs,
        "peers": peers(),
    }
    print(json.dumps(figure), flush=True)

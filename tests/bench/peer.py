# SPDX-License-Identifier: MIT
"""cute-shm 1.2 from PyPI, in a process and an environment of its own, since both packages import as `cute_shm`.

For every line of JSON on standard input it does one work, {"work": "put", "count": 100, "nbytes": 64} or {"work":
"load", "file": "x.h5"}, and answers with what that took, {"seconds": 0.01, "kib": 120}: `kib` is the most memory
beside what the process had before.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cute_shm
import numpy as np

PROJECT = f"cute-shm-bench-peer-{os.getpid()}"
sources: dict[tuple[int, int], dict[str, Any]] = {}


def tree(count: int, nbytes: int) -> dict[str, Any]:
    """Returns arrays of so many bytes, nested 3 deep, at most 100 to a group; the same ones when asked again."""
    if (count, nbytes) not in sources:
        values = np.ones(nbytes // 8)
        rows: dict[str, dict[str, np.ndarray]] = {}
        for i in range(count):
            rows.setdefault(f"row{i // 100:02}", {})[f"array{i % 100:02}"] = values
        sources.clear()
        sources[count, nbytes] = {"part00": rows}
    return sources[count, nbytes]


def memory(field: str) -> int:
    """Returns a field of /proc/self/status, in KiB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{field}:")))


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Returns how long the work takes, and its most memory. What it returns is let go after that."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = memory("VmRSS")
    started = time.perf_counter()
    result = work()
    took = time.perf_counter() - started
    kib = memory("VmHWM") - before
    del result
    gc.collect()
    return {"seconds": took, "kib": kib}


def answer(work: str, count: int = 0, nbytes: int = 0, file: str = "") -> dict[str, float]:
    """Does one work. It leaves nothing behind."""
    if work == "load":
        result = measured(lambda: cute_shm.hdf5_to_shm(file, PROJECT, persistent=True))
        cute_shm.unlink(PROJECT)
        return result
    source = tree(count, nbytes)
    if work == "put":
        result = measured(lambda: cute_shm.arrays_to_shm(PROJECT, source, persistent=True))
    elif work == "attach":
        cute_shm.arrays_to_shm(PROJECT, source, persistent=True)
        result = measured(lambda: cute_shm.shm_to_arrays(PROJECT))
    else:
        raise SystemExit(f"peer.py: no work is called {work!r}")
    cute_shm.unlink(PROJECT)
    return result


def main() -> None:
    """Answers until there are no more questions."""
    cute_shm.Project2Toml.root = Path(os.environ["CUTE_SHM_ROOT"])
    for line in sys.stdin:
        print(json.dumps(answer(**json.loads(line))), flush=True)


if __name__ == "__main__":
    main()

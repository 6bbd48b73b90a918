# SPDX-License-Identifier: MIT
"""What the benchmarks in Python share: pairs of times, and the line of JSON they end in."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Callable

import numpy as np


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


def measure(
    row: str, work: str, unit: str, pairs: int, ours: Callable[[], object], against: Callable[[], object]
) -> None:
    """Runs both once for nothing, then in turn, and prints medians as one line of JSON. `unit` is "us" or "ms"."""
    scale = {"us": 1e6, "ms": 1e3}[unit]
    ours()
    against()
    times = [(seconds(ours) * scale, seconds(against) * scale) for _ in range(pairs)]
    median_ours, median_against = (statistics.median(column) for column in zip(*times, strict=True))
    figure = {
        "row": row,
        "language": "Python",
        "work": work,
        "ours": float(f"{median_ours:.4g}"),
        "against": float(f"{median_against:.4g}"),
        "ratio": float(f"{median_ours / median_against:.4g}"),
        "unit": unit,
        "pairs": pairs,
        "peers": {"python": platform.python_version(), "numpy": np.__version__},
    }
    print(json.dumps(figure), flush=True)

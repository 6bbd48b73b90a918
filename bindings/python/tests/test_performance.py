# SPDX-License-Identifier: MIT
"""Bounds on what must not get slow. They are generous, as machines are busy: the rows that are printed tell more."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

import cute_shm
import numpy as np
import pytest

COUNT = 10_000
PAIRS = 7


@pytest.fixture
def many(name: str) -> str:
    """A project of 10,000 small arrays, nested three deep."""
    tree: dict[str, dict[str, dict[str, Any]]] = {}
    for index in range(COUNT):
        group = tree.setdefault(f"g{index // 1000}", {}).setdefault(f"h{index // 100 % 10}", {})
        group[f"array{index}"] = np.full(8, index, "f8")
    cute_shm.create(name, tree).close()
    return name


def seconds(action: Callable[[], object]) -> float:
    # Time of the processor: others may be using the machine.
    started = time.thread_time()
    result = action()
    elapsed = time.thread_time() - started
    del result
    return elapsed


def report(capsys: pytest.CaptureFixture[str], row: str) -> None:
    with capsys.disabled():
        print(f"\n    {row}")


def test_all_of_many_arrays_cost_little_more_than_bare_views(many: str, capsys: pytest.CaptureFixture[str]) -> None:
    with cute_shm.open(many) as project:
        rows = [row for row in project._rows(deep=True) if row.dtype]
        ready = [(row.shape, np.dtype(row.dtype), row.offset) for row in rows]
        assert len(ready) == COUNT
        memory = bytearray(project.nbytes)

        def bare() -> list[Any]:
            make = np.ndarray
            return [make(shape, dtype, memory, offset) for shape, dtype, offset in ready]

        pairs = [(seconds(bare), seconds(project.to_dict)) for _ in range(PAIRS)]
        assert project.to_dict()["g3"]["h2"]["array3217"][0] == 3217
    ratio = median(ours / bare for bare, ours in pairs)
    nanoseconds = [median(column) / COUNT * 1e9 for column in zip(*pairs, strict=True)]
    report(
        capsys, f"10,000 arrays: bare views {nanoseconds[0]:.0f} ns each, ours {nanoseconds[1]:.0f} ns: {ratio:.2f}x"
    )
    assert ratio < 4.5, "the target is 3"


def test_opening_does_not_go_through_the_arrays(many: str, capsys: pytest.CaptureFixture[str]) -> None:
    def open_and_touch() -> None:
        with cute_shm.open(many) as project:
            assert project["g3/h2/array3217"][0] == 3217

    microseconds = median(seconds(open_and_touch) for _ in range(31)) * 1e6
    with cute_shm.open(many) as project:
        again = median(seconds(open_and_touch) for _ in range(31)) * 1e6
        lookup = median(seconds(lambda: project["g3/h2/array3217"]) for _ in range(101)) * 1e6
    report(
        capsys, f"open and touch one of 10,000: {microseconds:.0f} us, again {again:.1f} us, a lookup {lookup:.1f} us"
    )
    assert microseconds < 2000
    assert again < 200
    assert lookup < 50


def test_importing_is_quick(capsys: pytest.CaptureFixture[str]) -> None:
    code = "import numpy, time; t = time.process_time(); import cute_shm; print((time.process_time() - t) * 1e3)"
    # Compiled once, as pip does.
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", code]
    runs = [subprocess.run(command, capture_output=True, text=True, check=True, env=environment) for _ in range(6)]
    milliseconds = min(float(run.stdout) for run in runs)
    report(capsys, f"import after numpy: {milliseconds:.1f} ms")
    assert milliseconds < 30, "the target is 15"

# SPDX-License-Identifier: MIT
"""A reader of `cute-shm-evaluate`: a process of its own, which holds a file's datasets and reads elements of them.

It goes through three stages: import modules, get the data, read elements. At the end of each it writes a line of JSON
to stdout and waits for a line on stdin; that before the last stage is the time to begin at, by the monotonic clock,
which is one for all processes. The end of stdin ends it after any stage: no reader outlives the one who started it.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from ._store import Store

_PAGE = 4096  # bytes; the smallest there are

Taker = tuple[Callable[[int], object], int]


def main() -> None:
    """Runs the stages. The job is the first line of stdin; see `_evaluate.Job`."""
    try:
        job = json.loads(_next_line())
        load = _importing_loader(job)
        places = [random.random() for _ in range(job["iterations"])]
        _say({})
        takers = [_taker(dataset) for dataset in load() if dataset.size]
        began = float(_say({}))
        _say({"reads": _read(takers, places, began), "ended": time.monotonic()})
    except BrokenPipeError:
        os._exit(1)  # nobody is there any more, and Python would complain that it cannot flush
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
        sys.exit(1)


def _say(answer: dict[str, Any]) -> str:
    """Ends a stage, and waits for the line that begins the next."""
    print(json.dumps(answer), flush=True)
    return _next_line()


def _next_line() -> str:
    line = sys.stdin.readline()
    if not line:
        sys.exit()
    return line


def _importing_loader(job: dict[str, Any]) -> Callable[[], list[Any]]:
    """Imports what a user's program would; what it gives gets the data."""
    if job["kind"] == "shared":

        def attach() -> list[Any]:
            with Store(job["root"]).open(job["project"]) as project:
                return [project[path] for path in job["paths"]]

        return attach

    import h5py  # noqa: PLC0415  readers of shared memory do without

    def read_file() -> list[Any]:
        with h5py.File(job["file"], "r") as file:
            return [np.asarray(file[path][()]) for path in job["paths"]]

    return read_file


def _taker(dataset: Any) -> Taker:
    """What reads an element of an array, or of a ragged array, and how many it has. All pages of it are read once."""
    if isinstance(dataset, np.ndarray):
        _touch(dataset)
        return dataset.item, dataset.size
    offsets, values = dataset.offsets, dataset.values
    _touch(offsets)
    _touch(values)
    return lambda number: values[offsets[number] : offsets[number + 1]].tobytes(), dataset.size


def _touch(array: np.ndarray[Any, Any]) -> None:
    """Reads a byte of every page, so that memory counts as used by whoever has it."""
    if array.nbytes:
        memory = np.ravel(array, order="K").view(np.uint8)
        max(memory[::_PAGE].max(), memory[-1])


def _read(takers: list[Taker], places: list[float], began: float) -> int:
    """From `began` on, reads an element of every dataset at each place (0 to 1). Gives how many."""
    time.sleep(max(began - time.monotonic(), 0))
    for place in places:
        for take, size in takers:
            take(int(place * size))
    return len(places) * len(takers)

# SPDX-License-Identifier: MIT
"""What each figure of the benchmarks wants to reach, and why some do not."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """What a figure wants to reach: `limit` is the most that its `ratio`, `ours`, or `step` (ours, less that of the
    same row with 1 array) may be.
    """

    words: str
    kind: str
    limit: float


SCAN = Goal("0.97 of its speed", "ratio", 1 / 0.97)
OPEN = Goal("200 us", "ours", 200)
ALL = Goal("2.5 times", "ratio", 2.5)
THIRTY = Goal("30 times its speed", "ratio", 1 / 30)
LOAD_MEMORY = Goal("48 MiB", "ours", 48 * 1024)
GET = Goal("150 ns", "ours", 150)
# By row and work, and by language where they differ.
GOALS: dict[tuple[str, ...], Goal] = {
    ("attach-cold", "1 array"): Goal("3 times", "ratio", 3),
    ("attach-cold", "10,000 arrays"): Goal("300 us more than 1 array", "step", 300),
    ("attach-again", "100 arrays"): Goal("1 us", "ours", 1),
    ("get", "by node and view"): GET,
    ("get", "by array handle"): GET,
    ("attach-python", "open, touch one of 1 array"): OPEN,
    ("attach-python", "open, touch one of 100 arrays"): OPEN,
    ("attach-python", "open, touch one of 10,000 arrays"): OPEN,
    ("attach-python", "open, to_dict of 100 arrays"): ALL,
    ("attach-python", "open, to_dict of 10,000 arrays"): ALL,
    ("read-scan", "1 GiB"): SCAN,
    ("attach-python", "shm_to_arrays of 100 arrays"): ALL,
    ("attach-python", "shm_to_arrays of 10,000 arrays"): ALL,
    ("attach-python", "shm_to_arrays of 100 arrays by cute-shm 1.2"): THIRTY,
    ("attach-python", "shm_to_arrays of 10,000 arrays, for each, against 400 by cute-shm 1.2"): THIRTY,
    ("put-large", "1 GiB"): Goal("0.9 of its speed", "ratio", 1 / 0.9),
    ("put-large", "1 GiB, against cute-shm 1.2"): Goal("1.6 times its speed", "ratio", 1 / 1.6),
    ("put-large", "1 GiB: peak memory beside it"): Goal("16 MiB", "ours", 16 * 1024),
    ("put-many", "10,000 arrays", "C"): Goal("12 ms", "ours", 12),
    ("put-many", "10,000 arrays", "Python"): Goal("40 ms", "ours", 40),
    ("put-many", "10,000 arrays, not yet published"): Goal("4 ms", "ours", 4),
    ("put-many", "each of 10,000 arrays, against 1,000 by cute-shm 1.2"): THIRTY,
    ("load-contiguous", "against cp"): Goal("0.95 of its speed", "ratio", 1 / 0.95),
    ("load-contiguous", "against h5py into shared memory"): Goal("1.6 times its speed", "ratio", 1 / 1.6),
    ("load-contiguous", "against cute-shm 1.2"): Goal("2 times its speed", "ratio", 1 / 2),
    ("load-contiguous", "peak memory"): LOAD_MEMORY,
    ("load-chunked", "against cp"): Goal("0.8 of its speed", "ratio", 1 / 0.8),
    ("load-chunked", "peak memory"): LOAD_MEMORY,
    ("load-gzip", "threads: 2"): Goal("3 times its speed", "ratio", 1 / 3),
    ("load-gzip", "threads: 2, against cute-shm 1.2"): Goal("6 times its speed", "ratio", 1 / 6),
    ("load-gzip", "peak memory"): LOAD_MEMORY,
    ("load-wide", "10,000 datasets"): Goal("5 times its speed", "ratio", 1 / 5),
    ("load-wide", "10,000 datasets: peak memory"): LOAD_MEMORY,
    ("import", "after numpy"): Goal("15 ms", "ours", 15),
}


def goal_of(row: str, language: str, work: str) -> Goal | None:
    """Returns what a figure wants to reach, if anything."""
    return GOALS.get((row, work, language)) or GOALS.get((row, work))


# By the beginning of "row: work". What is said here is what the rows themselves show.
REASONS = {
    "attach-cold: 1 array": "**attach-cold**: a new process has nothing of the library in memory yet. Each page fault "
    'costs as much as some system calls, and ours takes more of them than a bare `mmap` (the rows "page faults"): '
    "text and data of the library, its first heap pages, the header and the index that it checks. The rest are the "
    "system calls for the store's directory, the manifest and the header.",
    "put-many: 10,000 arrays, not yet published": "**put-many before it is published**: it takes no longer than as "
    "many bare calls of `pwrite`; what is left is declaring each array, whose path is checked, hashed and looked up, "
    "and writing the index.",
    "put-many: each of 10,000 arrays": "**put-many against 1.2**: 1.2 takes about half as long an array here as the "
    "goal took for granted. Of our time the C library has less than a quarter (the row of C); the rest is Python's and "
    "numpy's: the dtype, shape and order of each array, and two calls.",
    "attach-python: open, touch one of 10,000 arrays": "**open of 10,000 arrays**: about half is mapping and unmapping "
    "the index, some hundred bytes an array; the other half is its checksum and the check of every offset in it, which "
    "the row attach-cold of C shows, too. Checking on first use would be flat, but every later use would then have to "
    "expect damage.",
    "attach-python: open, to_dict of 100 arrays": "**`to_dict` of 100 arrays**: opening the project is the greater "
    "part, whatever the number of arrays; of 10,000 it does not show.",
    "attach-python: shm_to_arrays": "**`shm_to_arrays`**: 1.2 promises two dictionaries, a list and a SharedMemory for "
    'each array. Making just these in Python takes longer than the goal allows (the rows "against its dictionaries"). '
    "The new interface's `to_dict` makes views alone.",
}

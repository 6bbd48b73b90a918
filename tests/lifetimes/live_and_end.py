# SPDX-License-Identifier: MIT
"""The worker in Python: see live_and_end.c, which does the same."""

from __future__ import annotations

import os
import sys
from typing import Literal, cast

import cute_shm
import numpy as np

VALUES = np.arange(6.0)
Lifetime = Literal["persistent", "owner", "last-user"]


def take_part(verb: str, lifetime: str, root: str, name: str) -> cute_shm.Project:
    """Publishes or attaches a project."""
    if verb == "publish":
        return cute_shm.create(name, {"a": VALUES}, lifetime=cast("Lifetime", lifetime), store=root)
    project = cute_shm.open(name, store=root)
    if not np.array_equal(project["a"], VALUES):
        sys.exit(f"{name}: wrong values")
    return project


def end(ending: str) -> None:
    """Ends this process."""
    if ending == "error":
        raise RuntimeError("as was asked for")
    if ending == "exit":
        sys.exit(3)
    if ending == "_exit":
        os._exit(4)
    if ending == "abort":
        os.abort()
    if ending != "return":
        sys.exit(5)


def main(ending: str, *words: str) -> None:
    """Keeps what it has until the end."""
    kept = [take_part(*words[i : i + 4]) for i in range(0, len(words), 4)]
    print("ready", flush=True)
    sys.stdin.readline()
    end(ending)
    del kept


main(*sys.argv[1:])

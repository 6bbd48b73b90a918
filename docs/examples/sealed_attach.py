#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Attaches a sealed project by its descriptor, and adds its counts.

usage: sealed_attach.py /proc/PID/fd/N
"""

import os
import sys

import cute_shm


def main(path: str) -> None:
    """Opens the descriptor that another process holds."""
    fd = os.open(path, os.O_RDONLY)
    try:
        project = cute_shm.attach_fd(fd)
    finally:
        os.close(fd)
    assert project.sealed
    print("sum", project["counts"].sum())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

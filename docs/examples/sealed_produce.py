#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a sealed project, and says where others find it: see sealed_attach in C, Python, Rust and Julia.

usage: sealed_produce.py NAME

It holds the project until its standard input ends. A process of another user cannot open what this prints, and gets a
descriptor through a Unix socket instead (docs/lifetimes.md).
"""

import os
import sys

import cute_shm
import numpy as np


def main(name: str) -> None:
    """Makes the project `name`, which is in no store."""
    with cute_shm.create(name, {"counts": np.arange(1000)}, sealed=True) as project:
        fd = project.export_fd()
        print(f"/proc/{os.getpid()}/fd/{fd}", flush=True)
        sys.stdin.read()
        os.close(fd)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

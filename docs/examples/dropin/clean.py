# SPDX-License-Identifier: MIT
"""Gives back the memory of what transfer.py has loaded; `cute-shm unlink PROJECT` does the same.

usage: clean.py [PROJECT]
"""

from __future__ import annotations

import logging
import sys

import cute_shm

if __name__ == "__main__":
    logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(message)s")
    try:
        cute_shm.unlink(sys.argv[1] if len(sys.argv) > 1 else "demo_transfer")
    except FileNotFoundError:
        sys.exit("no such project: run transfer.py first")

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Finds the arrays of a segment in its own index, without its manifest: docs/format.md, "The segment".

usage: read_index.py SEGMENT PATH

SEGMENT is a name in /dev/shm or, of a sealed segment, the place of its descriptor: /proc/PID/fd/N.
"""

import fcntl
import mmap
import os
import stat
import struct
import sys
from typing import Any

from read_segment import Memory, map_segment, values

SEALED, PUBLISHED = 1, 2
SEALS = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE


def arrays_of_index(segment: Memory) -> dict[str, dict[str, Any]]:
    """The arrays by path, as read_segment.py has them, but for attributes."""
    magic, major, size, index = *struct.unpack_from("<8sH", segment), *struct.unpack_from("<QQ", segment, 24)
    if (magic, major) != (b"CUTESHM\n", 1) or size > len(segment):
        raise ValueError("not a segment that this page describes")
    nodes, arrays, dtypes, _, _, extents, _, strings, _ = struct.iter_unpack("<QQ", segment[index : index + 144])

    def record(table: tuple[int, int], number: int, form: str) -> tuple[int, ...]:
        return struct.unpack_from("<" + form, segment, index + table[0] + number * struct.calcsize("<" + form))

    def string(offset: int, length: int) -> str:
        begin = index + strings[0] + offset
        return segment[begin : begin + length].decode()

    found = {}
    for kind, _, _, number, *path in (record(nodes, i, "10I")[:6] for i in range(nodes[1])):
        if kind == 2:
            offset, nbytes, _, dtype, ndim, order, first, _ = record(arrays, number, "2Q6I")
            shape = [record(extents, first + axis, "q")[0] for axis in range(ndim)]
            text = string(*record(dtypes, dtype, "Q6I")[1:3])
            entry = {"dtype": text, "shape": shape, "order": "CF"[order], "offset": offset, "bytes": nbytes}
            found[string(*path)] = entry
    return found


def map_sealed(descriptor: int) -> mmap.mmap:
    """Maps what someone gave who need not be trusted: docs/format.md, "Sealed segments"."""
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode) or fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & SEALS != SEALS:
        raise ValueError("not sealed")
    if 512 * status.st_blocks < status.st_size:
        raise ValueError("not all of it is in memory")
    segment = mmap.mmap(descriptor, status.st_size, prot=mmap.PROT_READ)
    flags, state = (int.from_bytes(segment[at : at + 4], "little") for at in (100, 4032))
    if not flags & SEALED or state != PUBLISHED:
        raise ValueError("not a sealed segment")
    return segment


def map_place(place: str) -> mmap.mmap:
    """The segment of that name, or behind that path."""
    if not place.startswith("/"):
        return map_segment(place)
    descriptor = os.open(place, os.O_RDONLY)
    try:
        return map_sealed(descriptor)
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    mapped = map_place(sys.argv[1])
    print(values(mapped, arrays_of_index(mapped)[sys.argv[2]]))

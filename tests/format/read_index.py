#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Finds the arrays of a segment in its own index, without its manifest: docs/format.md, "The segment".

usage: read_index.py SEGMENT PATH
"""

import struct
import sys

from read_segment import Array, Memory, map_segment, values


def arrays_of_index(segment: Memory) -> dict[str, Array]:
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
            offset, _, _, dtype, ndim, order, first, _ = record(arrays, number, "2Q6I")
            shape = [record(extents, first + axis, "q")[0] for axis in range(ndim)]
            found[string(*path)] = Array(string(*record(dtypes, dtype, "Q6I")[1:3]), shape, "CF"[order], offset)
    return found


if __name__ == "__main__":
    mapped = map_segment(sys.argv[1])
    print(values(mapped, arrays_of_index(mapped)[sys.argv[2]]))

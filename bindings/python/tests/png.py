# SPDX-License-Identifier: MIT
"""A PNG decoder, so that the tests see what is drawn."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

Pixels = np.ndarray[Any, np.dtype[Any]]


def decode_png(file: bytes) -> Pixels:
    """Pixels of shape (height, width, 3 or 4): of 8 bits, not interlaced."""
    assert file[:8] == b"\x89PNG\r\n\x1a\n"
    chunks: dict[bytes, bytes] = {}
    start = 8
    while start < len(file):
        length = int.from_bytes(file[start : start + 4], "big")
        kind, data = file[start + 4 : start + 8], file[start + 8 : start + 8 + length]
        assert zlib.crc32(kind + data) == int.from_bytes(file[start + 8 + length : start + 12 + length], "big")
        chunks[kind] = chunks.get(kind, b"") + data
        start += 12 + length
    assert b"IEND" in chunks
    width, height = (int.from_bytes(chunks[b"IHDR"][at : at + 4], "big") for at in (0, 4))
    assert chunks[b"IHDR"][8] == 8
    channels = {2: 3, 3: 1, 6: 4}[chunks[b"IHDR"][9]]
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), "u1").reshape(height, 1 + width * channels)
    pixels = np.zeros((height + 1, width + 1, channels), "u1")  # with zeros above and to the left
    for row, (kind, *_) in enumerate(lines.tolist(), 1):
        line = lines[row - 1, 1:].reshape(width, channels)
        if kind == 0:
            pixels[row, 1:] = line
        elif kind == 2:
            pixels[row, 1:] = line + pixels[row - 1, 1:]
        else:
            _unfilter(kind, line, pixels, row)
    shown = pixels[1:, 1:]
    if channels == 1:
        palette = np.frombuffer(chunks[b"PLTE"], "u1").reshape(-1, 3)
        alpha = np.full(len(palette), 255, "u1")
        transparent = np.frombuffer(chunks.get(b"tRNS", b""), "u1")
        alpha[: len(transparent)] = transparent
        shown = np.concatenate([palette, alpha[:, None]], axis=1)[shown[..., 0]]
    return shown


def _unfilter(kind: int, line: Pixels, pixels: Pixels, row: int) -> None:
    """Undoes the filters that look to the left: each pixel needs the one before it."""
    for column, values in enumerate(line.astype("i4"), 1):
        left, above, corner = (
            pixels[at].astype("i4") for at in ((row, column - 1), (row - 1, column), (row - 1, column - 1))
        )
        if kind == 1:
            guess = left
        elif kind == 3:
            guess = (left + above) // 2
        else:
            near = [abs(above - corner), abs(left - corner), abs(left + above - 2 * corner)]
            guess = np.where(
                (near[0] <= near[1]) & (near[0] <= near[2]), left, np.where(near[1] <= near[2], above, corner)
            )
        pixels[row, column] = (values + guess) & 255

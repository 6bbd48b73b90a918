# SPDX-License-Identifier: MIT
"""Looks at an array without reading it: samples whose cost in pages of memory is bounded.

What costs is not an element but the page of memory it lies in: one byte from each page of an array is the whole array,
from wherever it is swapped or to whatever cache it goes. So budgets here are numbers of pages.
"""

from __future__ import annotations

import mmap
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

if TYPE_CHECKING:
    from numpy.typing import NDArray

    AnyArray = NDArray[Any]

PAGE = mmap.PAGESIZE
_SIDE = 96  # pixels of the longer side of an image
_SMALLEST_SIDE = 8
_LEAST = 32  # pages that an image counts for, as it takes room in what is shown, too


class Budget:
    """Pages that may be touched: so many for each array, so many in all."""

    def __init__(self, each: int, total: int) -> None:
        self._each = each
        self.left = total

    def for_array(self) -> int:
        """Pages that one array may cost."""
        return min(self._each, self.left)

    def spend(self, pages: int) -> None:
        """Takes what an array has cost."""
        self.left -= pages


def values(array: AnyArray, budget: Budget) -> AnyArray:
    """Elements from all over an array of at least one, in one dimension; none where the budget is spent.

    All elements where the budget allows it; else runs of neighbours, of up to a page each, at even distances.
    """
    pages = budget.for_array()
    lines = _in_memory_order(array)
    span = sum((length - 1) * stride for length, stride in zip(lines.shape, lines.strides, strict=True))
    span += array.itemsize
    whole = span // PAGE + 2
    if whole <= pages:
        budget.spend(whole)
        return lines.ravel()
    length, stride = lines.shape[-1], lines.strides[-1]
    run = min(length, max(1, (PAGE - array.itemsize) // stride + 1))
    count = pages // 2  # a run that does not begin with its page ends in the next one
    if count < 1 or array.itemsize > PAGE:
        return np.empty(0, array.dtype)
    budget.spend(2 * count)
    starts = (lines.size - run) * np.arange(count) // max(1, count - 1)
    parts = []
    for start in starts.tolist():
        *outer, inner = np.unravel_index(start, lines.shape)
        begin = min(int(inner), length - run)
        parts.append(lines[tuple(outer)][begin : begin + run])
    return np.concatenate(parts)


def _in_memory_order(array: AnyArray) -> AnyArray:
    """The same elements with strides that are positive and fall, in as few dimensions as can be; no copy."""
    array = np.atleast_1d(array)
    array = array[tuple(slice(None, None, -1) if stride < 0 else slice(None) for stride in array.strides)]
    axes = [
        (stride, length)
        for stride, length in zip(array.strides, array.shape, strict=True)
        if length > 1 and stride  # an axis of stride 0 repeats the same memory
    ]
    merged: list[tuple[int, int]] = []
    for stride, length in sorted(axes, reverse=True):
        if merged and merged[-1][0] == stride * length:
            merged[-1] = stride, length * merged[-1][1]
        else:
            merged.append((stride, length))
    strides, shape = zip(*merged or [(array.itemsize, 1)], strict=True)
    return as_strided(array, shape, strides)


def pixels(image: AnyArray, budget: Budget) -> AnyArray | None:
    """Elements of a regular grid over the first two axes, as fine as the budget allows.

    None where that is too coarse to be an image.
    """
    height, width = image.shape[:2]
    side = min(_SIDE, max(height, width))
    while True:
        scale = side / max(height, width)
        rows, columns = _evenly(height, height * scale), _evenly(width, width * scale)
        cost = max(_LEAST, _pages_of(image, rows, columns))
        if cost <= budget.for_array():
            budget.spend(cost)
            return image[np.ix_(rows, columns)]
        side = side * 3 // 4
        if side < _SMALLEST_SIDE:
            return None


def _evenly(length: int, count: float) -> NDArray[np.int64]:
    """The middles of `count` equal parts of 0 to length."""
    parts = max(1, round(count))
    return (2 * np.arange(parts, dtype="i8") + 1) * length // (2 * parts)


def _pages_of(image: AnyArray, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> int:
    """How many pages these elements lie in."""
    starts = image.__array_interface__["data"][0] + np.add.outer(rows * image.strides[0], columns * image.strides[1])
    if image.ndim > 2:
        starts = np.add.outer(starts, np.arange(image.shape[2], dtype="i8") * image.strides[2])
    ends = starts + image.itemsize - 1
    return len(np.unique(np.concatenate([starts.ravel() // PAGE, ends.ravel() // PAGE])))


def ends(array: AnyArray, budget: Budget) -> tuple[list[Any], list[Any]]:
    """The first and last three elements of an array, or all of a small one, where the budget allows it."""
    cost = array.itemsize // PAGE + 2  # of one element
    count = min(array.size, 6)
    if count * cost > budget.for_array() // 8:
        return [], []
    budget.spend(count * cost)
    flat = array.flat
    first = [flat[index] for index in range(count)] if array.size <= 6 else [flat[index] for index in range(3)]
    return first, [flat[index] for index in range(array.size - 3, array.size)] if array.size > 6 else []

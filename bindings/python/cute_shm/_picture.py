# SPDX-License-Identifier: MIT
"""Small pictures of arrays for HTML: a histogram, or the image itself."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from . import _sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    AnyArray = NDArray[Any]

_BINS = 32
_HEIGHT = 16  # of a histogram, in units of its drawing
_LONGEST_IMAGE = 8  # an image is at most so many times as long as it is wide
_SHADES = 255  # then comes the one for what is no number
# Dark to bright, even for those who see no colours.
_RAMP = ((24, 20, 66), (45, 62, 133), (41, 112, 142), (38, 158, 129), (127, 200, 84), (250, 226, 60))


class Picture(NamedTuple):
    """A picture, as HTML, and what is to be said of it."""

    html: str
    caption: str


def picture(array: AnyArray, budget: _sample.Budget) -> Picture | None:
    """The picture of an array of numbers, of a sample that keeps to the budget. None where there is nothing to draw."""
    if array.dtype.kind not in "biufcMm" or not array.size:
        return None
    if _is_photograph(array) or _is_matrix(array):
        found = _sample.pixels(array, budget)
        if found is not None:
            return _photograph(array, found) if array.ndim == 3 else _matrix(array, found)
    sample = _sample.values(array, budget)
    return _histogram(array, sample) if sample.size else None


def _is_photograph(array: AnyArray) -> bool:
    return array.ndim == 3 and array.dtype == np.uint8 and array.shape[2] in (3, 4) and _has_area(array)


def _is_matrix(array: AnyArray) -> bool:
    return array.ndim == 2 and _has_area(array)


def _has_area(array: AnyArray) -> bool:
    short, long = sorted(array.shape[:2])
    return bool(short >= 8 and long <= short * _LONGEST_IMAGE)


# ---- numbers of any kind


class _Numbers(NamedTuple):
    """A sample as places between the least and the greatest of its numbers: 0 to 1, NaN for what is no number."""

    places: NDArray[np.float64]
    least: str
    greatest: str
    steps: int
    """Places that there are; 0: any."""
    odd: str
    """What is no number, counted."""


def _numbers(sample: AnyArray) -> _Numbers:
    sample = sample.astype(sample.dtype.newbyteorder("="))
    if sample.dtype.kind == "c":
        with np.errstate(all="ignore"):
            sample = np.abs(sample.astype("c16"))
    return _reals(sample) if sample.dtype.kind == "f" else _integers(sample)


def _reals(sample: AnyArray) -> _Numbers:
    reals = sample.astype("f8")
    finite = np.isfinite(reals)
    kinds = {"NaN": int(np.isnan(reals).sum()), "infinite": int(np.isinf(reals).sum())}
    odd = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items() if count)
    if not finite.any():
        return _Numbers(np.full(reals.shape, np.nan), "", "", 1, odd)
    least, greatest = reals[finite].min(), reals[finite].max()
    scale = 0.5 if greatest / 2 - least / 2 > 1e307 else 1.0  # the whole of the difference can be too large for a float
    distances = np.where(finite, reals, np.nan) * scale - least * scale
    span = greatest * scale - least * scale
    places = distances / span if span else distances
    return _Numbers(places, f"{least:.4g}", f"{greatest:.4g}", 0 if span else 1, odd)


def _integers(sample: AnyArray) -> _Numbers:
    """Integers, and what is kept as such: booleans and times."""
    dtype = sample.dtype
    signed = sample.view("i8") if dtype.kind in "mM" else sample.astype("u8" if dtype.kind == "u" else "i8")
    missing = np.isnat(sample) if dtype.kind in "mM" else np.zeros(sample.shape, bool)
    odd = f"{int(missing.sum()):,} NaT" if missing.any() else ""
    if missing.all():
        return _Numbers(np.full(sample.shape, np.nan), "", "", 1, odd)
    least, greatest = int(signed[~missing].min()), int(signed[~missing].max())
    # Differences of 64 bits, exact modulo 2^64; as floats only after that.
    distances = signed.view("u8") - np.uint64(least % (1 << 64))
    places = np.where(missing, np.nan, distances.astype("f8") / max(1, greatest - least))
    words = _integer_words(least, dtype), _integer_words(greatest, dtype)
    return _Numbers(places, words[0], words[1], greatest - least + 1, odd)


def _integer_words(number: int, dtype: np.dtype[Any]) -> str:
    if dtype.kind in "mM":
        return str(np.array(number, "i8").view(dtype)[()])
    return str(bool(number)) if dtype.kind == "b" else f"{number:,}"


def _range_words(array: AnyArray, numbers: _Numbers) -> str:
    """The least and the greatest, what is no number, and how much of the array was looked at."""
    what = "magnitude " if array.dtype.kind == "c" else ""
    words = []
    if array.dtype.kind == "b" and numbers.steps == 2:
        words.append(f"{numbers.places.mean():.0%} True")
    elif numbers.least:
        same = numbers.steps == 1
        words.append(f"{what}{numbers.least} throughout" if same else f"{what}{numbers.least} to {numbers.greatest}")
    if numbers.odd:
        words.append(numbers.odd)
    if numbers.places.size < array.size:
        words.append(f"from {numbers.places.size:,} of {array.size:,} values")
    return ", ".join(words)


# ---- histogram


def _histogram(array: AnyArray, sample: AnyArray) -> Picture:
    numbers = _numbers(sample)
    bins = min(_BINS, numbers.steps or _BINS)
    places = numbers.places[~np.isnan(numbers.places)]
    counts = np.bincount(np.minimum((places * bins).astype("i8"), bins - 1), minlength=bins)
    caption = _range_words(array, numbers)
    if not places.size:
        return Picture("", caption)
    bars = "".join(
        f"M{index} {_HEIGHT}v-{max(0.5, count * _HEIGHT / counts.max()):.3g}h.85V{_HEIGHT}z"
        for index, count in enumerate(counts.tolist())
        if count
    )
    html = (
        f'<svg class="cshm-histogram" viewBox="0 0 {bins} {_HEIGHT}" preserveAspectRatio="none" role="img"'
        f' aria-label="histogram"><path d="{bars}"/></svg>'
    )
    return Picture(html, caption)


# ---- images


def _matrix(array: AnyArray, sample: AnyArray) -> Picture:
    """A matrix as shades, with its first row on top."""
    numbers = _numbers(sample)
    places = numbers.places
    odd = np.isnan(places)
    if not odd.all():  # a few that are far from the others leave these in one shade
        low, high = np.percentile(places[~odd], (1, 99))
        places = np.clip((places - low) / (high - low), 0, 1) if high > low else places
    shades = np.where(odd, _SHADES, np.where(odd, 0, places) * (_SHADES - 1)).astype("u1")
    stops = np.linspace(0, _SHADES - 1, len(_RAMP))
    ramp = np.array(_RAMP, "f8")
    palette = np.stack([np.interp(np.arange(_SHADES), stops, channel) for channel in ramp.T], axis=1)
    chunks = [(b"PLTE", palette.round().astype("u1").tobytes() + bytes(3)), (b"tRNS", b"\xff" * _SHADES + b"\0")]
    return Picture(_image(shades, 3, chunks), _range_words(array, numbers))


def _photograph(array: AnyArray, sample: AnyArray) -> Picture:
    height, width, channels = array.shape
    words = f"{width:,} by {height:,} pixels, {'RGBA' if channels == 4 else 'RGB'}"
    return Picture(_image(sample, 6 if channels == 4 else 2, []), words)


def _image(pixels: AnyArray, color_type: int, chunks: list[tuple[bytes, bytes]]) -> str:
    height, width = pixels.shape[:2]
    text = base64.b64encode(_png(pixels, color_type, chunks)).decode("ascii")
    return (
        f'<img class="cshm-image" alt="image" style="--cshm-w:{width};--cshm-h:{height}"'
        f' src="data:image/png;base64,{text}">'
    )


def _png(pixels: AnyArray, color_type: int, chunks: list[tuple[bytes, bytes]]) -> bytes:
    """A PNG file of 8-bit samples: of shape (height, width) or (height, width, channels)."""
    height, width = pixels.shape[:2]
    lines = pixels.reshape(height, -1)
    unfiltered = np.concatenate([np.zeros((height, 1), "u1"), lines], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, color_type, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IDAT", zlib.compress(unfiltered)), (b"IEND", b"")]
    file = [b"\x89PNG\r\n\x1a\n"]
    for kind, data in parts:
        file += [struct.pack(">I", len(data)), kind, data, struct.pack(">I", zlib.crc32(kind + data))]
    return b"".join(file)

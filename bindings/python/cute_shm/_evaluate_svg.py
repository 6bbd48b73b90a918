# SPDX-License-Identifier: MIT
"""The picture of `cute-shm-evaluate`: two panels of bars, as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ._evaluate import KINDS, Kind, Measurement
from ._evaluate_report import FIGURES, Figure, in_order

_COLOURS: dict[Kind, str] = {"direct": "#c8793c", "shared": "#2b7a9b"}
_LABELS: dict[Kind, str] = {"direct": "each its own copy (h5py)", "shared": "one copy for all (cute-shm)"}
_PALE = "rgba(255, 255, 255, 0.6)"  # over the part of a bar that is not data
_WIDTH, _HEIGHT = 960, 440  # pixels
_MARGIN = 24
_TOP, _BOTTOM = 116, 376  # of the bars
_BAR, _GAP = 36, 6


def svg(title: str, measurements: Sequence[Measurement]) -> str:
    """The picture, as text."""
    shown = in_order(measurements)
    panel = (_WIDTH - 3 * _MARGIN) / len(FIGURES)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        'font-family="sans-serif" font-size="13" fill="#222">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        f'<text x="{_MARGIN}" y="32" font-size="16" font-weight="bold">{escape(title)}</text>',
        *_legend(),
    ]
    for number, figure in enumerate(FIGURES):
        parts += _panel(figure, shown, _MARGIN + number * (panel + _MARGIN), panel)
    return "\n".join([*parts, "</svg>", ""])


def _legend() -> list[str]:
    parts = []
    for number, kind in enumerate(KINDS):
        x = _MARGIN + 220 * number
        parts.append(f'<rect x="{x}" y="47" width="12" height="12" fill="{_COLOURS[kind]}"/>')
        parts.append(f'<text x="{x + 18}" y="58">{_LABELS[kind]}</text>')
    return [*parts, f'<text x="{x + 240}" y="58">pale: what the readers take without data</text>']


def _panel(figure: Figure, measurements: Sequence[Measurement], left: float, width: float) -> list[str]:
    groups = sorted({measurement.readers for measurement in measurements})
    step, most = width / len(groups), figure.most(measurements)
    middle = left + width / 2
    parts = [
        f'<text x="{left:.1f}" y="92" font-weight="bold">{figure.title}, {figure.unit}</text>',
        f'<line x1="{left:.1f}" y1="{_BOTTOM}" x2="{left + width:.1f}" y2="{_BOTTOM}" stroke="#888"/>',
        f'<text x="{middle:.1f}" y="{_BOTTOM + 42}" text-anchor="middle" fill="#555">readers at the same time</text>',
    ]
    for number, readers in enumerate(groups):
        x = left + (number + 0.5) * step
        parts.append(f'<text x="{x:.1f}" y="{_BOTTOM + 20}" text-anchor="middle">{readers}</text>')
    for measurement in measurements:
        x = left + (groups.index(measurement.readers) + 0.5) * step
        x += _GAP / 2 if measurement.kind == "shared" else -_BAR - _GAP / 2
        height, base = ((_BOTTOM - _TOP) * part(measurement) / most for part in (figure.value, figure.base))
        parts += _bar(x, height, base, _COLOURS[measurement.kind], figure.number(measurement))
    return parts


def _bar(x: float, height: float, base: float, colour: str, text: str) -> list[str]:
    top, middle = _BOTTOM - height, x + _BAR / 2
    return [
        f'<rect x="{x:.1f}" y="{top:.1f}" width="{_BAR}" height="{height:.1f}" fill="{colour}"/>',
        f'<rect x="{x:.1f}" y="{_BOTTOM - base:.1f}" width="{_BAR}" height="{base:.1f}" fill="{_PALE}"/>',
        f'<text x="{middle:.1f}" y="{top - 5:.1f}" text-anchor="middle" font-size="11">{text}</text>',
    ]

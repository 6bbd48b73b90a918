# SPDX-License-Identifier: MIT
"""What `cute-shm-evaluate` prints: a table, and bars."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ._evaluate import KINDS, Kind, Measurement

TITLES = ("Readers", "Data", "Reads/s each", "Reads/s all", "Memory of all", "of it data")
_BAR_WIDTH = 40
_BARS: dict[Kind, str] = {"direct": "░", "shared": "█"}
_ASCII_BARS: dict[Kind, str] = {"direct": "-", "shared": "#"}


class Figure(NamedTuple):
    """What is drawn as bars."""

    title: str
    unit: str
    unit_size: float
    value: Callable[[Measurement], float]
    base: Callable[[Measurement], float] = lambda measurement: 0.0  # the part of it that is drawn pale

    def number(self, measurement: Measurement) -> str:
        """The value in that unit, ``12.3``."""
        return f"{self.value(measurement) / self.unit_size:,.1f}"

    def most(self, measurements: Sequence[Measurement]) -> float:
        """The largest value: that of the longest bar."""
        return max(map(self.value, measurements))


def mebibytes(nbytes: float) -> str:
    """``1,234.5 MiB``."""
    return f"{nbytes / 2**20:,.1f} MiB"


def count(number: float) -> str:
    """``1,234,567``."""
    return f"{number:,.0f}"


FIGURES = (
    Figure("Memory of all readers together (PSS)", "MiB", 2.0**20, lambda found: found.pss, lambda found: found.bare),
    Figure("Reads per second of all readers together", "million", 1e6, lambda found: found.rate_all),
)


def rows(measurements: Sequence[Measurement]) -> list[tuple[str, ...]]:
    """The cells of the table, a row for each measurement."""
    return [
        (
            str(measurement.readers),
            measurement.kind,
            count(measurement.rate_each),
            count(measurement.rate_all),
            mebibytes(measurement.pss),
            mebibytes(measurement.data),
        )
        for measurement in in_order(measurements)
    ]


def in_order(measurements: Sequence[Measurement]) -> list[Measurement]:
    """By number of readers, direct before shared."""
    return sorted(measurements, key=lambda measurement: (measurement.readers, KINDS.index(measurement.kind)))


def print_report(title: str, measurements: Sequence[Measurement]) -> None:
    """Prints table and bars to stdout."""
    if not (sys.stdout.isatty() and _print_rich_table(title, measurements)):
        print(f"\n{title}\n")
        _print_plain_table(measurements)
    for figure in FIGURES:
        _print_bars(figure, in_order(measurements))


def _print_rich_table(title: str, measurements: Sequence[Measurement]) -> bool:
    """False: rich is not installed."""
    try:
        from rich.console import Console  # noqa: PLC0415  optional, and only for a terminal
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415
    except ImportError:
        return False
    table = Table(title=Text(title))
    for heading in TITLES:
        table.add_column(heading, justify="left" if heading == "Data" else "right")
    for row in rows(measurements):
        table.add_row(*row, end_section=row[1] == KINDS[-1])
    Console().print(table)
    return True


def _print_plain_table(measurements: Sequence[Measurement]) -> None:
    table = [TITLES, *rows(measurements)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        cells = [
            cell.ljust(width) if number == 1 else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells))


def _print_bars(figure: Figure, measurements: Sequence[Measurement]) -> None:
    bars = _BARS if (sys.stdout.encoding or "").lower().startswith("utf") else _ASCII_BARS
    most = figure.most(measurements)
    print(f"\n{figure.title}, {figure.unit}")
    for measurement in measurements:
        bar = bars[measurement.kind] * max(round(_BAR_WIDTH * figure.value(measurement) / most), 1)
        print(f"{measurement.readers:7}  {measurement.kind}  {bar} {figure.number(measurement)}")

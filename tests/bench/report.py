#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes docs/performance.md and its picture from the lines of JSON that the benchmarks print.

Each of the page's parts has a picture of its own. A part of which nothing was measured stays as it is on the page.

usage: report.py LINES.jsonl PAGE.md | report.py --self-test
"""

from __future__ import annotations

import json
import math
import os
import platform
import statistics
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from goals import REASONS, goal_of

Line = dict[str, Any]

# What each row is held against.
AGAINST = {
    "attach-cold": "one bare `shm_open` + `fstat` + `mmap` of as many bytes, in a new process, too",
    "attach-again": "`shm_open` + `fstat` + `mmap` once more",
    "get": "a plain hash map of the same paths, in C",
    "attach-python": "open: `mmap` and `np.ndarray` by hand; all: as many bare `np.ndarray` views, and the same "
    "function of cute-shm 1.2, which runs out of file descriptors long before 10,000 arrays",
    "put-large": "a bare loop of `pwrite` into a new segment, in C; `arrays_to_shm` of cute-shm 1.2",
    "put-many": "as many calls of `pwrite` into one new segment, in C; for each array, `arrays_to_shm` of cute-shm 1.2",
    "import": "cute-shm 1.2",
    "read-scan": "the same sum over private memory. In Python that is the harder rival: numpy asks for huge pages "
    "there (`NUMPY_MADVISE_HUGEPAGE=0` stops it), plain allocation in C, Rust and Julia does not",
    "load-contiguous": "`cp` to /dev/shm, which moves as many bytes; h5py's `read_direct` into a fresh SharedMemory; "
    "`hdf5_to_shm` of cute-shm 1.2. 512 MiB of float64, in the page cache",
    "load-chunked": "the same, in chunks of 512 KiB without filters",
    "load-gzip": "h5py reading into private memory; `hdf5_to_shm` of cute-shm 1.2. The same chunks, shuffled and "
    "deflated at level 4",
    "load-wide": "h5py visiting and reading every dataset with its 4 attributes",
}

# The parts of the page, and the picture of each.
PARTS = {"Sharing and attaching": "performance.svg", "HDF5 files": "performance-hdf5.svg"}


def part_of(row: str) -> str:
    """Returns the part of the page where a row is."""
    return list(PARTS)[row.startswith(("load-", "save-"))]


@dataclass(frozen=True)
class Figure:
    """One figure with what each round found. A round is a process of its own: where memory happens to lie makes two
    processes differ by more than any two pairs in one of them.
    """

    row: str
    language: str
    work: str
    rounds: list[Line]
    shares: list[float]  # each round's value divided by its goal: up to 1 is reached; empty where no goal was set

    def median(self, key: str) -> float:
        """Returns the median of "ours", "against" or "ratio" over the rounds."""
        return statistics.median(float(line[key]) for line in self.rounds)

    @property
    def share(self) -> float:
        """The median share of the goal."""
        return statistics.median(self.shares)

    def verdict(self) -> str:
        """Returns whether the goal is reached, and in how many rounds where these do not agree."""
        if not self.shares:
            return ""
        reached = sum(share <= 1 for share in self.shares)
        words = "yes" if self.share <= 1 else f"**no**: {self.share:.3g} times the goal"
        return words if reached in {0, len(self.shares)} else f"{words} ({reached} of {len(self.shares)} rounds)"


def collect(lines: list[Line]) -> list[Figure]:
    """Gathers the lines of all rounds by what they measured."""
    rounds: dict[tuple[str, str, str], list[Line]] = {}
    for line in lines:
        rounds.setdefault((line["row"], line["language"], line["work"]), []).append(line)
    return [Figure(*key, found, shares_of_goal(key, rounds)) for key, found in rounds.items()]


def shares_of_goal(key: tuple[str, str, str], rounds: dict[tuple[str, str, str], list[Line]]) -> list[float]:
    """Divides each round's value by its goal."""
    goal = goal_of(*key)
    if goal is None:
        return []
    if goal.kind != "step":
        return [line[goal.kind] / goal.limit for line in rounds[key]]
    first = rounds[key[0], key[1], "1 array"]
    return [(line["ours"] - one["ours"]) / goal.limit for line, one in zip(rounds[key], first, strict=True)]


def quantity(value: float, unit: str) -> str:
    """Returns three digits and the unit, such as "1.04 ms"."""
    if unit == "us" and value >= 1000:
        value, unit = value / 1000, "ms"
    digits = max(0, 2 - math.floor(math.log10(abs(value)))) if value else 0
    return f"{value:,.{digits}f} {unit}"


def table(figures: list[Figure]) -> str:
    """Returns the table of all figures."""
    lines = [
        "| row | language | work | ours | against | ratio | least to most | goal: at most | reached |",
        "| --- | --- | --- | ---: | ---: | ---: | ---: | --- | --- |",
    ]
    for figure in figures:
        goal = goal_of(figure.row, figure.language, figure.work)
        unit = figure.rounds[0]["unit"]
        ratios = [line["ratio"] for line in figure.rounds]
        cells = (
            figure.row,
            figure.language,
            figure.work.replace("to_dict", "`to_dict`").replace("shm_to_arrays", "`shm_to_arrays`"),
            quantity(figure.median("ours"), unit),
            quantity(figure.median("against"), unit),
            f"{figure.median('ratio'):.3g}",
            f"{min(ratios):.3g} to {max(ratios):.3g}",
            goal.words if goal else "",
            figure.verdict(),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


LEFT, RIGHT, TOP, STEP, WIDTH = 580, 1020, 64, 26, 1120  # of the picture, in pixels
LOW, HIGH = -5, 4  # powers of two


def place(share: float) -> float:
    """Returns where a share of a goal lies, from the left."""
    power = math.log2(max(share, 2.0**LOW))
    return LEFT + (RIGHT - LEFT) * (min(power, HIGH) - LOW) / (HIGH - LOW)


def picture(figures: list[Figure]) -> str:
    """Returns an SVG: how much of its goal each figure uses up, on a logarithmic scale."""
    judged = [figure for figure in figures if figure.shares]
    bottom = TOP + STEP * len(judged)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 52}" font-family="sans-serif" '
        'font-size="13" fill="#222">',
        '<rect width="100%" height="100%" fill="#fff"/>',
        '<text x="16" y="26" font-size="16" font-weight="bold">How much of its goal each figure uses</text>',
        f'<text x="{place(1)}" y="{TOP - 12}" text-anchor="middle" fill="#555">the goal</text>',
        *axis(bottom),
    ]
    for number, figure in enumerate(judged):
        parts += mark(figure, TOP + STEP * number + STEP / 2)
    return "\n".join([*parts, "</svg>", ""])


def axis(bottom: float) -> list[str]:
    """Draws a line for each power of two, and what it means below."""
    parts = []
    for power in range(LOW, HIGH + 1):
        x = place(2.0**power)
        label = f"1/{2**-power}" if power < 0 else str(2**power)
        parts.append(
            f'<line x1="{x}" y1="{TOP}" x2="{x}" y2="{bottom}" stroke="{"#555" if power == 0 else "#e4e4e4"}"/>'
        )
        parts.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle" font-size="12" fill="#555">{label}</text>')
    words = "times the goal; the further left, the better (pale: least to most of the rounds)"
    return [*parts, f'<text x="{place(1)}" y="{bottom + 40}" text-anchor="middle" fill="#555">{words}</text>']


def mark(figure: Figure, y: float) -> list[str]:
    """Draws one figure: its name, its rounds, and its share of the goal."""
    share, goal = figure.share, place(1)
    x, ends = place(share), (place(min(figure.shares)), place(max(figure.shares)))
    colour = "#0b7a75" if share <= 1 else "#c2410c"
    language = "" if figure.row.endswith("python") else f" {figure.language}"
    name = escape(f"{figure.row}{language}: {figure.work}")
    value = f"{share:.2g}" if share <= 1 else f"{share:.3g}, missed"
    return [
        f'<line x1="{ends[0]}" y1="{y}" x2="{ends[1]}" y2="{y}" stroke="{colour}" stroke-width="9" opacity="0.3"/>',
        f'<text x="{LEFT - 14}" y="{y + 4}" text-anchor="end">{name}</text>',
        f'<line x1="{goal}" y1="{y}" x2="{x}" y2="{y}" stroke="{colour}" stroke-width="3"/>',
        f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/>',
        f'<text x="{max(*ends, goal) + 10}" y="{y + 4}" font-size="12" fill="{colour}">{value}</text>',
    ]


def reasons(figures: list[Figure]) -> str:
    """Returns why goals are missed, for those that are."""
    missed = [figure.row + ": " + figure.work for figure in figures if figure.shares and figure.share > 1]
    told = [f"- {text}" for row, text in REASONS.items() if any(name.startswith(row) for name in missed)]
    return "\n".join(["Why some are missed:", "", *told, "", ""]) if told else ""


def machine() -> str:
    """Returns the processor, its cores, how busy it is, and whether the programs had to care about that."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((line.split(":")[1].strip() for line in info.splitlines() if line.startswith("model name")), "")
    load = os.getloadavg()[1]
    first = " (with real-time priority over the rest: chrt)" if os.sched_getscheduler(0) != os.SCHED_OTHER else ""
    kernel = f"Linux {platform.release()}"
    return f"{model or platform.machine()}, {os.cpu_count()} cores, {kernel}, load average {load:.1f}{first}"


def section(figures: list[Figure], image: str) -> str:
    """Returns what a part of the page says of what was measured."""
    lines = [line for figure in figures for line in figure.rounds]
    versions = ", ".join(sorted({f"{name} {version}" for line in lines for name, version in line["peers"].items()}))
    rounds = max(len(figure.rounds) for figure in figures)
    pairs = sorted({line["pairs"] for line in lines})
    span = f"{rounds} rounds of {' to '.join(map(str, pairs[:1] + pairs[1:][-1:]))} pairs"
    judged = [figure.share for figure in figures if figure.shares]
    missed = sum(share > 1 for share in judged)
    verdict = "All goals are reached." if not missed else f"Of {len(judged)} goals {missed} are missed."
    rows = {figure.row for figure in figures}
    against = "\n".join(f"| {row} | {text} |" for row, text in AGAINST.items() if row in rows)
    return f"""{verdict} Every goal is a most: a time, or a ratio of times.

![How much of its goal each figure uses]({image})

{table(figures)}

| row | held against |
| --- | --- |
{against}

{reasons(figures)}Measured on {date.today().isoformat()}, in {span}: {machine()}. {versions}.
"""


def sections(page_before: str) -> dict[str, str]:
    """Returns the parts of a page by their headings."""
    parts = [part.partition("\n") for part in page_before.split("\n## ")[1:]]
    return {heading: text.strip("\n") + "\n" for heading, _, text in parts}


def page(figures: list[Figure], page_before: str) -> str:
    """Returns the whole page."""
    found = sections(page_before)
    for part, image in PARTS.items():
        if measured := [figure for figure in figures if part_of(figure.row) == part]:
            found[part] = section(measured, image)
    body = "\n".join(f"## {part}\n\n{found[part]}" for part in PARTS if part in found)
    return f"""# What it costs

Written by `./dev bench`, which measures and rewrites this page. Nothing here passes or fails a test.

{body}
## How it is measured

Ours and the other run in turn (A B A B ...), and medians of these pairs are taken; their ratio is ours divided by the
other. All programs are run several times, since where memory happens to lie makes processes differ; the columns are
medians of these rounds, with the ratios' least and most.

Times of new processes are taken inside them, from before the first call to after the last: loading the program is not
in them; `cshm_store_open` and all checks of the index are. Where memory is scanned, both arrays were read once before.
The memory of a load is the most that a new process of Python has, less what it had before the load, with all modules
imported. Other programs on the machine move times more than ratios.
"""


def self_test() -> None:
    """A figure that misses its goal is told from one that reaches it, in the table and in the picture."""
    common = {"row": "attach-cold", "language": "C", "against": 10.0, "unit": "us", "pairs": 5, "peers": {"glibc": "2"}}
    lines: list[Line] = [
        {"work": work, "ours": ours, "ratio": ours / 10, **common}
        for work, ours in [("1 array", 20.0), ("10,000 arrays", 920.0)] * 2
        + [("1 array", 40.0), ("10,000 arrays", 940.0)]
    ]
    figures = collect(lines)
    drawn = picture(figures)
    ET.fromstring(drawn)
    before = page(collect([{**lines[0], "row": "load-wide", "work": "x", "ratio": 8.25}]), "")
    written = page(figures, before)
    found = [
        written.count("| yes (2 of 3 rounds) |"),
        written.count("**no**: 3 times the goal |"),
        drawn.count("missed"),
        written.count("| 8.25 |"),
    ]
    if found != [1, 1, 1, 1]:
        sys.exit(f"report.py: of two figures, one missed, beside another part: found {found}, wanted [1, 1, 1, 1]")
    if list(sections(written)) != [*PARTS, "How it is measured"]:
        sys.exit(f"report.py: the page has the parts {list(sections(written))}")


def main() -> None:
    """Writes the page, and the picture beside it."""
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    lines, target = map(Path, sys.argv[1:])
    figures = collect([json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()])
    if not figures:
        sys.exit(f"report.py: {lines} holds no figure")
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    target.write_text(page(figures, before), encoding="utf-8")
    for part, image in PARTS.items():
        if measured := [figure for figure in figures if part_of(figure.row) == part]:
            target.with_name(image).write_text(picture(measured), encoding="utf-8")


if __name__ == "__main__":
    main()

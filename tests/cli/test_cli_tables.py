# SPDX-License-Identifier: MIT
"""The tables of cute-shm-list: straight edges, as wide as they may be, and in UTF-8 whatever the locale."""

from __future__ import annotations

import os
import subprocess
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import cli_files
import pytest
import run

BUILD = Path(os.environ["CUTESHM_BUILD_DIR"])
FRAME = "┏┃┡│└"


def width(text: str) -> int:
    """Columns on a terminal."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder whose store holds two projects."""
    folder = tmp_path_factory.mktemp("tables")
    for maker in (cli_files.kinds, cli_files.hostile_names):
        maker(folder / "file.h5")
        call(folder, "cute-shm-hdf5", f"{maker.__name__} 日本語", "file.h5", "-no-progress")
    yield folder
    for maker in (cli_files.kinds, cli_files.hostile_names):
        call(folder, "cute-shm-unlink", f"{maker.__name__} 日本語")


def call(folder: Path, *words: str, **variables: str) -> list[str]:
    """The lines that a command prints."""
    environment = run.environment(BUILD, folder) | variables
    done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout.decode().splitlines()


def frames(lines: list[str]) -> list[list[str]]:
    """The lines of each table, without its title."""
    tables: list[list[str]] = []
    for line in lines:
        if line.startswith("┏"):
            tables.append([])
        if line[:1] in FRAME and line:
            tables[-1].append(line)
    return tables


@pytest.mark.parametrize("flags", [[], ["-s"]])
@pytest.mark.parametrize("columns", ["", "0", "-5", "1", "40", "80", "81", "100", "200", "1000", "wide"])
def test_tables_have_straight_edges_and_fit(folder: Path, flags: list[str], columns: str) -> None:
    """Whatever $COLUMNS says; what says nothing leaves a table as wide as its text."""
    tables = frames(call(folder, "cute-shm-list", *flags, COLUMNS=columns))
    assert len(tables) == (1 if flags else 2)
    wide = frames(call(folder, "cute-shm-list", *flags))
    for table, whole in zip(tables, wide, strict=True):
        widths = {width(line) for line in table}
        assert len(widths) == 1
        assert not any("…" in line for line in whole)
        room = int(columns) if columns.isdigit() and int(columns) > 0 else 10**6
        narrowest = 1 + (len(table[0].split("┳"))) * (3 + 4)
        assert widths.pop() == max(narrowest, min(room, width(whole[0])))
        assert len(table) == len(whole)


def test_what_is_cut_says_so(folder: Path) -> None:
    """At 80 columns a long name ends in an ellipsis, and a short one is whole."""
    lines = call(folder, "cute-shm-list", COLUMNS="80")
    row = next(line for line in lines if line.startswith("│ table.inner"))
    cells = [cell.strip() for cell in row.split("│")[1:-1]]
    assert cells[1] == "[5]"
    assert cells[2].startswith("[('x',") and cells[2].endswith("…")
    assert cells[5].startswith("cute-shm.") and cells[5].endswith("…")


def test_the_locale_c_changes_nothing(folder: Path) -> None:
    """As in a container or under cron: 1.2 wrote UTF-8 there, too."""
    assert call(folder, "cute-shm-list", LC_ALL="C") == call(folder, "cute-shm-list")


def test_titles_tell_project_manifest_and_size(folder: Path) -> None:
    """In the order of 1.2, centred over the table where it is wide enough."""
    lines = call(folder, "cute-shm-list")
    titles = [line for line in lines if "Project: " in line]
    tables = frames(lines)
    assert [title.strip().split(" - ")[0] for title in titles] == [
        "Project: hostile_names 日本語",
        "Project: kinds 日本語",
    ]
    assert all(title.endswith((" - 140.0 bytes", " - 447.0 bytes")) for title in titles)
    for title, table in zip(titles, tables, strict=True):
        left, right = len(title) - len(title.lstrip()), width(table[0]) - width(title)
        assert 0 <= right - left <= 1 or left == 0

# SPDX-License-Identifier: MIT
"""docs/cli.md shows the help as it is printed, and a session as it goes."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import cli_files
import pytest
import run

BUILD = Path(os.environ["CUTESHM_BUILD_DIR"])
MANUAL = (Path(__file__).resolve().parents[2] / "docs" / "cli.md").read_text()


def ask(folder: Path, line: str) -> str:
    """What a command line prints."""
    done = subprocess.run(
        ["sh", "-c", line], cwd=folder, env=run.environment(BUILD, folder), capture_output=True, text=True, check=True
    )
    return done.stdout


def squeeze(text: str) -> str:
    """Takes from tables with a frame what depends on the length of a folder's name."""
    return re.sub("^ +", "", re.sub("(━|─| )+", r"\1", text), flags=re.MULTILINE) if "┏" in text else text


COMMANDS = "load save create manifest list show unlink gc repair version help"


@pytest.mark.parametrize("command", ["", *COMMANDS.split()])
def test_the_manual_has_the_help_of_every_command(tmp_path: Path, command: str) -> None:
    """Word by word."""
    assert f"```text\n{ask(tmp_path, f'cute-shm help {command}')}```" in MANUAL


@pytest.mark.parametrize("program", ["cute-shm-hdf5", "cute-shm-list", "cute-shm-unlink"])
def test_the_manual_has_the_help_of_the_programs_of_1_2(tmp_path: Path, program: str) -> None:
    """Word by word, too. That of cute-shm-evaluate is checked by the tests of the Python package."""
    assert f"```text\n{ask(tmp_path, f'{program} --help')}```" in MANUAL


def test_the_sessions_of_the_manual_go_as_they_say(tmp_path: Path) -> None:
    """Every line behind a $ is run; times and folders may differ, and so how wide a table with such is."""
    sessions = re.findall(r"```console\n(.*?)```", MANUAL, re.DOTALL)
    assert sessions
    cli_files.small(tmp_path / "recording.h5")
    for session in sessions:
        lines = re.findall(r"^\$ (.*)$", session, re.MULTILINE)
        found = "".join(f"$ {line}\n{ask(tmp_path, line)}" for line in lines)
        wanted = session.replace("/data/", "$DIR/").replace("/tmp/cute-shm/", "$DIR/store/")
        assert squeeze(run.normalise(found, tmp_path)) == squeeze(run.normalise(wanted, tmp_path))

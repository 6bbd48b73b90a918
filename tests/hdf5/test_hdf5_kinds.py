# SPDX-License-Identifier: MIT
"""kinds/: what the tests of all languages load is what h5py reads, and what is written down of it is what is loaded."""

from __future__ import annotations

import contextlib
from pathlib import Path

import h5py
from hdf5_kinds import FOLDER, describe, make
from hdf5_makers import LOSS
from hdf5_project import Project, run
from test_hdf5_values import check_group


def test_the_lines_are_what_h5py_reads(tmp_path: Path) -> None:
    """The file as it was checked in, and as it would be made today."""
    skips = make(tmp_path / "kinds.h5")
    left_out = {path: words for path, words in skips.items() if not words.startswith(LOSS)}
    lines = (FOLDER / "kinds.tsv").read_text(encoding="utf-8").splitlines()
    for folder in (FOLDER, tmp_path):
        run(tmp_path / "store", "load", "--quiet", "--overwrite", folder / "kinds.h5", "kinds")
        project = Project(tmp_path / "store", "kinds")
        with contextlib.chdir(folder), h5py.File(folder / "kinds.h5") as file:
            assert set(project.nodes) == check_group(project, file, "", left_out)
        assert set(project.skipped) == set(skips)
        assert describe(project, skips) == lines
    run(tmp_path / "store", "unlink", "kinds")

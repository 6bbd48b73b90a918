# SPDX-License-Identifier: MIT
"""Files in formats that are newer than the HDF5 that reads them: what it can read is there, and the rest is told."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest
from hdf5_newer_files import add_new_references
from hdf5_project import Project, run

# What HDF5 1.10 and 1.12 say, and what is ours to say with those that know the format.
REASONS = ("it needs a newer HDF5 than", "references of the kind that came with HDF5 1.12", "HDF5 type class")


@pytest.mark.parametrize("libver", ["earliest", "v110", "v112", "latest"])
def test_what_is_too_new_is_skipped_and_all_else_is_there(tmp_path: Path, libver: str) -> None:
    """References as of HDF5 1.12, complex numbers and layouts as of 2.0."""
    with h5py.File(tmp_path / "new.h5", "w", libver=(libver, "latest")) as file:
        file["data"] = np.arange(3)
        file["words"] = ["a", "é"]
        file["complex"] = np.array([1j])
        file.create_dataset("chunks", data=np.arange(100.0), chunks=(10,), compression="gzip")
        file.attrs["title"] = "new"
        add_new_references(file)
    run(tmp_path / "store", "load", "--quiet", tmp_path / "new.h5", "new")
    project = Project(tmp_path / "store", "new")
    assert project.array("data").tolist() == [0, 1, 2]
    assert project.array("words/values").tobytes() == "aé".encode()
    assert str(project.attributes("")["title"]) == "new"
    for path, wanted in (("complex", [1j]), ("chunks", np.arange(100.0).tolist())):
        assert path in project.skipped or project.array(path).tolist() == wanted
    assert {"refs"} < set(project.skipped) <= {"refs", "data@", "data@refs", "complex", "chunks"}
    assert all(any(words in reason for words in REASONS) for reason in project.skipped.values())
    if libver in ("earliest", "v110"):
        assert {"complex", "chunks"}.isdisjoint(project.skipped)
    result = run(tmp_path / "store", "load", "--strict", tmp_path / "new.h5", "strict", check=False)
    assert result.returncode != 0
    assert "refs" in result.stderr
    run(tmp_path / "store", "unlink", "new")

# SPDX-License-Identifier: MIT
"""Filters that HDF5 finds as plugins, which PyPI's hdf5plugin brings."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import h5py
import hdf5plugin
import numpy as np
from hdf5_project import Project, run

DATA = (np.arange(4000, dtype="<i4").reshape(40, 100) * 7) % 1000
FILTERS: dict[str, tuple[int, Any]] = {
    "zstd": (32015, hdf5plugin.Zstd()),
    "lz4": (32004, hdf5plugin.LZ4()),
    "bitshuffle": (32008, hdf5plugin.Bitshuffle()),
    "blosc": (32001, hdf5plugin.Blosc(cname="lz4", shuffle=hdf5plugin.Blosc.SHUFFLE)),
    "blosc2": (32026, hdf5plugin.Blosc2()),
    "bzip2": (307, hdf5plugin.BZip2()),
}


def make(path: Path) -> None:
    """One dataset for each filter, and strings."""
    with h5py.File(path, "w") as file:
        for name, (_, options) in FILTERS.items():
            file.create_dataset(name, data=DATA, chunks=(16, 64), **options)
        words = file.create_dataset("words", (3,), h5py.string_dtype(), chunks=(2,), **FILTERS["zstd"][1])
        words[...] = ["a", "é", ""]


def test_plugins_are_found_by_their_path(tmp_path: Path) -> None:
    """Each of the six, and strings behind one of them."""
    make(tmp_path / "file.h5")
    environment = {**os.environ, "HDF5_PLUGIN_PATH": hdf5plugin.PLUGIN_PATH}
    run(tmp_path / "store", "load", "--quiet", "--strict", tmp_path / "file.h5", "filters", env=environment)
    project = Project(tmp_path / "store", "filters")
    for name in FILTERS:
        assert (project.array(name) == DATA).all(), name
    assert project.array("words/values").tobytes() == "aé".encode()
    run(tmp_path / "store", "unlink", "filters")


def test_a_filter_that_is_missing_is_named_with_its_number(tmp_path: Path) -> None:
    """And all else is there."""
    make(tmp_path / "file.h5")
    environment = {**os.environ, "HDF5_PLUGIN_PATH": str(tmp_path)}
    result = run(tmp_path / "store", "load", tmp_path / "file.h5", "filters", env=environment)
    project = Project(tmp_path / "store", "filters")
    assert set(project.skipped) == {*FILTERS, "words"}
    for name, (number, _) in FILTERS.items():
        assert f"it needs filter {number} (" in project.skipped[name]
        assert f"{name}: it needs filter {number} (" in result.stderr
    run(tmp_path / "store", "unlink", "filters")
    strict = run(tmp_path / "store", "load", "--strict", tmp_path / "file.h5", "f", env=environment, check=False)
    assert strict.returncode != 0
    assert all(f"{name}" in strict.stderr for name in FILTERS)
    assert "7 objects cannot be loaded, and strict was asked for" in strict.stderr

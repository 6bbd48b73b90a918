# SPDX-License-Identifier: MIT
"""Groups as xarray has them: what xarray itself reads from the same HDF5 file is the oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cute_shm
import h5py
import numpy as np
import pytest
import xarray
from conftest import RunPython


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Temperatures over time and place, with dimension scales; a matrix over one of them twice; nothing on others."""
    path = tmp_path / "scales.h5"
    with h5py.File(path, "w") as file:
        file["time"] = np.array([0.0, 60.0, 120.0])
        file["time"].attrs["units"] = "s"
        file["station"] = np.array([7, 8], "i4")
        for scale in ("time", "station"):
            file[scale].make_scale(scale)
        file["temperature"] = np.arange(6.0).reshape(3, 2)
        file["temperature"].attrs["units"] = "K"
        file["temperature"].dims[0].attach_scale(file["time"])
        file["temperature"].dims[1].attach_scale(file["station"])
        file["covariance"] = np.eye(2)
        file["covariance"].dims[0].attach_scale(file["station"])
        file["covariance"].dims[1].attach_scale(file["station"])
        file["bare"] = np.zeros((3, 4, 4))
        file["level"] = 5.0
        file["names"] = ["a", "b"]
        file["names"].dims[0].attach_scale(file["station"])
        file.attrs["title"] = "stations"
    return path


def test_dimension_scales_become_coordinates(name: str, file: Path) -> None:
    with cute_shm.load_hdf5(file, name) as project:
        dataset = project.to_xarray()
    assert isinstance(dataset, xarray.Dataset)
    assert dataset["temperature"].dims == ("time", "station")
    assert set(dataset.coords) == {"time", "station"}
    assert dataset["temperature"].sel(time=60.0, station=8).item() == 3
    assert dataset.attrs == {"title": "stations"}
    assert dataset["temperature"].attrs == {"units": "K"}
    assert dataset["time"].attrs == {"units": "s"}
    assert dataset["names"].values.tolist() == ["a", "b"]
    assert dataset["level"].dims == ()


def test_dimensions_without_a_scale_get_names(name: str, file: Path) -> None:
    with cute_shm.load_hdf5(file, name) as project:
        dataset = project.to_xarray()
    assert dataset["covariance"].dims[0] == "station"
    assert dataset["covariance"].dims[1].startswith("phony_dim_")
    first, second, third = dataset["bare"].dims
    assert len({first, second, third}) == 3
    assert dataset.sizes[second] == dataset.sizes[third] == 4


def test_nothing_is_copied(name: str, file: Path) -> None:
    with cute_shm.load_hdf5(file, name) as project:
        assert np.shares_memory(project.to_xarray()["temperature"].values, project["temperature"])


def test_groups_become_a_tree(name: str) -> None:
    tree = {"a": np.zeros(2), "deep": {"b": np.ones(3), "deeper": {"c": np.ones((2, 2))}}}
    with cute_shm.create(name, tree, {"deep": {"units": "m"}}) as project:
        found: Any = project.to_xarray()
        assert isinstance(found, xarray.DataTree)
        assert found["deep/b"].to_numpy().tolist() == [1, 1, 1]
        assert found["deep"].attrs == {"units": "m"}
        assert found["deep/deeper/c"].ndim == 2
        assert isinstance(project["deep/deeper"].to_xarray(), xarray.Dataset)


def test_a_netcdf_dimension_without_a_variable_is_only_a_length(name: str, tmp_path: Path) -> None:
    path = tmp_path / "netcdf.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros(4, "f4")
        file["x"].make_scale("This is a netCDF dimension but not a netCDF variable.         4")
        file["v"] = np.arange(4)
        file["v"].dims[0].attach_scale(file["x"])
    with cute_shm.load_hdf5(path, name) as project:
        dataset = project.to_xarray()
    assert (dict(dataset.sizes), list(dataset.variables)) == ({"x": 4}, ["v"])


def test_without_xarray_the_cure_is_named(name: str, run_python: RunPython) -> None:
    code = """
import sys
sys.modules["xarray"] = None
import cute_shm
with cute_shm.create(sys.argv[1], {"a": 1}) as project:
    try: project.to_xarray()
    except ModuleNotFoundError as error: print(error)
cute_shm.unlink(sys.argv[1])
"""
    result = run_python(code, name)
    assert result.stdout == "to_xarray needs xarray, which is not installed: pip install xarray\n", result.stderr


def test_importing_the_package_imports_no_xarray_or_pyarrow(run_python: RunPython) -> None:
    result = run_python("import sys, cute_shm; print({'xarray', 'pyarrow', 'pandas'} & set(sys.modules))")
    assert result.stdout == "set()\n", result.stderr


def test_the_oracle_reads_the_same(name: str, file: Path) -> None:
    """h5py's own view of the scales."""
    with h5py.File(file) as original, cute_shm.load_hdf5(file, name) as project:
        dataset: Any = project.to_xarray()
        for path in ("temperature", "names"):
            labels = [dimension[0].name.rpartition("/")[2] for dimension in original[path].dims]
            assert list(dataset[path].dims) == labels

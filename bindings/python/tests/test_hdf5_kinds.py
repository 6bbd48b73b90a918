# SPDX-License-Identifier: MIT
"""Every kind of thing that an HDF5 file can hold, as Python has it.

The file, and what is to be found in it, are told in tests/hdf5/hdf5_kinds.py.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cute_shm
import h5py
import numpy as np
import pytest
import xarray

KINDS = Path(__file__).resolve().parents[3] / "tests" / "hdf5" / "kinds"


@pytest.fixture
def project(name: str) -> Iterator[cute_shm.Project]:
    with pytest.warns(cute_shm.SkippedWarning):
        loaded = cute_shm.load_hdf5(KINDS / "kinds.h5", name)
    with loaded:
        yield loaded


def told(array: Any, dtype: str) -> tuple[str, str, str]:
    """An array as the file of lines tells it."""
    assert array.dtype == cute_shm.dtype_from_string(dtype)
    return dtype, ",".join(map(str, array.shape)) or "-", array.tobytes().hex()


def found(project: cute_shm.Project, kind: str, place: str, dtype: str) -> Any:
    """What is at a place, as its line tells it."""
    path, _, attribute = place.partition("@")
    node = project[path] if path else project
    if kind == "attr":
        return told(node.attrs.array(attribute), dtype)
    return told(node, dtype) if kind == "array" else not isinstance(node, cute_shm.Array)


def test_every_kind_of_thing_is_loaded(project: cute_shm.Project) -> None:
    lines = [line.split("\t") for line in (KINDS / "kinds.tsv").read_text(encoding="utf-8").splitlines()]
    for kind, place, *rest in lines:
        if kind == "skip":
            assert rest[0] in dict(project.skipped)[place], place
        else:
            assert found(project, kind, place, rest[0] if rest else "") == (tuple(rest) or True), place
    assert len(project.skipped) == sum(line[0] == "skip" for line in lines)
    assert len(lines) > 200


def test_what_is_skipped_is_told_in_one_warning(name: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        cute_shm.load_hdf5(KINDS / "kinds.h5", name).close()
    (warning,) = caught
    for path in ("numbers/time", "layouts/unknown filter", "links/lost", "links/own"):
        assert path in str(warning.message)


def test_numbers_of_the_other_order_become_native(name: str) -> None:
    with pytest.warns(cute_shm.SkippedWarning):
        loaded = cute_shm.load_hdf5(KINDS / "kinds.h5", name, native_endian=True)
    with loaded as project:
        assert project["numbers/big-i2"].dtype == np.dtype("i2")
        assert project["numbers/big-i2"][1].tolist() == [3, 4, 5]
        assert project["numbers"].attrs["big-c8"].dtype == np.dtype("c8")


def test_other_files(name: str) -> None:
    with pytest.warns(cute_shm.SkippedWarning):
        loaded = cute_shm.load_hdf5(KINDS / "kinds.h5", name, external_links="folder")
    with loaded as project:
        assert project["links/out"].tolist() == [0, 1, 2]
    with pytest.raises(cute_shm.Hdf5Error, match="h5clear -s"):
        cute_shm.load_hdf5(KINDS / "left_open.h5", name + "-left")


def same(array: Any, wanted: Any) -> bool:
    """Whether two are equal, sequences of different lengths and records with such in them as well."""
    if isinstance(wanted, (np.ndarray, np.void)) and wanted.dtype.names:
        return all(same(array[field], wanted[field]) for field in wanted.dtype.names)
    if isinstance(wanted, np.ndarray) and wanted.dtype.kind == "O":
        return array.shape == wanted.shape and all(same(array[i], wanted[i]) for i in np.ndindex(wanted.shape))
    if isinstance(wanted, bytes):
        return bool(array == wanted.decode())
    return bool(np.array_equal(array, wanted))


@pytest.mark.parametrize("path", ["texts/lists of lists", "texts/lists of words", "records/nested"])
def test_attributes_are_as_h5py_has_them(project: cute_shm.Project, path: str) -> None:
    group, _, attribute = path.partition("/")
    with h5py.File(KINDS / "kinds.h5") as file:
        assert same(project[group].attrs[attribute], file[group].attrs[attribute])


def test_sequences_of_the_other_byte_order(project: cute_shm.Project) -> None:
    lists = project["texts"].attrs["lists"]  # which h5py reads as if they were of this machine's
    assert [values.tolist() for values in lists] == [[0, 1, 2], []]


def test_sequences_in_the_records_of_an_attribute(project: cute_shm.Project) -> None:
    table = project["records"].attrs["table"]
    assert table.dtype.names == ("id", "name", "xs", "to/at")
    assert table["name"].tolist() == ["é", ""]
    assert [xs.tolist() for xs in table["xs"]] == [[0.0], [0.0, 1.0]]
    assert table["to/at"].tolist() == [["/target", ""]] * 2
    assert not any("@" in name for name in project["records"].attrs)


def test_a_field_that_no_array_can_be_called_by(name: str, project: cute_shm.Project) -> None:
    table = project["records/table"]
    assert list(table.fields) == ["id", "name", "xs", "to/at"]
    assert table["to/at"].tolist() == [["/target", ""]] * 2
    with cute_shm.create(name + "-copy", {"table": table}) as copy:
        assert list(copy["table"].fields) == list(table.fields)
        assert copy["table"]["to/at"].tolist() == table["to/at"].tolist()
        assert copy["table/to%2Fat/values"].path == "table/to%2Fat/values"


def test_all_scales_of_a_dimension(project: cute_shm.Project) -> None:
    scales = project["references/scaled twice"].attrs["DIMENSION_LIST"]
    assert [paths.tolist() for paths in scales] == [["/references/x", "/references/other x"], []]
    assert project["references/scaled"].attrs["DIMENSION_LIST"].tolist() == ["/references/x", ""]
    dataset = project["references"].to_xarray()
    assert isinstance(dataset, xarray.Dataset)
    assert dataset["scaled twice"].dims[0] == "x"

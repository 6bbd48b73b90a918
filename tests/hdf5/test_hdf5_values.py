# SPDX-License-Identifier: MIT
"""Every file of hdf5_files.py, loaded by the program.

All that is there equals what h5py reads, and all that is not is told.
"""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import hdf5_chunk_files  # noqa: F401 - each registers its makers
import hdf5_files  # noqa: F401 - each registers its makers
import hdf5_layout_files  # noqa: F401
import hdf5_newer_files  # noqa: F401
import hdf5_package_files  # noqa: F401
import hdf5_ragged_files  # noqa: F401
import hdf5_virtual_files  # noqa: F401
import numpy as np
import pytest
from hdf5_expected import (
    as_bytes,
    attribute_as_stored,
    dataset_as_stored,
    elements,
    is_any_length,
    is_ragged,
    is_utf8,
    item_dtype,
    target_path,
)
from hdf5_makers import LOSS, MAKERS, raw_dataset
from hdf5_project import Array, Project, run

MODULE = importlib.util.find_spec("nexusformat")
assert MODULE is not None and MODULE.origin is not None, "nexusformat is not installed: run ./dev setup"
CHOPPER = Path(MODULE.origin).parent / "examples" / "chopper.nxs"

ABOUT = ("cute_shm.offsets", "cute_shm.shape", "cute_shm.values")  # attributes that tell of others


def load(root: Path, file: Path, name: str) -> Iterator[Project]:
    """Loads a file for the length of a test."""
    run(root, "load", "--quiet", file, name)
    try:
        yield Project(root, name)
    finally:
        run(root, "unlink", name)


@pytest.fixture(params=sorted(MAKERS))
def loaded(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Project, Path, dict[str, str]]]:
    """One of the files: the project, the file, and what must be skipped."""
    file = tmp_path / "file.h5"
    skips = MAKERS[request.param](file)
    for project in load(tmp_path / "store", file, request.param):
        yield project, file, skips


def base_and_shape(dtype: np.dtype[Any]) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """The elements of a sub-array, and its lengths: those of arrays in arrays are one after the other."""
    if dtype.subdtype is None:
        return dtype, ()
    base, shape = base_and_shape(dtype.base)
    return base, dtype.shape + shape


def same_dtype(found: np.dtype[Any], wanted: np.dtype[Any]) -> bool:
    """Equal but for what only h5py adds to it; fields by name, as theirs may be in another order."""
    if wanted.subdtype is not None:
        (found, found_shape), (wanted, wanted_shape) = base_and_shape(found), base_and_shape(wanted)
        return found_shape == wanted_shape and same_dtype(found, wanted)
    if wanted.fields is None or found.fields is None:
        return found.kind == wanted.kind and found == wanted
    same_fields = set(found.fields) == set(wanted.fields) and found.itemsize == wanted.itemsize
    return same_fields and all(
        field[1] == wanted.fields[name][1] and same_dtype(field[0], wanted.fields[name][0])
        for name, field in found.fields.items()
    )


def same_values(found: Array, wanted: Array) -> bool:
    """Equal bit by bit, padding aside: -0.0 is not 0.0. All kinds of NaN are one, as text has one word for them."""
    if found.dtype.names is not None:
        return all(same_values(found[name], wanted[name]) for name in found.dtype.names)
    if found.dtype.kind == "c":
        return same_values(found.real, wanted.real) and same_values(found.imag, wanted.imag)
    if found.dtype.kind == "f":
        found, wanted = (np.where(np.isnan(array), np.nan, array).astype(found.dtype) for array in (found, wanted))
    return found.shape == wanted.shape and found.tobytes() == wanted.tobytes()


def check(found: Array, wanted: Array, what: str) -> None:
    """Compares one array or attribute."""
    assert found.shape == wanted.shape, what
    assert same_dtype(found.dtype, wanted.dtype), f"{what}: {found.dtype} for {wanted.dtype}"
    assert same_values(found, wanted), f"{what}: {found!r} for {wanted!r}"


def check_attributes(project: Project, thing: Any, path: str, skips: dict[str, str]) -> None:
    """Compares the attributes of an object, their order included."""
    given = [name for name in thing.attrs if not name.startswith("cute_shm.")]  # a file that was saved has marks, too
    names = [name for name in given if f"{path}@{name}" not in skips]
    found = project.attributes(path)
    if isinstance(thing, h5py.Dataset) and is_ragged(thing):
        assert list(found)[:2] == ["cute_shm.ragged", "cute_shm.shape"], path
    assert [name for name in found if not name.startswith("cute_shm.")] == names, f"{path}@"
    about = {name: value for name, value in found.items() if "@" in name and name.partition("@")[0] in ABOUT}
    for name in names:
        wanted, beside = attribute_as_stored(thing, name)
        check(found[name], wanted, f"{path}@{name}")
        for other, value in beside.items():
            check(about.pop(other), value, f"{path}@{other}")
    assert about.keys() <= set(thing.attrs), f"{path}@"


def part_of(field: str) -> str:
    """What the column of a field is called: some names no array can have."""
    return "%2E" if field == "." else field.replace("/", "%2F")


def check_column(
    project: Project, file: h5py.File, path: str, dtype: Any, shape: tuple[int, ...], flat: Any
) -> set[str]:
    """Compares elements that may have any length, given one by one; returns the paths of all nodes of theirs."""
    if dtype.subdtype is not None and is_any_length(dtype):
        shape = shape + dtype.shape
        flat = [inner for element in flat for inner in np.asarray(element, object).reshape(-1)]
        return check_column(project, file, path, dtype.base, shape, flat)
    if not is_any_length(dtype):
        base, more = base_and_shape(dtype)
        check(project.array(path), np.array(flat, base).reshape(shape + more), path)
        return {path}
    marks = project.attributes(path)
    check(marks["cute_shm.shape"], np.array(shape, "<i8"), path)
    if dtype.names is not None:
        assert marks["cute_shm.ragged"] == "record", path
        fields = [
            check_column(
                project, file, f"{path}/{part_of(name)}", dtype[name], shape, [element[name] for element in flat]
            )
            for name in dtype.names
        ]
        return {path}.union(*fields)
    item = item_dtype(dtype)
    if item is not None:
        flat = [element.view(item) if item.kind not in "OV" else element for element in map(np.asarray, flat)]
        wanted: Any = [inner for element in flat for inner in element]
        kind = "sequence"
    else:
        references = h5py.check_ref_dtype(dtype) is not None
        if references:
            flat = [target_path(file, element).encode() for element in flat]
        else:
            flat = [as_bytes(element) if element else b"" for element in flat]
        wanted, kind, item = list(b"".join(flat)), "utf8" if is_utf8(flat) else "bytes", np.dtype("u1")
    assert marks["cute_shm.ragged"] == kind, path
    offsets = [0, *np.cumsum([len(element) for element in flat], dtype=int).tolist()]
    check(project.array(f"{path}/offsets"), np.array(offsets, "<i8"), path)
    values = check_column(project, file, f"{path}/values", item, (offsets[-1],), wanted)
    return {path, f"{path}/offsets"} | values


def shape_of(dataset: h5py.Dataset) -> tuple[int, ...]:
    """Its shape; a null dataspace has one dimension of no length."""
    return (0,) if dataset.shape is None else dataset.shape


def check_group(project: Project, group: h5py.Group, path: str, skips: dict[str, str]) -> set[str]:
    """Compares a group with all in it; returns the paths that were seen."""
    seen = {path}
    check_attributes(project, group, path, skips)
    for name in group:
        text = name.decode("utf-8", "backslashreplace") if isinstance(name, bytes) else name
        below = f"{path}/{text}".removeprefix("/")
        if below in skips:
            continue
        thing = group[name]
        if isinstance(thing, h5py.Datatype):
            assert "cute_shm.datatype" in project.attributes(below), below
            check_attributes(project, thing, below, skips)
            seen.add(below)
            continue
        if isinstance(thing, h5py.Group):
            seen |= check_group(project, thing, below, skips)
            continue
        seen.add(below)
        if is_ragged(thing):
            seen |= check_column(project, thing.file, below, thing.dtype, shape_of(thing), elements(thing))
        else:
            check(project.array(below), dataset_as_stored(thing), below)
        check_attributes(project, thing, below, skips)
    return seen


def test_all_in_the_file_is_in_the_project(loaded: tuple[Project, Path, dict[str, str]]) -> None:
    """Arrays, attributes, groups and their order; and nothing else."""
    project, path, skips = loaded
    left_out = {path: reason for path, reason in skips.items() if not reason.startswith(LOSS)}
    with contextlib.chdir(path.parent), h5py.File(path) as file:  # where h5py looks for raw files
        seen = check_group(project, file, "", left_out)
        children = [name for name in file if name in project.nodes]
    assert set(project.nodes) == seen
    assert [path for path in project.nodes if path and "/" not in path] == children


def test_all_that_is_skipped_has_its_reason(loaded: tuple[Project, Path, dict[str, str]]) -> None:
    """No more and no less than what was expected, and each in the words expected."""
    project, _, skips = loaded
    assert set(project.skipped) == set(skips)
    for path, words in skips.items():
        assert words.removeprefix(LOSS) in project.skipped[path]


def test_the_project_tells_where_it_came_from(loaded: tuple[Project, Path, dict[str, str]]) -> None:
    """Path, size, modification time and the library's version."""
    project, path, _ = loaded
    assert project.origin["hdf5.path"] == str(path.resolve())
    assert project.origin["hdf5.size"] == str(path.stat().st_size)
    seconds = np.datetime64(project.origin["hdf5.mtime"].removesuffix("Z"), "ns").astype(np.int64)
    assert seconds == path.stat().st_mtime_ns
    assert project.origin["hdf5.library"].count(".") == 2


def test_a_second_path_shares_the_memory(tmp_path: Path) -> None:
    """Hard and soft links to one dataset: one copy of it."""
    MAKERS["links"](tmp_path / "links.h5")
    for project in load(tmp_path / "store", tmp_path / "links.h5", "links"):
        places = {
            project.nodes[path]["offset"] for path in ("a/b/data", "again", "a/b/again", "a/soft", "soft to soft")
        }
        assert len(places) == 1
        for part in ("offsets", "values"):
            words = ("words", "words again", "words softly")
            assert len({project.nodes[f"{path}/{part}"]["offset"] for path in words}) == 1
        assert project.nodes["zz/last"]["offset"] == project.nodes["aa soft first"]["offset"]
        assert project.document["arrays"] == 4


def test_a_real_file_is_loaded_whole(tmp_path: Path) -> None:
    """chopper.nxs, neutron data of 2010: nothing of it is skipped."""
    for project in load(tmp_path / "store", CHOPPER, "chopper"):
        with h5py.File(CHOPPER) as file:
            seen = check_group(project, file, "", {})
        assert set(project.nodes) == seen
        assert project.skipped == {}
        assert len(seen) > 40


def test_integers_of_three_bytes_become_longer_ones(tmp_path: Path) -> None:
    """h5py cannot read these."""
    three = h5py.h5t.STD_I32BE.copy()
    three.set_size(3)
    three.set_precision(24)
    with h5py.File(tmp_path / "three.h5", "w") as file:
        raw_dataset(file, "three", three, (3,), np.array([0, 0, 5, 255, 255, 254, 127, 0, 1], np.uint8))
    for project in load(tmp_path / "store", tmp_path / "three.h5", "three"):
        assert project.nodes["three"]["dtype"] == ">i4"
        assert project.array("three").tolist() == [5, -2, 0x7F0001]

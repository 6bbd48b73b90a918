# SPDX-License-Identifier: MIT
"""Virtual datasets, some of whose sources are not there, made by h5py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t
from hdf5_makers import LOSS, Skips, maker

ABSENT = LOSS + "{} of its sources {} not there, and its fill value is in {} place: "
ONE, TWO = ABSENT.format(1, "is", "its"), ABSENT.format(2, "are", "their")


def virtual_of(file: h5py.File, name: str, sources: list[tuple[str, str]], **options: Any) -> None:
    """A virtual dataset of a row of four numbers for each source, a file and a dataset."""
    layout = h5py.VirtualLayout(shape=(len(sources), 4), dtype="<i8")
    for number, (source, dataset) in enumerate(sources):
        layout[number] = h5py.VirtualSource(source, dataset, shape=(4,))
    file.create_virtual_dataset(name, layout, **options)


def numbered(file: h5py.File, name: str, source: str, dataset: str, fill: int = -7) -> None:
    """A virtual dataset that goes on for as long as there are sources, four numbers each."""
    unlimited = (h5s.UNLIMITED,)
    space = h5s.create_simple((0,), unlimited)
    space.select_hyperslab((0,), unlimited, (4,), (4,))
    plist = h5p.create(h5p.DATASET_CREATE)
    plist.set_fill_value(np.array(fill, "<i4"))
    plist.set_virtual(space, source.encode(), dataset.encode(), h5s.create_simple((4,)))
    h5d.create(file.id, name.encode(), h5t.STD_I32LE, h5s.create_simple((0,), unlimited), dcpl=plist)


def growing(file: h5py.File, name: str, source: str) -> None:
    """A virtual dataset that is as long as its source."""
    unlimited = (h5s.UNLIMITED,)
    spaces = [h5s.create_simple((0,), unlimited) for _ in range(2)]
    for space in spaces:
        space.select_hyperslab((0,), unlimited, (1,), (1,))
    plist = h5p.create(h5p.DATASET_CREATE)
    plist.set_virtual(spaces[0], source.encode(), b"x", spaces[1])
    h5d.create(file.id, name.encode(), h5t.STD_I32LE, h5s.create_simple((0,), unlimited), dcpl=plist)


@maker
def virtual(path: Path) -> Skips:
    """Sources that are there and such as are not: files, datasets, numbered ones; of other types, of any length."""
    for number in (0, 1, 3):
        with h5py.File(path.parent / f"run {number}.h5", "w") as part:
            part.create_dataset("x", data=np.arange(4, dtype=">i2") + 10 * number, maxshape=(None,), chunks=(2,))
            part.create_dataset("words", data=["a", "é"], dtype=h5py.string_dtype())
    with h5py.File(path, "w", libver=("v110", "v110")) as file:
        there = ("run 0.h5", "x")
        virtual_of(file, "whole", [there, ("run 1.h5", "x")], fillvalue=-1)
        virtual_of(file, "lost file", [there, ("run 2.h5", "x"), ("run 1.h5", "/x")], fillvalue=-1)
        virtual_of(file, "lost dataset", [there, ("run 1.h5", "/y")])
        virtual_of(file, "all lost", [("no.h5", "x"), ("no/such.h5", "y")], fillvalue=5)
        virtual_of(file, "no such file at all", [("/no/such/folder/no.h5", "x")])
        virtual_of(file, "own", [(".", "row 0"), (".", "row 1")], fillvalue=9)
        file["row 0"] = np.arange(4)
        virtual_of(file, "of virtual", [(".", "row of lost"), there])
        layout = h5py.VirtualLayout(shape=(4,), dtype="<i8")
        layout[:3] = h5py.VirtualSource("gone.h5", "x", shape=(3,))
        file.create_virtual_dataset("row of lost", layout, fillvalue=3)
        numbered(file, "runs", "run %b.h5", "x")
        numbered(file, "no runs", "jog %b.h5", "x")
        for number in range(3):
            file[f"block {number}"] = np.full(4, number)
        numbered(file, "blocks", ".", "block %b")
        growing(file, "as long", "run 3.h5")
        growing(file, "as long as nothing", "run 4.h5")
        words = h5py.VirtualLayout(shape=(2,), dtype=h5py.string_dtype())
        words[:] = h5py.VirtualSource(".", "words", shape=(2,))
        file["words"] = ["b", "cc"]
        file.create_virtual_dataset("own words", words)
        words = h5py.VirtualLayout(shape=(2,), dtype=h5py.string_dtype())
        words[:] = h5py.VirtualSource("run 0.h5", "words", shape=(2,))
        file.create_virtual_dataset("words of others", words)
    return {
        "lost file": ONE + "'x' in file 'run 2.h5'",
        "lost dataset": ONE + "'/y' in file 'run 1.h5'",
        "all lost": TWO + "'x' in file 'no.h5', 'y' in file 'no/such.h5'",
        "no such file at all": ONE + "'x' in file '/no/such/folder/no.h5'",
        "own": ONE + "'row 1'",
        "of virtual": ONE + "'x' in file 'gone.h5'",
        "row of lost": ONE + "'x' in file 'gone.h5'",
        "no runs": ONE + "'x' in file 'jog 0.h5'",
        "as long as nothing": ONE + "'x' in file 'run 4.h5'",
        "words of others": "a virtual dataset of strings, sequences or references in other files",
    }

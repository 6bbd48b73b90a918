# SPDX-License-Identifier: MIT
"""What h5py has no calls for, made by those of the HDF5 that it brings: versions of the format, links of one's own."""

from __future__ import annotations

import ctypes
from pathlib import Path

import h5py
import numpy as np
from hdf5_makers import Skips, maker

LINK_CLASS = 187  # of those that are free for all


def library() -> ctypes.CDLL:
    """The HDF5 that h5py has loaded."""
    lines = Path("/proc/self/maps").read_text().split("\n")
    return ctypes.CDLL(next(line.split(maxsplit=5)[5] for line in lines if "h5py.libs/libhdf5-" in line))


class LinkClass(ctypes.Structure):
    """HDF5's H5L_class_t, version 1."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("id", ctypes.c_int),
        ("comment", ctypes.c_char_p),
        *((name, ctypes.c_void_p) for name in ("create", "move", "copy", "traverse", "delete", "query")),
    )


def add_user_defined_link(group: h5py.Group, name: str) -> None:
    """A link whose meaning only the program knows that made it."""
    hdf5 = library()
    never = ctypes.CFUNCTYPE(ctypes.c_int64)(lambda: -1)
    kind = LinkClass(1, LINK_CLASS, b"of a test", traverse=ctypes.cast(never, ctypes.c_void_p))
    assert hdf5.H5Lregister(ctypes.byref(kind)) >= 0
    create, ids = hdf5.H5Lcreate_ud, [ctypes.c_int64] * 2
    create.argtypes = (ctypes.c_int64, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, *ids)
    assert create(group.id.id, name.encode(), LINK_CLASS, b"its data", 8, 0, 0) >= 0
    assert hdf5.H5Lunregister(LINK_CLASS) >= 0


@maker
def user_defined_links(path: Path) -> Skips:
    """Links that nobody else can follow, and such as lead through them."""
    with h5py.File(path, "w") as file:
        file["group/data"] = np.arange(3)
        add_user_defined_link(file, "own")
        add_user_defined_link(file["group"], "own")
        file["softly"] = h5py.SoftLink("/own")
        file["behind it"] = h5py.SoftLink("/group/own/x")
    words = f"it is a user-defined link (class {LINK_CLASS}), which is not followed"
    return {
        "own": words,
        "group/own": words,
        "softly": "it is a soft link to '/own': nothing is there that can be opened",
        "behind it": "it is a soft link to '/group/own/x': nothing is there that can be opened",
    }


def with_creation_list(path: Path, change: str, *values: int) -> h5py.File:
    """A new file, after a call of HDF5's that changes how files are made."""
    plist = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    call = getattr(library(), change)
    call.argtypes = (ctypes.c_int64, *[ctypes.c_size_t if change == "H5Pset_sizes" else ctypes.c_uint] * len(values))
    assert call(plist.id, *values) >= 0
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_EARLIEST, h5py.h5f.LIBVER_V18)
    return h5py.File(h5py.h5f.create(bytes(path), h5py.h5f.ACC_TRUNC, plist, access))


def fill_simply(file: h5py.File) -> None:
    """What addresses lead to: groups, chunks, heaps, objects."""
    file["group/data"] = np.arange(1000)
    file["group/data"].attrs["words"] = np.array(["a", "bc"], object)
    file.create_dataset("chunks", data=np.arange(100), chunks=(10,), compression="gzip")
    file.create_dataset("words", data=["a", "", "é€"], dtype=h5py.string_dtype())
    file.create_dataset("refs", data=[file["chunks"].ref, h5py.Reference()], dtype=h5py.ref_dtype)
    file.create_dataset("regions", data=[file["chunks"].regionref[:3]], dtype=h5py.regionref_dtype)


@maker
def superblock_1(path: Path) -> Skips:
    """A size of chunk indexes that is not the usual one, which the first superblock has no place for."""
    with with_creation_list(path, "H5Pset_istore_k", 64) as file:
        fill_simply(file)
    assert path.read_bytes()[8] == 1
    return {}


@maker
def short_addresses(path: Path) -> Skips:
    """Addresses and lengths of four bytes."""
    with with_creation_list(path, "H5Pset_sizes", 4, 4) as file:
        fill_simply(file)
    words = "references of the kind that came with HDF5 1.12, or to addresses of few bytes"
    return {"refs": words, "regions": words}


def add_new_references(file: h5py.File) -> None:
    """A dataset and an attribute of references of the kind that came with HDF5 1.12, which h5py has no type for."""
    hdf5, number = library(), ctypes.c_int64
    kind, space, room = number.in_dll(hdf5, "H5T_STD_REF_g"), h5py.h5s.create_simple((1,)), (ctypes.c_char * 64)()
    hdf5.H5Dcreate2.restype = hdf5.H5Acreate2.restype = number
    data = file["data"]
    assert hdf5.H5Rcreate_object(number(file.id.id), b"/data", number(0), room) >= 0
    dataset = hdf5.H5Dcreate2(number(file.id.id), b"refs", kind, number(space.id), *[number(0)] * 3)
    attribute = hdf5.H5Acreate2(number(data.id.id), b"refs", kind, number(space.id), *[number(0)] * 2)
    assert hdf5.H5Dwrite(number(dataset), kind, *[number(0)] * 3, room) >= 0
    assert hdf5.H5Awrite(number(attribute), kind, room) >= 0
    assert hdf5.H5Dclose(number(dataset)) >= 0
    assert hdf5.H5Aclose(number(attribute)) >= 0

# SPDX-License-Identifier: MIT
"""HDF5 files as the packages write them whose users will load them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import h5py
import hdf5storage
import netCDF4
import numpy as np
import pandas as pd
import scipy.sparse
import tables
from hdf5_makers import Skips, maker

TEXT = h5py.string_dtype()
TIMES = np.dtype([("idx_start", "i4"), ("count", "i4"), ("timeseries", h5py.ref_dtype)])


@maker
def netcdf4(path: Path) -> Skips:
    """Groups, unlimited dimensions, user-defined types of all kinds, packed and fill values."""
    with netCDF4.Dataset(path, "w") as file:
        file.title = "é€"
        file.setncattr_string("words", ["a", "bc"])
        file.history = "made"
        file.createDimension("time", None)
        file.createDimension("x", 3)
        file.createDimension("length", 4)
        enum = file.createEnumType(np.uint8, "sky_type", {"clear": 0, "cloudy": 1, "missing": 255})
        pair = file.createCompoundType(np.dtype([("r", "f4"), ("n", "i2", (2,))], align=True), "pair_type")
        ragged = file.createVLType(np.int32, "list_type")
        time = file.createVariable("time", "f8", ("time",), zlib=True)
        time.units = "hours since 2000-01-01"
        time[:] = np.arange(5)
        packed = file.createVariable("packed", "i2", ("time", "x"), fill_value=-999, zlib=True, shuffle=True)
        packed.scale_factor = np.float32(0.5)
        packed[:3] = np.arange(9.0).reshape(3, 3)
        file.createVariable("big", ">f4", ("x",), endian="big")[:] = [1, 2, 3]
        file.createVariable("checked", "i8", ("time",), fletcher32=True, chunksizes=(2,))[:] = np.arange(5)
        letters = netCDF4.stringtochar(np.array([b"abcd", b"e", b""], "S4"))
        file.createVariable("letters", "S1", ("x", "length"))[:] = letters
        words = file.createVariable("words", str, ("x",))
        for number, word in enumerate(("a", "", "é€")):
            words[number] = word
        file.createVariable("sky", enum, ("x",), fill_value=255)[:2] = [0, 1]
        pairs = file.createVariable("pairs", pair, ("x",))
        pairs[:] = np.array([(1, (2, 3))] * 3, pair.dtype)
        pairs.setncattr("limit", np.array((0.5, (1, 2)), pair.dtype))
        lists = file.createVariable("lists", ragged, ("x",))
        lists[0], lists[2] = np.arange(3, dtype="i4"), np.arange(1, dtype="i4")
        group = file.createGroup("forecasts").createGroup("model")
        group.createVariable("t", "f4", ("time", "x"))[:] = np.ones((5, 3))
        scalar = file.createVariable("crs", "i4", ())
        scalar.grid_mapping_name = "latitude_longitude"
    return {}


class Particle(tables.IsDescription):  # type: ignore[misc]
    """A row of a PyTables table."""

    name = tables.StringCol(8)
    number = tables.Int64Col(shape=(2,))
    weight = tables.Float32Col()
    good = tables.BoolCol()

    class Info(tables.IsDescription):  # type: ignore[misc]
        """A nested one."""

        z = tables.ComplexCol(16)
        kind = tables.EnumCol(tables.Enum({"up": 1, "down": 2}), "up", base="uint8")


@maker
def pytables(path: Path) -> Skips:
    """Tables, resizable and ragged arrays, attributes that are empty, pickled or arrays; soft links."""
    with tables.open_file(path, "w", title="") as file:
        packed = tables.Filters(5, "zlib")
        table = file.create_table("/group", "particles", Particle, createparents=True, filters=packed)
        for number in range(5):
            table.row["name"], table.row["number"], table.row["good"] = f"p{number}", (number, -number), number % 2
            table.row["Info/z"], table.row["Info/kind"] = complex(number, 1), 2
            table.row.append()
        table.flush()
        table.cols.weight.create_index()
        table.attrs.plain, table.attrs.pickled, table.attrs.array = 1.5, {"a": [1, None]}, np.arange(3)
        table.attrs.words = np.array([b"a", b"bc"])
        growing = file.create_earray("/", "growing", tables.Float64Atom(), (0, 3), filters=packed)
        growing.append(np.ones((4, 3)))
        lists = file.create_vlarray("/", "lists", tables.Int32Atom())
        lists.append([1, 2, 3])
        lists.append([])
        file.create_vlarray("/", "texts", tables.VLUnicodeAtom()).append("é€")
        file.create_vlarray("/", "points", tables.Float32Atom(shape=(2,))).append([[1, 2], [3, 4]])
        file.create_vlarray("/", "objects", tables.ObjectAtom()).append({"any": "thing"})
        file.create_carray("/", "bools", obj=np.array([[True, False]] * 3))
        file.create_soft_link("/", "soft", "/group/particles")
        file.create_soft_link("/", "soft_group", "/group")
        file.create_hard_link("/", "hard", "/growing")
    return {}


@maker
def pandas_store(path: Path) -> Skips:
    """Frames and series as HDFStore keeps them, fixed and as tables."""
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [0.5, np.nan, 1.5], "c": ["x", "yy", ""]})
    frame["t"] = pd.date_range("2020-01-01", periods=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # objects are pickled
        with pd.HDFStore(path, "w", complevel=1, complib="zlib") as store:
            store.put("fixed", frame)
            store.put("table", frame, format="table", data_columns=True)
            store.put("series", frame["b"])
            store.put("deep/er", frame[["a"]], format="table")
            store.put("categories", pd.DataFrame({"k": pd.Categorical(["u", "v", "u"])}), format="table")
    return {}


@maker
def matlab(path: Path) -> Skips:
    """What hdf5storage writes for MATLAB 7.3: cells are references, text is numbers, structs are groups."""
    values: dict[str, Any] = {
        "matrix": np.arange(6.0).reshape(2, 3),
        "text": "héllo",
        "flag": True,
        "z": np.array([1 + 2j, 3j]),
        "empty": np.zeros((0, 3)),
        "cells": np.array([np.arange(3), "word", np.float32(2)], object),
        "struct": {"a": np.int8(1), "b": {"c": "deep"}},
        "list": [1, "two", [3.0]],
    }
    hdf5storage.writes(values, filename=str(path), matlab_compatible=True, store_python_metadata=True)
    return {}


@maker
def matlab_itself(path: Path) -> Skips:
    """What MATLAB writes besides: a user block, names of fields as sequences of letters."""
    with h5py.File(path, "w", userblock_size=512) as file:
        data = file.create_dataset("s/x", data=np.arange(3.0)[:, None], chunks=(3, 1), compression="gzip")
        data.attrs["MATLAB_class"] = np.bytes_("double")
        names = np.empty(2, object)
        names[:] = [np.array([b"x"], "S1"), np.array([b"l", b"o", b"n", b"g"], "S1")]
        file["s"].attrs.create("MATLAB_fields", names, dtype=h5py.vlen_dtype("S1"))
        file["s"].attrs["MATLAB_class"] = np.bytes_("struct")
        file["s/long"] = np.array([[104], [105]], "<u2")
        file["s/long"].attrs["MATLAB_int_decode"] = np.int32(2)
        complexes = np.array([(1, 2), (3, 4)], [("real", "<f8"), ("imag", "<f8")])
        file["z"] = complexes
        cell = file.create_dataset("c", (2, 1), h5py.ref_dtype)
        file["#refs#/a"], file["#refs#/b"] = np.zeros(2, "u8"), np.ones((1, 1))
        file["#refs#/a"].attrs["MATLAB_empty"] = np.uint8(1)
        cell[0, 0], cell[1, 0] = file["#refs#/a"].ref, file["#refs#/b"].ref
    return {}


def annotated() -> Any:
    """Data of cells with all that anndata keeps."""
    import anndata  # noqa: PLC0415  slow, and it warns

    observed = pd.DataFrame(
        {
            "kind": pd.Categorical(["t", "b", "t"]),
            "count": pd.array([1, None, 3], "Int64"),
            "good": pd.array([True, None, False], "boolean"),
            "word": ["x", "yy", ""],
        },
        index=["c0", "c1", "c2"],
    )
    data = anndata.AnnData(np.arange(12, dtype="f4").reshape(3, 4), obs=observed)
    data.layers["sparse"] = scipy.sparse.random(3, 4, 0.5, "csr", random_state=1)
    data.obsm["pca"] = np.ones((3, 2))
    data.obsp["near"] = scipy.sparse.eye(3, format="csc")
    ranked = np.empty(2, [("a", object), ("b", "f4")])
    ranked["a"], ranked["b"] = ["g1", "g2"], [0.5, 1]
    data.uns = {"ranked": ranked, "text": "é", "nothing": {}, "list": np.array(["a", "b"]), "number": 3}
    return data


@maker
def anndata_file(path: Path) -> Skips:
    """Sparse matrices, categories, nullable columns, records of strings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pd.option_context("future.infer_string", False):
            annotated().write_h5ad(path, compression="gzip")
    return {}


@maker
def keras_weights(path: Path) -> Skips:
    """A model as Keras 2 saved it: its configuration in attributes, its layers in groups."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"], file.attrs["backend"] = b"2.15.0", "tensorflow"
        file.attrs["model_config"] = '{"class_name": "Sequential", "config": {"layers": []}}' * 50
        weights = file.create_group("model_weights")
        weights.attrs["layer_names"] = np.array([b"dense", b"dense_1"])
        for layer in ("dense", "dense_1"):
            group = weights.create_group(layer)
            group.attrs["weight_names"] = [f"{layer}/kernel:0".encode(), f"{layer}/bias:0".encode()]
            group[f"{layer}/kernel:0"] = np.ones((4, 3), "f4")
            group[f"{layer}/bias:0"] = np.zeros(3, "f2")
        weights.create_group("dropout").attrs["weight_names"] = np.zeros(0, "S1")
        file["optimizer_weights/iterations:0"] = np.int64(7)
    return {}


@maker
def nexus(path: Path) -> Skips:
    """An experiment: groups that are linked to, soft and hard, and data in events."""
    with h5py.File(path, "w") as file:
        entry = file.create_group("entry")
        file.attrs["default"], entry.attrs["NX_class"], entry.attrs["default"] = "entry", "NXentry", "data"
        detector = entry.create_group("instrument/detector")
        detector.attrs["NX_class"] = "NXdetector"
        counts = detector.create_dataset("counts", data=np.arange(24, dtype="u4").reshape(2, 3, 4), chunks=(1, 3, 4))
        counts.attrs["target"], counts.attrs["signal"] = "/entry/instrument/detector/counts", 1
        detector["name"] = np.array([b"MAPS"])
        data = entry.create_group("data")
        data.attrs["signal"], data.attrs["axes"] = "counts", np.array(["frame", "y", "x"], TEXT)
        data["counts"] = counts
        data["x"] = h5py.SoftLink("/entry/instrument/detector/x_pixel_offset")
        detector.create_dataset("x_pixel_offset", data=np.arange(4.0)).attrs["units"] = "m"
        entry["detector"] = detector
        entry["sample"] = h5py.SoftLink("/entry/instrument")
        entry["title"], entry["start_time"] = "é", "2020-01-02T03:04:05"
    return {}


@maker
def nwb(path: Path) -> Skips:
    """Neural data as NWB keeps it: tables with references in records, indexed columns, cached specifications."""
    with h5py.File(path, "w") as file:
        file.attrs["nwb_version"], file.attrs["object_id"] = "2.7.0", "1-2-3"
        series = file.create_group("acquisition/v")
        options = {"chunks": True, "compression": "gzip", "maxshape": (None,)}
        data = series.create_dataset("data", data=np.arange(10, dtype="i2"), **options)
        data.attrs["conversion"], data.attrs["unit"] = 1e-6, "volts"
        electrodes = file.create_group("electrodes")
        electrodes.attrs["colnames"] = np.array(["location", "group"], TEXT)
        electrodes["location"] = np.array(["CA1", "é"], object)
        electrodes.create_dataset("group", data=[series.ref, series.ref], dtype=h5py.ref_dtype)
        epochs = file.create_group("intervals/epochs")
        rows = np.zeros(2, TIMES)
        rows["count"], rows["timeseries"] = [3, 4], [series.ref, series.ref]
        epochs.create_dataset("timeseries", data=rows, dtype=TIMES, maxshape=(None,), chunks=True)
        epochs["tags_index"] = np.array([1, 2], "u1")
        epochs["tags_index"].attrs["target"] = epochs["timeseries"].ref
        region = epochs.create_dataset("region", data=np.array([0, 1]))
        region.attrs["table"] = electrodes.ref
        file["specifications/core/2.7.0/namespace"] = '{"namespaces": []}' * 1000
        file.attrs[".specloc"] = file["specifications"].ref
        file["file_create_date"] = np.array(["2020-01-01T00:00:00+00:00"], object)
    return {}

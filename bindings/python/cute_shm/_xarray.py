# SPDX-License-Identifier: MIT
"""Projects as xarray has them, with the dimension scales of HDF5 and netCDF-4 as coordinates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._group import Group
from ._ragged import Ragged

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ._array import Array

_SCALES = "DIMENSION_LIST"
# What HDF5 and netCDF-4 keep their dimensions by: told by xarray's own means instead.
_HIDDEN = {_SCALES, "REFERENCE_LIST", "CLASS", "NAME", "_Netcdf4Dimid", "_Netcdf4Coordinates", "_NCProperties"}
# netCDF-4 names so a scale that is a length and no variable.
_NO_VARIABLE = "This is a netCDF dimension but not a netCDF variable"


def to_xarray(group: Group) -> Any:
    """A group as a Dataset, or as a DataTree where there are groups in it."""
    try:
        import xarray  # noqa: PLC0415  optional, and slow to import
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError("to_xarray needs xarray, which is not installed: pip install xarray") from error
    phony = _PhonyNames()  # one for all: the dimensions of a group are those of the groups in it, too
    datasets = {"/": _dataset(xarray, group, phony)}
    datasets |= {f"/{path}": _dataset(xarray, found, phony) for path, found in group.walk() if isinstance(found, Group)}
    return datasets["/"] if len(datasets) == 1 else xarray.DataTree.from_dict(datasets)


def _dataset(xarray: Any, group: Group, phony: _PhonyNames) -> Any:
    """The arrays of one group."""
    variables: dict[str, Any] = {}
    coordinates: dict[str, Any] = {}
    for name, found in group.items():
        if isinstance(found, Group) or _is_bare_dimension(found):
            continue
        names = _dimensions(name, found, phony)
        variable = xarray.Variable(names, np.asarray(found), _attributes(found.attrs))
        (coordinates if names == (name,) else variables)[name] = variable
    return xarray.Dataset(variables, coordinates, _attributes(group.attrs))


def _dimensions(name: str, array: Array | Ragged, phony: _PhonyNames) -> tuple[str, ...]:
    """The name of each dimension: of its scale, of itself where it is one, or made up. xarray wants them to differ."""
    if _text(array.attrs.get("CLASS")) == "DIMENSION_SCALE" and array.ndim == 1:
        return (name,)
    scales = [_text(_first(path)).rpartition("/")[2] for path in np.atleast_1d(array.attrs.get(_SCALES, ()))]
    names: list[str] = []
    for dimension, length in enumerate(array.shape):
        chosen = scales[dimension] if dimension < len(scales) else ""
        nth = 0
        while not chosen or chosen in names:
            chosen = phony[length, nth]
            nth += 1
        names.append(chosen)
    return tuple(names)


def _is_bare_dimension(array: Array | Ragged) -> bool:
    return _text(array.attrs.get("NAME")).startswith(_NO_VARIABLE)


def _first(scales: Any) -> Any:
    """The one scale of a dimension, or the first where a dimension may have several."""
    return next(iter(scales), "") if isinstance(scales, np.ndarray) else scales


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")


def _attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if name not in _HIDDEN}


class _PhonyNames(dict[tuple[int, int], str]):
    """Names for dimensions that have none: one for each length, and further ones for where an array has it twice."""

    def __missing__(self, key: tuple[int, int]) -> str:
        name = self[key] = f"phony_dim_{len(self)}"
        return name

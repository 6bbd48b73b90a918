# SPDX-License-Identifier: MIT
"""numpy's dtypes, and the strings that stand for them in the C library.

A dtype string is numpy's array-interface typestring (``<f8``), or for a structured type numpy's ``descr`` list written
as JSON: ``[["x","<f8"],["v",">i4",[3]],["","|V4"]]``, where a nameless ``|V`` is padding.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ._errors import BadTypeError

# Kind to itemsizes; None: any. longdouble is left out because its bytes differ from machine to machine.
_SIZES: dict[str, tuple[int, ...] | None] = {
    "b": (1,),
    "i": (1, 2, 4, 8),
    "u": (1, 2, 4, 8),
    "f": (2, 4, 8),
    "c": (8, 16),
    "S": None,
    "U": None,
    "M": None,
    "m": None,
    "V": None,
}

_CURES = {
    "O": "it holds Python objects, which mean nothing in another process: give it a plain dtype",
    "T": "it has variable-length strings: use .astype('U') or .astype('S')",
}


def to_string(dtype: np.dtype[Any]) -> str:
    """The dtype string of a dtype.

    Raises:
        BadTypeError: it cannot be shared; the message says why.
    """
    if dtype.kind == "V" and dtype.names is not None:
        import json  # noqa: PLC0415  few dtypes need it, and it costs a millisecond

        return json.dumps(_to_descr(dtype), ensure_ascii=False, separators=(",", ":"))
    sizes = _SIZES.get(dtype.kind, ())
    if sizes is not None and dtype.itemsize not in sizes:
        cure = _CURES.get(dtype.kind, "it has no form that every machine agrees on: use .astype to convert it")
        raise BadTypeError(f"dtype {dtype} cannot be shared: {cure}")
    return str(dtype.str)


def _to_descr(dtype: np.dtype[Any]) -> list[list[Any]]:
    """A structured dtype as a list of fields, padding included."""
    descr: list[list[Any]] = []
    end = 0
    for name in dtype.names or ():
        # No numpy of today agrees with its stubs on what a field looks like.
        field: tuple[Any, ...] = tuple(dtype.fields[name])  # type: ignore[index]
        base, offset = field[0], field[1]
        if len(field) > 2:
            raise BadTypeError(f"dtype {dtype} cannot be shared: field {name!r} has a title; name it only once")
        if not name:
            raise BadTypeError(f"dtype {dtype} cannot be shared: a field has no name; name it")
        if offset < end:
            raise BadTypeError(
                f"dtype {dtype} cannot be shared: field {name!r} overlaps or lies before the one before it; "
                "use numpy.lib.recfunctions.repack_fields"
            )
        if offset > end:
            descr.append(["", f"|V{offset - end}"])
        descr.append(_field_descr(name, base))
        end = offset + base.itemsize
    if not descr:
        raise BadTypeError(f"dtype {dtype} cannot be shared: it has no fields")
    if dtype.itemsize > end:
        descr.append(["", f"|V{dtype.itemsize - end}"])
    return descr


def _field_descr(name: str, dtype: np.dtype[Any]) -> list[Any]:
    if dtype.subdtype is None:
        shape: list[int] = []
        base = dtype
    else:
        base, lengths = dtype.subdtype
        shape = list(lengths)
    form = _to_descr(base) if base.names is not None else to_string(base)
    return [name, form, shape] if shape else [name, form]


def from_string(text: str) -> np.dtype[Any]:
    """The dtype of a dtype string. What the C library gives out is always valid."""
    if text.startswith("["):
        import json  # noqa: PLC0415

        return _from_descr(json.loads(text))
    return np.dtype(text)


def _from_descr(descr: list[list[Any]]) -> np.dtype[Any]:
    names: list[str] = []
    formats: list[Any] = []
    offsets: list[int] = []
    end = 0
    for name, form, *rest in descr:
        base = _from_descr(form) if isinstance(form, list) else np.dtype(form)
        dtype = np.dtype((base, tuple(rest[0]))) if rest else base
        if name:
            names.append(name)
            formats.append(dtype)
            offsets.append(end)
        end += dtype.itemsize
    return np.dtype({"names": names, "formats": formats, "offsets": offsets, "itemsize": end})


class _Dtypes(dict[str, "np.dtype[Any]"]):
    """Every dtype string met so far, and its dtype."""

    def __missing__(self, text: str) -> np.dtype[Any]:
        dtype = self[text] = from_string(text)
        return dtype


DTYPES = _Dtypes()

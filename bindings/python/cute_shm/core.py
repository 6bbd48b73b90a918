# SPDX-License-Identifier: MIT
"""Names that cute-shm 1.2 had in this module; `logger` and `unlink` are made when they are asked for."""

from __future__ import annotations

from typing import Any

from ._v1.location import Project2Toml
from ._v1.sizes import array_size, bytes_to_human
from ._v1.types import ArrayDict, MetaArrayDict, SharedArray, SharedArrayDict, SharedArrayMeta

__all__ = [
    "ArrayDict",
    "MetaArrayDict",
    "Project2Toml",
    "SharedArray",
    "SharedArrayDict",
    "SharedArrayMeta",
    "array_size",
    "bytes_to_human",
]


def __getattr__(name: str) -> Any:
    if name == "logger":
        from ._v1.log import logger  # noqa: PLC0415  importing logging takes milliseconds

        return logger()
    if name == "unlink":
        from . import unlink  # noqa: PLC0415  the package imports this module first

        return unlink
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

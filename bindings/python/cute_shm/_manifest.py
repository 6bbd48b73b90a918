# SPDX-License-Identifier: MIT
"""Manifests and layouts as text: YAML and TOML, which say the same."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from . import _core
from ._errors import Error, InvalidArgumentError

if TYPE_CHECKING:
    import os

ManifestFormat = Literal["yaml", "toml"]
FORMATS: dict[ManifestFormat, int] = {"yaml": _core.CSHM_MANIFEST_YAML, "toml": _core.CSHM_MANIFEST_TOML}


def format_number(format: ManifestFormat) -> int:
    """A syntax, as the C layer takes it.

    Raises:
        InvalidArgumentError: no such syntax.
    """
    if format not in FORMATS:
        raise InvalidArgumentError(f"format {format!r}: use 'yaml' or 'toml'")
    return FORMATS[format]


class Manifest:
    """A manifest, or a layout, that was read and checked. It can be written in either syntax, and `allocate` takes it.

        Path("robot.toml").write_text(cute_shm.Manifest.read("robot.yaml").text("toml"))

    Docs/format.md tells what a manifest holds, docs/manifests.md what a layout, written by hand, may.
    """

    __slots__ = ("_handle",)

    def __init__(self, handle: int) -> None:
        """Takes over a handle of the C layer. Users call `read` or `parse`."""
        self._handle = handle

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Manifest:
        """Reads a file: TOML where its name ends in ".toml", else YAML.

        Raises:
            NotFoundError: no such file (a FileNotFoundError).
            CorruptError: neither YAML nor TOML, or no manifest and no layout; or it has what is refused: anchors,
                aliases, tags, merge keys, keys that come twice, arrays that overlap. The message names file, line and
                column, what was wanted and what was found.
            VersionError: written for a newer cute-shm.
            BadTypeError, BadNameError: a dtype, a path or a name in it, told the same way.
            LimitError: more than 64 MiB, 64 levels or a million values.
            PermissionDeniedError, SystemCallError: it cannot be read.
        """
        return cls(_core.cshm_manifest_read(path))

    @classmethod
    def parse(cls, text: str | bytes, format: ManifestFormat = "yaml", name: str = "manifest") -> Manifest:
        """Reads a text.

        Args:
            text: UTF-8 where it is bytes.
            format: its syntax, ``"yaml"`` or ``"toml"``.
            name: what messages call it.

        Raises:
            InvalidArgumentError: no such syntax (a ValueError).
            CorruptError, VersionError, BadTypeError, BadNameError, LimitError: as `read`.
        """
        data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
        return cls(_core.cshm_manifest_parse(data, format_number(format), name))

    def text(self, format: ManifestFormat = "yaml") -> str:
        """The whole as text, keys and values in the order in which they were read; of comments only those on top.

        What cute-shm has written comes out byte for byte, from either syntax into either.

        Args:
            format: ``"yaml"`` or ``"toml"``.

        Raises:
            InvalidArgumentError: no such syntax (a ValueError).
            UnsupportedError: under a key that cute-shm does not know there is what the syntax has not, such as null in
                TOML (a NotImplementedError); the message tells where.
        """
        return _core.manifest_text(self._handle, format_number(format))

    def __del__(self) -> None:
        with suppress(AttributeError, Error):
            _core.cshm_manifest_close(self._handle)


def declare_layout(builder: int, layout: Manifest) -> None:
    """Declares all of a layout to a builder of the C layer."""
    _core.cshm_builder_layout(builder, layout._handle)

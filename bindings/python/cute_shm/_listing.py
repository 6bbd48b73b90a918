# SPDX-License-Identifier: MIT
"""What a store holds, and what was found in it that nobody needs or that had to be mended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from . import _core
from ._errors import Error, from_status

if TYPE_CHECKING:
    from pathlib import Path

Lifetime = Literal["persistent", "owner", "last-user"]
LIFETIMES: dict[Lifetime, int] = {
    "persistent": _core.CSHM_PERSISTENT,
    "owner": _core.CSHM_OWNER,
    "last-user": _core.CSHM_LAST_USER,
}
_LIFETIME_NAMES = {number: name for name, number in LIFETIMES.items()}


class ProjectInfo(NamedTuple):
    """A project of a listing."""

    name: str
    manifest: Path
    """Its manifest's path."""
    segment: str
    """Its segment's name in /dev/shm; "" where the manifest is damaged."""
    generation: int
    """Identity of this creation; 0 where not known."""
    nbytes: int
    """Bytes of shared memory; 0 where not known."""
    created_ns: int
    """Nanoseconds since 1970-01-01 UTC; 0 where not known."""
    array_count: int
    lifetime: Lifetime
    in_use: bool
    """Whether a process has it open, this one included; False where not known."""
    error: Error | None
    """Why it cannot be opened, or None."""


class Leftover(NamedTuple):
    """What the dead had left in a store, and `collect` has removed."""

    name: str
    """The project it was of; "" where not known."""
    manifest: Path | None
    """Its manifest's path, or None where there was none."""
    segment: str
    """Its segment's name in /dev/shm; "" where there was none."""
    nbytes: int
    """Bytes of shared memory that were given back."""
    reason: str
    """Why nobody needs it."""
    error: Error | None
    """Why it could not be removed, or None."""


class Repaired(NamedTuple):
    """A project whose manifest `repair` has written anew."""

    name: str
    manifest: Path
    """The new manifest's path."""
    reason: str
    """What was wrong with the old one."""
    error: Error | None
    """Why it could not be repaired, or None."""


class Listed(NamedTuple):
    """What `cshm_listing_project` tells."""

    status: int
    name: str
    manifest: str
    segment: str
    message: str
    generation: int
    nbytes: int
    created_ns: int
    array_count: int
    lifetime: int
    in_use: bool

    def _error(self) -> Error | None:
        return from_status(self.status, self.message, 0) if self.status else None

    def project(self) -> ProjectInfo:
        """As a listing of projects tells it."""
        return ProjectInfo(
            self.name,
            path_of(self.manifest),
            *(self.segment, self.generation, self.nbytes, self.created_ns, self.array_count),
            _LIFETIME_NAMES[self.lifetime],
            self.in_use,
            self._error(),
        )

    def leftover(self) -> Leftover:
        """As `collect` tells it."""
        manifest = path_of(self.manifest) if self.manifest else None
        return Leftover(self.name, manifest, self.segment, self.nbytes, self.message, self._error())

    def repaired(self) -> Repaired:
        """As `repair` tells it."""
        return Repaired(self.name, path_of(self.manifest), self.message, self._error())


def path_of(text: str) -> Path:
    """A path as users get it."""
    from pathlib import Path  # noqa: PLC0415  milliseconds that opening a project does not need

    return Path(text)

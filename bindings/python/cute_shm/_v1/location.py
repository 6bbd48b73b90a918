# SPDX-License-Identifier: MIT
"""Where projects are, for cute-shm 1.2's users: `Project2Toml`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from .._store import Store

if TYPE_CHECKING:
    from pathlib import Path


class _DefaultRoot:
    """The root that a store has when nobody says otherwise. Assigning to the class attribute takes its place."""

    def __get__(self, instance: object, owner: type) -> Path:
        return Store().root


class Project2Toml:
    """Where the manifests of projects are.

    Attributes:
        root: the directory. Set it, here or in a subclass, and the next call of any function follows. By default it is
            what `Store` and the programs use, mostly ``/tmp/cute-shm``.
        prefix: what the manifests' names begin with.
    """

    root: Path = cast("Path", _DefaultRoot())
    prefix: str = "cute-shm."

    @classmethod
    def get_path(cls, project: str) -> Path:
        """The path of the manifest that a project has, or would be given. Makes the root if it is missing.

        Raises:
            ValueError: a name that no project can have.
            PermissionError: the root is a symlink, or someone else's.
        """
        from pathlib import Path  # noqa: PLC0415  milliseconds that `import cute_shm` does not need

        Path(cls.root).mkdir(mode=0o700, parents=True, exist_ok=True)
        return store_of(cls).manifest(project)

    @classmethod
    def list(cls) -> dict[str, Path]:
        """The manifests of all projects, by the projects' names. A missing root has none, and is not made."""
        return {info.name: info.manifest for info in store_of(cls).projects()}


def store_of(place: type[Project2Toml] = Project2Toml) -> Store:
    """The store that `Project2Toml`, or a subclass, stands for. It writes TOML."""
    return Store(_root_of(place), place.prefix, manifest="toml")


def default_store() -> Store:
    """The same store for the new interface: it writes what the environment says."""
    return Store(_root_of(Project2Toml), Project2Toml.prefix)


def _root_of(place: type[Project2Toml]) -> Path | None:
    """The root that somebody has set, or None."""
    holder = next(kind for kind in place.__mro__ if "root" in vars(kind))
    return None if isinstance(vars(holder)["root"], _DefaultRoot) else place.root


def unlink_generation(store: Store, name: str, generation: int) -> None:
    """Removes a project, unless it was overwritten in the meantime.

    Raises:
        NotFoundError: it is gone already.
    """
    with store.open(name) as project:
        current = project.generation
    if current == generation:
        store.unlink(name)

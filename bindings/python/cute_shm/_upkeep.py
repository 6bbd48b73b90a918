# SPDX-License-Identifier: MIT
"""What keeps a store in order: looking, removing, clearing away, mending."""

from __future__ import annotations

from ._listing import Leftover, ProjectInfo, Repaired
from ._store import StoreLike, as_store


def projects(store: StoreLike = None) -> list[ProjectInfo]:
    """The projects of a store, ordered by name. One that cannot be opened says why in `error`.

    Raises:
        PermissionDeniedError: the store is someone else's.
    """
    return as_store(store).projects()


def unlink(project: str, store: StoreLike = None) -> None:
    """Removes a project. Its memory is given back as soon as the last process that uses it has let go.

    Raises:
        NotFoundError: no such project (a FileNotFoundError).
    """
    as_store(store).unlink(project)


def collect(dry_run: bool = False, store: StoreLike = None) -> list[Leftover]:
    """Removes what the dead have left in a store, and tells what that was.

    Projects whose owner died or whose last user is gone, segments of this store that are no project (half-built,
    overwritten, unlinked), manifests whose segment is gone, and files that were to become manifests. What is alive, in
    the making, or belongs to someone else is not touched. `open`, `create` and `projects` do the same for what they
    meet, but leave a persistent project's manifest, so that its user learns what happened to it.

    Args:
        dry_run: whether to remove nothing, and only tell.
        store: a `Store` or its root; by default the user's own.

    Raises:
        PermissionDeniedError, SystemCallError: the store or /dev/shm cannot be read.
    """
    return as_store(store).collect(dry_run)


def repair(name: str | None = None, store: StoreLike = None) -> list[Repaired]:
    """Writes manifests anew, from the segments, where they are gone, damaged, or of another generation.

    After a cleaner swept the store's directory, say. One that is missing is written anew by `open`, too.

    Args:
        name: the project; None for all of the store.
        store: a `Store` or its root; by default the user's own.

    Returns:
        What was repaired; nothing where all is well.

    Raises:
        NotFoundError: there is no segment to repair the project from (a FileNotFoundError).
        BadNameError: a name that no project can have (a ValueError).
        PermissionDeniedError, SystemCallError: the store or /dev/shm cannot be read or written.
    """
    return as_store(store).repair(name)

# SPDX-License-Identifier: MIT
"""The logger "cute-shm", which tells at level DEBUG what is created, attached and removed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging import Logger

    from .._project import Project
    from .._store import Store


def logger() -> Logger:
    """The logger."""
    import logging  # noqa: PLC0415  milliseconds that those who do not log are spared

    return logging.getLogger("cute-shm")


def listening() -> Logger | None:
    """The logger, or None if nobody listens to it: nobody does before `logging` is imported."""
    if "logging" not in sys.modules:
        return None
    found = logger()
    return found if found.isEnabledFor(10) else None


def arrays_of(project: Project) -> Iterator[tuple[str, int]]:
    """Of each array in a project its path and its bytes."""
    for path, value in project.walk():
        if hasattr(value, "nbytes"):
            yield path, value.nbytes


def unlinking(store: Store, name: str) -> None:
    """Tells that a project is about to be removed, and with it which arrays."""
    log = listening()
    if log is None:
        return
    log.debug("closing and unlinking shared memory based on %s", store.manifest(name))
    try:
        with store.open(name) as project:
            for path, _ in arrays_of(project):
                log.debug("closing and unlinking shared memory '%s'", path)
    except Exception as error:  # what is damaged or lost is unlinked, too
        log.debug("closing and unlinking shared memory that cannot be opened: %s", error)

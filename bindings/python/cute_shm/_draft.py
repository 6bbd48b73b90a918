# SPDX-License-Identifier: MIT
"""Drafts: projects that are filled in place before anyone else sees them."""

from __future__ import annotations

import os
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Literal, NoReturn

from . import _core
from ._building import abort
from ._errors import Error, StaleHandleError, StateError
from ._project import Project, Root
from ._units import human_bytes, plural

if TYPE_CHECKING:
    from ._store import Store


class Draft(Root):
    """A project that is allocated and not yet published: the root group, whose arrays are to be filled in place.

        with cute_shm.allocate("frames", {"image": ((480, 640), "u1")}) as draft:
            draft["image"][...] = camera.read()

    As a context manager it is published at the end of the block, or aborted where the block raises. A draft that is
    dropped, or whose process ends, leaves nothing. Arrays taken from it stay valid: after `publish` they are shared and
    writable, after `abort` this process's own. It cannot be used in a child of fork, nor be pickled.

    A sealed draft is published by `publish` alone, and while nobody holds arrays or groups of it, by which it could be
    written.

    Attributes:
        name: the name that the project will have.
        nbytes: bytes of shared memory, index included.
    """

    __slots__ = ("_builder", "_ended", "_pid", "_store")

    def __init__(self, builder: int, store: Store | None) -> None:
        """Takes over an allocated builder of the C layer, of a sealed project where there is no store.

        Users call `allocate`.
        """
        self._builder = builder
        self._store = store
        self._ended: Literal["", "published", "aborted"] = ""
        self._pid = os.getpid()
        super().__init__(_core.Memory(_core.cshm_builder_attach(builder)))

    @property
    def _memory(self) -> _core.Memory:
        self._check()
        assert self._mapped is not None  # until it has ended
        return self._mapped

    def _check(self) -> None:
        if self._ended:
            cure = "open the project, or use what publish() gave" if self._ended == "published" else "allocate it again"
            raise StaleHandleError(
                f"the draft of project {self.name!r} was {self._ended}: {cure} (arrays taken from it are still whole)"
            )
        if os.getpid() != self._pid:
            raise StateError(
                f"the draft of project {self.name!r} belongs to process {self._pid}: a draft does not cross a fork; "
                "publish it there, and open it here"
            )

    def publish(self) -> Project:
        """Makes the project visible to all, whole, in one step.

        Returns:
            The project, opened for reading. Arrays taken from the draft go on as arrays of it, and stay writable.

        Raises:
            ExistsError: another process has published a project of that name since (a FileExistsError); the draft is
                whole, and can be aborted.
            StaleHandleError: it was published or aborted before.
            StateError: in a child of fork; or the draft is sealed, and arrays or groups of it are still held. The draft
                is whole: let go of them, and publish again.
        """
        self._check()
        attachment = self._seal() if self._store is None else self._share()
        self._end("published")
        return Project(_core.Memory(attachment, self._store))

    def _share(self) -> int:
        memory = self._memory
        attachment = _core.cshm_builder_publish(self._builder)
        memory.store = self._store  # from now on others can find what was taken from the draft
        return attachment

    def _seal(self) -> int:
        self._mapped = None  # whoever has this memory could write to it
        try:
            return _core.cshm_builder_publish(self._builder)
        except Error as error:
            self._mapped = _core.Memory(_core.cshm_builder_attach(self._builder))
            if not isinstance(error, StateError):
                raise
            raise StateError(
                f"the sealed draft of project {self.name!r} cannot be published while arrays, views or groups taken "
                "from it are held, by which it could be written: let go of them (del, of a loop's variable, too), and "
                "publish again"
            ) from error

    def abort(self) -> None:
        """Gives it up: nothing of it remains but the arrays that were taken from it. Aborting twice is allowed."""
        if self._ended != "aborted":
            self._check()
            abort(self._builder)
            self._end("aborted")

    def _end(self, how: Literal["published", "aborted"]) -> None:
        self._ended = how
        self._mapped = None

    def __enter__(self) -> Draft:
        self._check()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._ended:  # within the block
            return
        try:
            if kind is None and self._store is None:
                raise StateError(
                    f"the sealed draft of project {self.name!r} was not published: at its block's end nobody would "
                    "have the project; call publish() within the block, and keep what it gives"
                )
            if kind is None:
                self.publish().close()
        finally:
            if not self._ended:
                self.abort()

    def __del__(self) -> None:
        # Where __init__ has failed, or in a child of fork, there is nothing to end.
        with suppress(AttributeError, Error):
            if not self._ended:
                self.abort()

    def __reduce__(self) -> NoReturn:
        raise StateError(
            f"the draft of project {self.name!r} cannot be pickled: publish it, and send the project that gives"
        )

    def _title(self) -> str:
        return f"cute_shm.Draft {self.name!r}: {plural(self._info.array_count, 'array')}, {human_bytes(self.nbytes)}"

    def __repr__(self) -> str:
        return f"<cute_shm.Draft {self.name!r}: {self._ended}>" if self._ended else super().__repr__()

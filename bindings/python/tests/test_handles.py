# SPDX-License-Identifier: MIT
"""The lowest layer: any number as a handle is an error at worst, never a crash."""

from __future__ import annotations

import ctypes
import io
import random
from collections.abc import Callable
from typing import Any

import cute_shm
import numpy as np
import pytest
from cute_shm import _core
from cute_shm._dtypes import DTYPES
from cute_shm._project import Project

CALLS = 100_000


def test_random_handles_never_crash(name: str) -> None:
    with cute_shm.create(name, {"a": np.arange(3), "b": {"c": 1.0}}, {"a": {"x": 1}}) as project:
        memory = project._memory
        calls: list[Callable[[int], object]] = [
            _core.cshm_store_close,
            _core.cshm_store_root,
            lambda handle: _core.cshm_store_manifest(handle, "x"),
            lambda handle: _core.cshm_unlink(handle, "x"),
            _core.cshm_list,
            lambda handle: _core.cshm_store_collect(handle, True),
            lambda handle: _core.cshm_store_repair(handle, "x"),
            lambda handle: _core.cshm_store_repair(handle, None),
            _core.cshm_listing_count,
            lambda handle: _core.cshm_listing_project(handle, 0),
            _core.cshm_listing_close,
            lambda handle: _core.cshm_builder_open(handle, "x", (0, 0, 0, None)),
            lambda handle: _core.cshm_builder_group(handle, "x"),
            lambda handle: _core.cshm_builder_array(handle, "x", "<f8", (3,), 0),
            lambda handle: _core.cshm_builder_alias(handle, "x", 0),
            lambda handle: _core.cshm_builder_attribute(handle, "", "x", "|u1", (1,), b"1"),
            lambda handle: _core.cshm_builder_note(handle, 1, "x", "y"),
            _core.cshm_builder_allocate,
            lambda handle: _core.cshm_builder_write(handle, 0, 0, b"12345678"),
            _core.cshm_builder_attach,
            _core.cshm_builder_publish,
            _core.cshm_builder_abort,
            lambda handle: _core.cshm_attach(handle, "x", 0),
            _core.cshm_detach,
            _core.cshm_attachment_describe,
            _core.cshm_attachment_is_current,
            lambda handle: _core.cshm_attachment_wait_newer(handle, 0),
            _core.cshm_attachment_reattach,
            _core.cshm_attachment_export_fd,
            lambda handle: _core.cshm_node_at(handle, 0),
            lambda handle: _core.cshm_node_find(handle, "a"),
            lambda handle: _core.cshm_attribute_at(handle, 1, 0),
            lambda handle: _core.cshm_attribute_find(handle, 1, "x"),
            lambda handle: _core.cshm_note_at(handle, 0),
            _core.Memory,
            lambda handle: _core.row(handle, "a"),
            lambda handle: _core.rows(handle, 0, True),
            lambda handle: _core.children(handle, memory, 0, np.ndarray, DTYPES),
        ]
        dead = made_and_released(name)
        choose = random.Random(1)
        for _ in range(CALLS):
            handle = choose.choice(
                [*dead, 0, choose.getrandbits(64), choose.getrandbits(8), project_id(memory, choose)]
            )
            with pytest.raises(cute_shm.Error) as caught:
                choose.choice(calls)(handle)
            assert caught.value.status == _core.CSHM_ERR_STALE_HANDLE
        assert project["a"].tolist() == [0, 1, 2]


def project_id(memory: _core.Memory, choose: random.Random) -> int:
    """Nearly the handle of a live attachment."""
    return memory.attachment ^ (1 << choose.randrange(64))


def made_and_released(name: str) -> list[int]:
    """One handle of each kind, all of them released."""
    store = _core.cshm_store_open(None, None)
    listing = _core.cshm_list(store)
    builder = _core.cshm_builder_open(store, name + "x", (0, 0, 0, None))
    attachment = _core.cshm_attach(store, name, 0)
    _core.cshm_listing_close(listing)
    _core.cshm_builder_abort(builder)
    _core.cshm_detach(attachment)
    _core.cshm_store_close(store)
    return [store, listing, builder, attachment]


def test_a_second_release_is_an_error(name: str) -> None:
    cute_shm.create(name, {}).close()
    store, listing, builder, attachment = made_and_released(name)
    releases: list[tuple[Callable[[int], object], int]] = [
        (_core.cshm_store_close, store),
        (_core.cshm_listing_close, listing),
        (_core.cshm_builder_abort, builder),
        (_core.cshm_detach, attachment),
        (_core.Memory, attachment),
    ]
    for release, handle in releases:
        with pytest.raises(cute_shm.StaleHandleError):
            release(handle)


def test_a_handle_of_another_kind_is_an_error(name: str) -> None:
    store = _core.cshm_store_open(None, None)
    for call in (_core.cshm_detach, _core.cshm_listing_close, _core.cshm_builder_abort, _core.Memory):
        with pytest.raises(cute_shm.StaleHandleError):
            call(store)
    _core.cshm_store_close(store)


@pytest.mark.parametrize("handle", [-1, 1 << 64, 1.5, "1", None])
def test_what_is_no_handle_at_all_is_an_error(handle: int) -> None:
    for call in (_core.cshm_detach, _core.cshm_store_close, _core.Memory):
        if call is _core.Memory and handle in (-1, 1 << 64):
            continue
        with pytest.raises((TypeError, OverflowError)):
            call(handle)


def test_memory_takes_over_its_attachment(name: str) -> None:
    cute_shm.create(name, {"a": np.arange(3, dtype="u1")}).close()
    store = _core.cshm_store_open(None, None)
    attachment = _core.cshm_attach(store, name, 0)
    _core.cshm_store_close(store)
    memory = _core.Memory(attachment)
    assert memory.attachment == attachment
    view = memoryview(memory)
    assert view.nbytes == memory.nbytes
    del memory
    assert _core.cshm_live_handles() == 1
    view.release()
    assert _core.cshm_live_handles() == 0


def test_read_only_memory_gives_no_writable_buffer(name: str) -> None:
    with cute_shm.create(name, {"a": 1}) as project:
        memory: Any = project._memory
        with pytest.raises((BufferError, TypeError)):
            (ctypes.c_char * 4).from_buffer(memory)
        with pytest.raises(TypeError, match="read-write bytes-like object"):
            io.BytesIO(b"1234").readinto(memory)
        assert memoryview(memory).readonly


def test_a_builder_is_filled_through_its_attachment(name: str) -> None:
    store = _core.cshm_store_open(None, None)
    builder = _core.cshm_builder_open(store, name, (0, 0, 0, None))
    _core.cshm_store_close(store)
    _core.cshm_builder_array(builder, "a", "<f8", (3,), _core.CSHM_ORDER_C)
    with pytest.raises(cute_shm.StateError):
        _core.cshm_builder_attach(builder)
    _core.cshm_builder_allocate(builder)
    with Project(_core.Memory(_core.cshm_builder_attach(builder))) as built:
        array = built["a"]
        assert (built.mode, built.is_current) == ("r+", False)
        array[:] = [1, 2, 3]
        _core.cshm_detach(_core.cshm_builder_publish(builder))
        assert built.is_current
    with cute_shm.open(name) as project:
        array[1] = 20
        assert project["a"].tolist() == [1, 20, 3]

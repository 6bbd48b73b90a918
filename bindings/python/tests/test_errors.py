# SPDX-License-Identifier: MIT
"""Errors: one class for each status, built-ins as bases, and words that help."""

from __future__ import annotations

import errno
import os
import pickle
import re
import struct
from pathlib import Path

import cute_shm
import numpy as np
import pytest
from conftest import SHM, RunPython, let_others_in
from cute_shm import Lifetime, _core
from cute_shm._errors import from_status

BASES = {
    "INVALID_ARGUMENT": ValueError,
    "STALE_HANDLE": ValueError,
    "STATE": RuntimeError,
    "NOT_FOUND": FileNotFoundError,
    "EXISTS": FileExistsError,
    "BAD_NAME": ValueError,
    "BAD_TYPE": TypeError,
    "NO_SPACE": MemoryError,
    "NO_MEMORY": MemoryError,
    "PERMISSION": PermissionError,
    "CORRUPT": ValueError,
    "VERSION": ValueError,
    "GENERATION": ValueError,
    "UNSUPPORTED": NotImplementedError,
    "CANCELLED": RuntimeError,
    "BUFFER_TOO_SMALL": BufferError,
    "SYSTEM": OSError,
    "HDF5": OSError,
    "LIMIT": OverflowError,
    "TIMEOUT": TimeoutError,
}


def test_every_status_has_a_class() -> None:
    known = {key.removeprefix("CSHM_ERR_") for key in dir(_core) if key.startswith("CSHM_ERR_")}
    assert known == set(BASES)


@pytest.mark.parametrize(("status_name", "base"), BASES.items())
def test_a_status_gives_its_class(status_name: str, base: type[Exception]) -> None:
    status = getattr(_core, f"CSHM_ERR_{status_name}")
    error = from_status(status, "the words", errno.EIO)
    assert type(error) is not cute_shm.Error
    assert isinstance(error, base)
    assert error.status == status
    assert error.sys_errno == errno.EIO
    assert str(error) == "the words"
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.status, again.sys_errno) == (type(error), "the words", status, errno.EIO)


def test_every_class_can_be_pickled() -> None:
    kinds: set[type[cute_shm.Error]] = {cute_shm.Error, cute_shm.NodeNotFoundError, *cute_shm.Error.__subclasses__()}
    assert len(kinds) > 20
    for kind in kinds:
        for error in (kind("the words", errno.EIO), kind("the words")):
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                again = pickle.loads(pickle.dumps(error, protocol))
                assert type(again) is kind
                assert (str(again), again.args, vars(again)) == (str(error), error.args, vars(error))
                assert getattr(again, "errno", None) == getattr(error, "errno", None)


def test_an_unknown_status_is_a_plain_error() -> None:
    error = from_status(1234, "from the future", 0)
    assert type(error) is cute_shm.Error
    assert error.status == 1234


def test_every_class_is_exported() -> None:
    for kind in (*cute_shm.Error.__subclasses__(), cute_shm.NodeNotFoundError):
        assert getattr(cute_shm, kind.__name__) is kind
        assert kind.__name__ in cute_shm.__all__


def test_errno_is_what_the_built_in_says(name: str) -> None:
    with pytest.raises(FileNotFoundError) as missing:
        cute_shm.open(name)
    assert missing.value.errno == errno.ENOENT
    cute_shm.create(name, {}).close()
    with pytest.raises(FileExistsError) as exists:
        cute_shm.create(name, {})
    assert exists.value.errno == errno.EEXIST


# ---- damage: each is refused with words, never a crash


def segment_of(name: str, lifetime: Lifetime = "owner") -> Path:
    with cute_shm.create(name, {"a": np.arange(100.0), "b": {"c": 1}}, lifetime=lifetime) as project:
        return SHM / project.segment


def patch(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def test_a_truncated_segment(name: str) -> None:
    segment = segment_of(name)
    for size in (segment.stat().st_size // 2, 100, 0):
        os.truncate(segment, size)
        with pytest.raises(cute_shm.CorruptError, match=re.escape(segment.name)) as caught:
            cute_shm.open(name)
        assert str(size) in str(caught.value)


def test_a_segment_that_is_not_ours(name: str) -> None:
    segment = segment_of(name)
    patch(segment, 0, b"NOTOURS\n")
    with pytest.raises(cute_shm.CorruptError, match=re.escape(segment.name)):
        cute_shm.open(name)


def test_a_segment_of_a_newer_format(name: str) -> None:
    segment = segment_of(name)
    patch(segment, 8, struct.pack("<H", _core.CSHM_FORMAT_MAJOR + 1))
    with pytest.raises(cute_shm.VersionError) as caught:
        cute_shm.open(name)
    assert str(_core.CSHM_FORMAT_MAJOR + 1) in str(caught.value)


def test_a_damaged_index(name: str) -> None:
    segment = segment_of(name)
    whole = segment.read_bytes()
    (index_size,) = struct.unpack_from("<Q", whole, 40)
    for offset in range(4096, 4096 + index_size, 7):
        patch(segment, offset, bytes([whole[offset] ^ 0xFF]))
        with pytest.raises(cute_shm.CorruptError, match=re.escape(segment.name)):
            cute_shm.open(name)
        patch(segment, offset, whole[offset : offset + 1])
    cute_shm.open(name).close()


def test_a_manifest_of_another_generation(name: str) -> None:
    cute_shm.create(name, {"a": 1}).close()
    manifest = cute_shm.Store().manifest(name)
    text = manifest.read_text(encoding="utf-8")
    other = re.sub(r'generation: "(.)', lambda found: found[0][:-1] + "01"[found[1] == "0"], text)
    assert other != text
    manifest.write_text(other, encoding="utf-8")
    with pytest.raises(cute_shm.GenerationError, match=re.escape(name)):
        cute_shm.open(name)
    manifest.write_text(text, encoding="utf-8")
    cute_shm.open(name).close()


def test_a_segment_that_is_gone(name: str) -> None:
    segment_of(name, "persistent").unlink()
    for _ in range(2):
        with pytest.raises(cute_shm.NotFoundError, match=re.escape(name)) as caught:
            cute_shm.open(name)
        assert "segment" in str(caught.value), "its user is to learn what has happened to it"
    cute_shm.unlink(name)
    segment_of(name).unlink()
    with pytest.raises(cute_shm.NotFoundError, match=re.escape(name)):
        cute_shm.open(name)
    assert cute_shm.projects() == [], "without a segment, an owner's project is a leftover"


def test_more_than_there_is(name: str, tmp_path: Path) -> None:
    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.truncate(1 << 42)
    huge = np.memmap(sparse, "u1", "r")
    with pytest.raises(MemoryError) as caught:
        cute_shm.create(name, {"a": huge})
    assert isinstance(caught.value, cute_shm.NoSpaceError)
    wanted, free = re.findall(r"(?:wanted|free) (\d+) bytes", str(caught.value))
    assert int(free) < 1 << 42 <= int(wanted)
    assert cute_shm.projects() == []


def test_someone_elses_store(name: str, run_python: RunPython, root: Path) -> None:
    cute_shm.create(name, {"a": 1}).close()
    let_others_in(root)
    code = (
        "import os, sys, cute_shm\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: cute_shm.create(sys.argv[1] + 'x', {'a': 1})\n"
        "except PermissionError as error: print(type(error).__name__, error)\n"
    )
    if os.getuid() != 0:
        root.chmod(0o500)
    result = run_python(code, name)
    root.chmod(0o700)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("PermissionDeniedError")
    assert str(root) in result.stdout

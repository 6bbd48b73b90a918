# SPDX-License-Identifier: MIT
"""What 1.2's users are shown: the page for them runs, and so do the flows of 1.2's demos and of its own tests."""

from __future__ import annotations

import multiprocessing
import re
import signal
import subprocess
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import cute_shm
import h5py
import numpy as np
import pytest
from conftest import RunPython
from original_failures import ended_well

DOCS = Path(__file__).resolve().parents[3] / "docs"
EXAMPLES = DOCS / "examples" / "dropin"
# To a type checker each of its items may be a leaf or a dictionary.
shm_to_arrays: Any = cute_shm.shm_to_arrays


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "recording.h5"
    with h5py.File(path, "w") as file:
        file["counts"] = np.arange(7, dtype="i4")
        file["group/temperature"] = np.full((4, 5), 2.5)
        file["group/temperature"].attrs["units"] = "K"
    return path


def run(example: str, *arguments: str) -> str:
    command = [sys.executable, "-X", "dev", str(EXAMPLES / example), *arguments]
    return ended_well(subprocess.run(command, capture_output=True, text=True, check=False, timeout=60))


def test_the_code_of_the_page_runs(recording: Path, run_python: RunPython, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (DOCS / "coming-from-1.2.md").read_text("utf-8")
    pieces = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(pieces) == 2
    monkeypatch.chdir(recording.parent)
    result = run_python("import numpy as np\n" + "\n".join(pieces))
    assert result.returncode == 0, result.stderr
    assert result.stdout == "188.0 bytes\n"


def test_what_the_page_calls_gone_is_gone_and_the_rest_is_there() -> None:
    page = (DOCS / "coming-from-1.2.md").read_text("utf-8")
    gone = set(re.findall(r"`(\w+)\.(\w+)`", page.partition("\nGone, ")[2].partition("\n\n")[0]))
    assert len(gone) == 7
    for module, name in gone:
        assert not hasattr(import_module(f"cute_shm.{module}"), name)


# ---- the demos


def test_a_server_and_a_client_share_an_array_under_a_lock(name: str, tmp_path: Path) -> None:
    lock = str(tmp_path / "lock")
    command = [sys.executable, "-X", "dev", str(EXAMPLES / "server.py"), name, lock]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert server.stdout.readline() == f"serving {cute_shm.Project2Toml.get_path(name)}\n"
    seen = run("client.py", name, lock, "40").splitlines()
    assert len(seen) == 40
    assert all(sorted(line.strip("[]").split()) == ["0"] * 9 + ["1"] for line in seen), "a half-made change was seen"
    assert len(set(seen)) > 3, "the client sees the changes"
    server.send_signal(signal.SIGINT)
    output, errors = server.communicate(timeout=60)
    assert (server.returncode, output, errors) == (0, "served\n", "")
    assert cute_shm.Project2Toml.list() == {}
    alone = [sys.executable, str(EXAMPLES / "client.py"), name, lock]
    result = subprocess.run(alone, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (1, "nobody serves that project: start server.py first\n")


def test_transfer_read_and_clean(name: str, recording: Path) -> None:
    for _ in range(2):
        command = [sys.executable, str(EXAMPLES / "transfer.py"), str(recording), name]
        result = subprocess.run(command, capture_output=True, text=True, check=True)
        assert result.stdout == f"188.0 bytes in {cute_shm.Project2Toml.get_path(name)}\n"
        assert "100%" in result.stderr
    for _ in range(2):
        assert run("read.py", name).splitlines() == [
            "counts (7,) int32 mean 3 ",
            "group/temperature (4, 5) float64 mean 2.5 units",
        ]
    said = run("clean.py", name)
    assert said.startswith(f"closing and unlinking shared memory based on {cute_shm.Project2Toml.root}")
    for example in ("read.py", "clean.py"):
        command = [sys.executable, str(EXAMPLES / example), name]
        result = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (result.returncode, result.stderr) == (1, "no such project: run transfer.py first\n")


def test_hdf5_with_a_worker_process(name: str, recording: Path) -> None:
    assert run("hdf5.py", str(recording), name).splitlines() == [
        "counts: 28.0 bytes",
        "group/temperature: 160.0 bytes",
        "clean",
    ]


# ---- what 1.2's own tests do, with its root set as they set it


def test_a_nested_dictionary_comes_back_equal(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cute_shm.Project2Toml, "root", tmp_path)
    b1, b2 = np.zeros(100, np.float32), np.zeros(300, np.float32)
    b1[[13, 33]] = 23, 89
    b2[[11, 21]] = 0.24, 74
    arrays: Any = {"a": np.diag([12, 10, 0]), "b": {"b1": b1, "b2": b2}}
    with cute_shm.unlinked_arrays_to_shm(name, arrays):
        shared = shm_to_arrays(name)
        assert (list(shared), list(shared["b"])) == (["a", "b"], ["b1", "b2"])
        for wanted, leaf in ((arrays["a"], shared["a"]), (b1, shared["b"]["b1"]), (b2, shared["b"]["b2"])):
            assert leaf["data"].dtype == wanted.dtype
            assert np.array_equal(leaf["data"], wanted)
    assert list(tmp_path.glob("cute-shm.*")) == []


def test_a_file_comes_back_equal(name: str, recording: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cute_shm.Project2Toml, "root", tmp_path)
    with cute_shm.unlinked_hdf5_to_shm(recording, name, progress=False):
        shared = shm_to_arrays(name)
        with h5py.File(recording) as file:
            assert np.array_equal(file["counts"][:], shared["counts"]["data"])
            assert np.array_equal(file["group/temperature"][:], shared["group"]["temperature"]["data"])


def watch(name: str, value: float, seconds: float, wrong: Any) -> None:
    leaf = shm_to_arrays(name)["x"]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        wrong.value += leaf["data"][2] != np.float32(value)


def test_readers_need_no_lock(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cute_shm.Project2Toml, "root", tmp_path)
    context = multiprocessing.get_context("fork")
    wrong = context.Value("i", 0)
    with cute_shm.unlinked_arrays_to_shm(name, {"x": np.array([1, 2, 1.62, 4, 5], np.float32)}):
        readers = [context.Process(target=watch, args=(name, 1.62, 0.5, wrong)) for _ in range(5)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
            assert reader.exitcode == 0
        assert wrong.value == 0
        assert list(cute_shm.Project2Toml.list()) == [name], "no reader has removed it"

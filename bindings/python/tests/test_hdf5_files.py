# SPDX-License-Identifier: MIT
"""Loading HDF5 files: what h5py reads is what is shared."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import cute_shm
import h5py
import numpy as np
import pytest
from conftest import RunPython

pytestmark = pytest.mark.filterwarnings("default::cute_shm.SkippedWarning")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a little of everything."""
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as h5:
        h5.attrs["title"] = "demo"
        h5["counts"] = np.arange(12, dtype=">i4").reshape(3, 4)
        h5["counts"].attrs["units"] = "1"
        h5["counts"].attrs["range"] = [0.0, 11.0]
        h5["group/zipped"] = 0
        del h5["group/zipped"]
        h5.create_dataset("group/zipped", data=np.arange(5000.0), chunks=(100,), compression="gzip", shuffle=True)
        h5["group/scalar"] = 2.5
        h5["group/names"] = np.array([b"ab", b"cde"])
        h5["group/alias"] = h5["counts"]
        h5["table"] = np.array([(1, [0.5, 1.5]), (2, [2.5, 3.5])], [("id", "i4"), ("xy", "f8", (2,))])
        h5["empty"] = np.zeros((0, 4))
        h5["strings"] = ["of", "any", "length"]
        h5["lost"] = h5py.SoftLink("/nowhere")
        h5.create_group("nothing")
    return path


def test_a_file_becomes_a_project(name: str, file: Path) -> None:
    with pytest.warns(cute_shm.SkippedWarning):
        loaded = cute_shm.load_hdf5(file, name)
    with loaded as project, h5py.File(file) as h5:
        assert set(project) == {"counts", "group", "table", "empty", "strings", "nothing"}
        for path in ("counts", "group/zipped", "group/scalar", "group/names", "group/alias", "table", "empty"):
            assert project[path].dtype == h5[path].dtype
            np.testing.assert_array_equal(project[path], h5[path][()])
        assert np.shares_memory(project["counts"], project["group/alias"]), "a second hard link is no second copy"
        assert project.attrs["title"] == "demo"
        assert project["counts"].attrs["units"] == "1"
        assert project["counts"].attrs["range"].tolist() == [0.0, 11.0]


def test_what_is_left_out_is_told(name: str, file: Path) -> None:
    with pytest.warns(cute_shm.SkippedWarning, match="lost"):
        loaded = cute_shm.load_hdf5(file, name)
    with loaded as project:
        ((path, reason),) = project.skipped
        assert path == "lost"
        assert "nothing is there that can be opened" in reason
        assert project.origin["hdf5.path"] == str(file)
        assert project.origin["hdf5.size"] == str(file.stat().st_size)


def test_strict_makes_it_an_error(name: str, file: Path) -> None:
    with pytest.raises(cute_shm.UnsupportedError, match=r"lost.*nothing is there"):
        cute_shm.load_hdf5(file, name, strict=True)
    assert cute_shm.projects() == []


def test_files_that_cannot_be_loaded(name: str, tmp_path: Path, file: Path) -> None:
    text = tmp_path / "text.h5"
    text.write_text("not HDF5")
    cut = tmp_path / "cut.h5"
    cut.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    newer = tmp_path / "newer.h5"
    with h5py.File(newer, "w", libver="latest") as h5:
        h5["x"] = 1
    newer.write_bytes(b"\x89HDF\r\n\x1a\n\x63" + newer.read_bytes()[9:])
    cases: list[tuple[Path, type[Exception], str]] = [
        (tmp_path / "missing.h5", FileNotFoundError, "no such file"),
        (text, OSError, "not an HDF5 file"),
        (tmp_path, OSError, "directory"),
        (cut, OSError, "truncated"),
        (newer, OSError, "newer"),
    ]
    for path, kind, words in cases:
        with pytest.raises(kind, match=words) as caught:
            cute_shm.load_hdf5(path, name)
        assert isinstance(caught.value, cute_shm.Error)
        assert str(path) in str(caught.value)
    assert cute_shm.projects() == []


def test_a_failed_overwrite_leaves_the_old_project(name: str, tmp_path: Path, file: Path) -> None:
    cute_shm.load_hdf5(file, name).close()
    with pytest.raises(cute_shm.ExistsError):
        cute_shm.load_hdf5(file, name)
    with pytest.raises(cute_shm.NotFoundError):
        cute_shm.load_hdf5(tmp_path / "missing.h5", name, overwrite=True)
    with pytest.raises(TypeError, match="NoneType"):
        cute_shm.load_hdf5(None, name, overwrite=True)  # type: ignore[arg-type]
    with cute_shm.open(name) as project:
        assert project["counts"].shape == (3, 4)
    with cute_shm.load_hdf5(file, name, overwrite=True, lifetime="owner") as project:
        assert project["counts"].shape == (3, 4)


def test_other_threads_run_while_a_file_is_loaded(name: str, run_python: RunPython, tmp_path: Path) -> None:
    path = tmp_path / "slow.h5"
    with h5py.File(path, "w") as h5:
        h5.create_dataset("d", data=np.arange(4_000_000.0), chunks=(1000,), compression="gzip")
    code = (
        "import sys, threading, cute_shm\n"
        "loading = threading.Event(); turns = 0\n"
        "def load():\n"
        "    loading.set(); cute_shm.load_hdf5(sys.argv[1], sys.argv[2]).close(); loading.clear()\n"
        "thread = threading.Thread(target=load); thread.start(); loading.wait()\n"
        "while loading.is_set(): turns += 1\n"
        "thread.join(); print(turns)\n"
    )
    result = run_python(code, str(path), name)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) > 1000


def test_attaching_needs_no_hdf5(name: str, run_python: RunPython, file: Path) -> None:
    cute_shm.load_hdf5(file, name).close()
    code = (
        "import sys, cute_shm\n"
        "project = cute_shm.open(sys.argv[1]); project['counts'].sum()\n"
        "maps = open('/proc/self/maps').read()\n"
        "assert 'libcuteshm.so' in maps\n"
        "assert 'hdf5' not in maps.replace(sys.argv[1], ''), maps\n"
        "assert not {'h5py', 'rich', 'multiprocessing', 'cute_shm._hdf5'} & set(sys.modules)\n"
    )
    result = run_python(code, name)
    assert result.returncode == 0, result.stderr


def test_memory_stays_small_whatever_the_files_size(name: str, run_python: RunPython, tmp_path: Path) -> None:
    path = tmp_path / "big.h5"
    with h5py.File(path, "w") as h5:
        data = h5.create_dataset("d", (1 << 26,), "f8")  # 512 MiB
        for start in range(0, 1 << 26, 1 << 22):
            data[start : start + (1 << 22)] = start
    code = (
        "import sys, cute_shm\n"
        "def peak(): return int(open('/proc/self/status').read().split('VmHWM:')[1].split()[0])\n"
        "cute_shm.load_hdf5(sys.argv[2], sys.argv[3] + 'x').close(); before = peak()\n"
        "cute_shm.load_hdf5(sys.argv[1], sys.argv[3], lifetime='persistent').close(); print(peak() - before)\n"
    )
    small = tmp_path / "small.h5"
    with h5py.File(small, "w") as h5:
        h5["d"] = np.arange(10)
    result = run_python(code, str(path), str(small), name)
    os.unlink(path)
    assert result.returncode == 0, result.stderr
    assert int(result.stdout) < 32 << 10, "KiB above a small file's load"
    with cute_shm.open(name) as project:
        assert project["d"][-1] == (1 << 26) - (1 << 22)


def test_only_what_is_selected_is_loaded(name: str, file: Path) -> None:
    options: dict[str, Any] = {
        "select": ["group", "counts"],
        "exclude": "**/names",
        "max_bytes_per_dataset": 4096,
        "threads": 1,
    }
    with cute_shm.load_hdf5(file, name, strict=True, **options) as project:
        assert set(project) == {"counts", "group"}
        assert set(project["group"]) == {"scalar", "alias"}
        assert np.shares_memory(project["counts"], project["group/alias"])
        assert not project.skipped


def test_a_selection_that_cannot_be_is_refused(name: str, file: Path) -> None:
    with pytest.raises(cute_shm.NotFoundError, match='select "no/such" matches nothing'):
        cute_shm.load_hdf5(file, name, select="no/such")
    wrong: list[dict[str, Any]] = [{"select": "a\nb"}, {"exclude": [1]}, {"threads": -1}, {"max_bytes_per_dataset": 0}]
    for options in wrong:
        with pytest.raises(cute_shm.InvalidArgumentError, match=next(iter(options))):
            cute_shm.load_hdf5(file, name, **options)


def test_a_project_saved_and_loaded_again_is_the_same(name: str, file: Path, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    again = tmp_path / "again.h5"
    with cute_shm.load_hdf5(file, name) as project:
        project.save_hdf5(again, deflate=4, threads=2, progress=lambda done, total: told.append((done, total)))
        assert told[0][0] == 0
        assert told[-1] == (project.nbytes, project.nbytes) or told[-1][0] == told[-1][1]
        with pytest.raises(cute_shm.ExistsError):
            cute_shm.save_hdf5(name, again)
        cute_shm.save_hdf5(name, again, overwrite=True)
        with h5py.File(again) as h5:
            for path in ("counts", "group/zipped", "group/scalar", "group/names", "group/alias", "table", "empty"):
                assert project[path].dtype == h5[path].dtype
                np.testing.assert_array_equal(project[path], h5[path][()])
            assert h5["group/alias"] == h5["counts"]
            assert list(h5["strings"].asstr()) == ["of", "any", "length"]
            assert h5.attrs["title"] == "demo"


def test_a_save_that_fails_leaves_what_was_there(name: str, file: Path, tmp_path: Path) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyError("enough")

    (tmp_path / "out").mkdir()
    there = tmp_path / "out" / "file.h5"
    there.write_bytes(b"old")
    with cute_shm.load_hdf5(file, name) as project:
        with pytest.raises(KeyError, match="enough"):
            project.save_hdf5(there, overwrite=True, progress=stop)
        with pytest.raises(cute_shm.InvalidArgumentError, match="10"):
            project.save_hdf5(there, overwrite=True, deflate=10)
        with pytest.raises(cute_shm.NotFoundError, match="nowhere"):
            project.save_hdf5(tmp_path / "nowhere" / "file.h5")
        with pytest.raises(cute_shm.ExistsError, match="not a regular file"):
            project.save_hdf5(tmp_path / "out", overwrite=True)
    assert there.read_bytes() == b"old"
    assert [path.name for path in there.parent.iterdir()] == ["file.h5"]

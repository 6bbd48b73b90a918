# SPDX-License-Identifier: MIT
"""Projects saved as HDF5 files.

Loaded again they are the same, h5py and h5diff see the same, and failures leave nothing.
"""

from __future__ import annotations

import contextlib
import os
import re
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hdf5_differences import differences, unexplained
from hdf5_makers import MAKERS
from hdf5_project import CLI, Project, run
from test_hdf5_values import CHOPPER, check_group, load

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "conformance" / "cases.tsv"
CONFORM = CLI.parent / "conform"
PLAIN: tuple[str, ...] = ()
PACKED = ("--deflate", "4", "--threads", "2")
SMALL_CHUNKS = ("--chunk", "1000", "--threads", "2")
ALL = [*sorted(MAKERS), "chopper"]
STYLES = [
    (name, style)
    for style in (PACKED, SMALL_CHUNKS)
    for name in ("numbers", "compounds", "arrays", "layouts", "sequences", "chopper")
]


def made(name: str, folder: Path) -> Path:
    """One of the files that the loader is tested with."""
    if name == "chopper":
        return CHOPPER
    MAKERS[name](folder / "source.h5")
    return folder / "source.h5"


def told(project: Project) -> list[dict[str, Any]]:
    """All that is in a project, but for where in memory it lies."""
    return [
        {key: value for key, value in node.items() if key != "offset"}
        | {"value": b"" if node["kind"] == "group" else project.array(node["path"]).tobytes()}
        for node in project.document["nodes"]
    ]


def again(root: Path, name: str, file: Path, *options: str) -> Project:
    """Saves a project, and loads what was saved."""
    run(root, "save", "--quiet", *options, name, file)
    run(root, "load", "--quiet", "--overwrite", "--strict", file, "again")
    return Project(root, "again")


@dataclass
class Trip:
    """A file, the project that it was loaded as, and the file that was saved of that."""

    name: str
    root: Path
    source: Path
    project: Project
    saved: Path


@pytest.fixture(scope="module", params=ALL)
def trip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trip]:
    """There and back, once for each maker."""
    folder = tmp_path_factory.mktemp("trip") / "of its own"
    folder.mkdir()
    root, source, saved = folder / "store", made(request.param, folder), folder / "saved.h5"
    for project in load(root, source, "source"):
        run(root, "save", "--quiet", "source", saved)
        yield Trip(request.param, root, source, project, saved)


def check_again(root: Path, project: Project, saved: Path, *options: str) -> None:
    """Loads what was saved, and saves that."""
    run(root, "load", "--quiet", "--strict", saved, "again")
    try:
        assert told(Project(root, "again")) == told(project)
        run(root, "save", "--quiet", *options, "again", saved.parent / "twice.h5")
    finally:
        run(root, "unlink", "again")
    assert (saved.parent / "twice.h5").read_bytes() == saved.read_bytes()


def test_what_was_loaded_is_saved_and_loaded_the_same(trip: Trip) -> None:
    """Types, shapes, order, attributes, aliases and every byte; and a second file is the same as the first."""
    check_again(trip.root, trip.project, trip.saved)


def test_h5py_reads_what_is_in_the_project(trip: Trip) -> None:
    """As it would read the file from which the project came."""
    with h5py.File(trip.saved) as file:
        assert check_group(trip.project, file, "", {}) == set(trip.project.nodes)


def test_h5diff_finds_no_difference(trip: Trip) -> None:
    """Between the two files, but for those whose reasons are in the table; what is empty it does not compare."""
    assert unexplained(trip.name, differences(trip.source, trip.saved)) == set()


@pytest.mark.parametrize(("name", "options"), STYLES)
def test_packed_and_in_chunks_it_is_the_same(tmp_path: Path, name: str, options: tuple[str, ...]) -> None:
    """As without, and to h5diff no other than that."""
    root = tmp_path / "store"
    for project in load(root, made(name, tmp_path), "source"):
        run(root, "save", "--quiet", "source", tmp_path / "plain.h5")
        run(root, "save", "--quiet", *options, "source", tmp_path / "saved.h5")
        check_again(root, project, tmp_path / "saved.h5", *options)
        assert differences(tmp_path / "plain.h5", tmp_path / "saved.h5") == set()


@pytest.mark.parametrize(
    ("name", "options"), [("numbers", ("--native-endian",)), ("outside", ("--external-links", "folder"))]
)
def test_what_was_loaded_by_an_option_is_saved_and_loaded_the_same(
    tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    """Without the option, which has done its work."""
    (tmp_path / "folder").mkdir()
    root, source = tmp_path / "store", made(name, tmp_path / "folder")
    run(root, "load", "--quiet", *options, source, "source")
    try:
        run(root, "save", "--quiet", "source", tmp_path / "saved.h5")
        check_again(root, Project(root, "source"), tmp_path / "saved.h5")
    finally:
        run(root, "unlink", "source")


def test_the_table_in_the_documentation_names_only_what_there_is() -> None:
    """Makers and tests; and there is none without a test of saving but what cannot have one."""
    tests = {path.name for folder in ("tests/hdf5", "bindings", "core/hdf5") for path in (ROOT / folder).rglob("*est*")}
    tests |= {path.name for path in (ROOT / "bindings/rust/cuteshm/tests").iterdir()}
    page = (ROOT / "docs" / "hdf5.md").read_text()
    rows = [
        line.split("|")[1:-1]
        for line in page.partition("## What is tested")[2].partition("## Isolation")[0].splitlines()
    ]
    rows = [[cell.strip() for cell in row] for row in rows if len(row) == 5][2:]
    assert len(rows) > 25
    for name, load_test, save_test, *_ in rows:
        found = re.findall(r"`(\w[\w.]*)`", load_test + save_test)
        assert set(found) <= set(ALL) | tests | {"chopper.nxs"}, name
        assert save_test.startswith(("there and back", "not in the project", "as other data", "-")), name
        assert save_test != "-" or name.startswith("`strict`")


@pytest.mark.parametrize("options", [PLAIN, PACKED])
def test_every_case_of_the_conformance_tests_is_saved(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Loaded again it differs in one thing: HDF5 knows no Fortran order, so elements are in C's."""
    root, cases = tmp_path / "store", tmp_path / "cases.tsv"
    in_c = [line.split("\t") for line in CASES.read_text().splitlines()]
    cases.write_text("".join("\t".join([*f[:4], "C", *f[5:]] if f[0] == "array" else f) + "\n" for f in in_c))
    subprocess.run([CONFORM, "write", root, "cases", CASES], check=True)
    try:
        again(root, "cases", tmp_path / "cases.h5", *options)
        subprocess.run([CONFORM, "read", root, "again", cases], check=True)
    finally:
        run(root, "unlink", "again", "cases")


def test_chunks_are_as_large_as_was_asked_for_and_smaller_when_packed(tmp_path: Path) -> None:
    """Rows of C order, cut from the first dimension on; what is small has no chunks."""
    with h5py.File(tmp_path / "source.h5", "w") as file:
        file["large"] = np.arange(400 * 1000, dtype="<i4").reshape(400, 10, 100)
        file["noise"] = np.random.default_rng(1).integers(0, 256, 100_000, dtype=np.uint8)
        file["small"] = np.arange(10.0)
    root = tmp_path / "store"
    for _ in load(root, tmp_path / "source.h5", "source"):
        for number, (options, chunks) in enumerate(
            [
                (PLAIN, None),
                (PACKED, (262, 10, 100)),
                (("-z9", "-c", "10000"), (2, 10, 100)),
                (("-c3000",), (1, 7, 100)),
                (("-c", "70"), (1, 1, 17)),
            ]
        ):
            path = tmp_path / f"{number}.h5"
            run(root, "save", "--quiet", *options, "source", path)
            with h5py.File(path) as file:
                large = file["large"]
                assert large.chunks == chunks
                assert (large.compression, large.shuffle) == (
                    ("gzip", True) if "-z9" in options or options == PACKED else (None, False)
                )
                assert file["small"].chunks is None
                assert (large[()] == np.arange(400 * 1000).reshape(400, 10, 100)).all()
                if options == PACKED:
                    assert large.id.get_storage_size() < large.nbytes / 5
                    assert file["noise"].id.get_storage_size() <= file["noise"].nbytes
                    assert file["noise"].id.get_chunk_info(0).filter_mask == 2


FAILURES = 24 if os.environ.get("CUTESHM_LONG") == "1" else 8


def limited(size: int) -> Any:
    """What a child does before it is a program: it can write files of that size at most."""

    def set_limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return set_limit


@pytest.mark.parametrize("options", [PLAIN, PACKED])
@pytest.mark.parametrize("old", [None, b"old"])
def test_a_file_that_cannot_be_written_to_its_end_leaves_nothing(
    tmp_path: Path, options: tuple[str, ...], old: bytes | None
) -> None:
    """Wherever the end is: in the data, between, or in what HDF5 writes when it closes the file."""
    root, folder = tmp_path / "store", tmp_path / "folder"
    folder.mkdir()
    for _ in load(root, made("texts", tmp_path), "source"):
        run(root, "save", "--quiet", *options, "source", folder / "whole.h5")
        size = (folder / "whole.h5").stat().st_size
        (folder / "whole.h5").unlink()
        if old is not None:
            (folder / "file.h5").write_bytes(old)
        for at in range(FAILURES):
            limit = at * (size - 1) // (FAILURES - 1)
            words = ("save", "--overwrite", *options, "source", str(folder / "file.h5"))
            result = run(root, *words, check=False, preexec_fn=limited(limit))
            assert (result.returncode, result.stdout) == (1, ""), result.stderr
            assert result.stderr == f"cute-shm: cannot write {folder / 'file.h5'}: File too large\n"
            assert [path.name for path in folder.iterdir()] == ([] if old is None else ["file.h5"])
            assert old is None or (folder / "file.h5").read_bytes() == old


def test_a_full_disk_is_told_by_its_own_exit_status(tmp_path: Path) -> None:
    """And leaves nothing on it."""
    root, disk = tmp_path / "store", tmp_path / "disk"
    disk.mkdir()
    with h5py.File(tmp_path / "source.h5", "w") as file:
        file["large"] = np.zeros(1 << 20, np.uint8)
    script = 'mount -t tmpfs -o size=256k tmpfs "$1" && shift && "$@"; status=$?; ls -A "$DISK"; exit $status'
    for _ in load(root, tmp_path / "source.h5", "source"):
        words = [
            "unshare",
            "--mount",
            *(["--map-root-user"] if os.geteuid() else []),
            "sh",
            "-c",
            script,
            "sh",
            str(disk),
        ]
        command = [*words, str(CLI), "--root", str(root), "save", "source", str(disk / "file.h5")]
        result = subprocess.run(
            command, capture_output=True, text=True, check=False, env=os.environ | {"DISK": str(disk)}
        )
        assert (result.returncode, result.stdout) == (5, ""), result.stderr
        assert result.stderr == f"cute-shm: cannot write {disk}/file.h5: No space left on device\n"


def test_what_is_there_is_not_touched_unless_asked(tmp_path: Path) -> None:
    """Files, folders, devices; and a link to a file is followed."""
    root, there = tmp_path / "store", tmp_path / "there.h5"
    there.write_bytes(b"old")
    there.chmod(0o640)
    (tmp_path / "link.h5").symlink_to(there)
    for _ in load(root, made("numbers", tmp_path), "source"):
        for words, status, message in (
            (("source", there), 4, "is there already"),
            (("--overwrite", "source", tmp_path), 4, "is not a regular file"),
            (("--overwrite", "source", "/dev/null"), 4, "is not a regular file"),
            (("source", tmp_path / "no" / "file.h5"), 3, "no such folder"),
            (("source", f"{tmp_path}/no/"), 1, "is not the name of a file"),
            (("nobody", tmp_path / "new.h5"), 3, "nobody"),
        ):
            result = run(root, "save", *words, check=False)
            assert result.returncode == status
            assert message in result.stderr
        assert there.read_bytes() == b"old"
        run(root, "save", "--overwrite", "source", tmp_path / "link.h5")
        assert (tmp_path / "link.h5").is_symlink()
        assert there.stat().st_mode & 0o777 == 0o640
        assert sorted(path.name for path in tmp_path.iterdir()) == ["link.h5", "source.h5", "store", "there.h5"]
        with h5py.File(there) as file:
            assert len(file["b1"]) == 3


def saving(root: Path, folder: Path, source: Path, *command: str) -> subprocess.Popen[str]:
    """Starts a save that takes long, and waits until there is a file in the folder, which has no name as a rule."""
    words = [*command, CLI, "--root", root, "save", "--overwrite", "--deflate", "9", source.stem, folder / "file.h5"]
    process = subprocess.Popen([str(word) for word in words], stderr=subprocess.PIPE, text=True)
    while process.poll() is None and len(list(folder.iterdir())) < 2:
        files = Path(f"/proc/{process.pid}/fd")
        with contextlib.suppress(OSError):  # it comes and goes
            if any(os.readlink(file).startswith(f"{folder}/#") for file in files.iterdir()):
                break
        time.sleep(0.001)
    return process


@pytest.fixture
def large(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """A store with a project "source" that takes long to save, and a folder with a file."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "file.h5").write_bytes(b"old")
    with h5py.File(tmp_path / "source.h5", "w") as file:
        file["large"] = np.random.default_rng(1).integers(0, 256, 64 << 20, dtype=np.uint8)
    for _ in load(tmp_path / "store", tmp_path / "source.h5", "source"):
        yield tmp_path / "store", tmp_path / "folder"


def test_ctrl_c_leaves_what_was_there(large: tuple[Path, Path], tmp_path: Path) -> None:
    """The first one, wherever the save is."""
    root, folder = large
    with saving(root, folder, tmp_path / "source.h5") as process:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert said == f"cute-shm: saving {folder / 'file.h5'}: cancelled; nothing was created\n"
    assert (folder / "file.h5").read_bytes() == b"old"
    assert [path.name for path in folder.iterdir()] == ["file.h5"]


def test_a_process_that_is_killed_leaves_nothing(large: tuple[Path, Path], tmp_path: Path) -> None:
    """The file has no name until it is whole."""
    root, folder = large
    with saving(root, folder, tmp_path / "source.h5") as process:
        assert [path.name for path in folder.iterdir()] == ["file.h5"]
        process.kill()
    assert process.returncode == -signal.SIGKILL
    assert (folder / "file.h5").read_bytes() == b"old"
    assert [path.name for path in folder.iterdir()] == ["file.h5"]


WITHOUT_PROC = 'mount -t tmpfs tmpfs /proc && exec "$@"'  # which it takes to give a file a name later


def test_where_a_file_needs_a_name_from_the_beginning_it_is_written_all_the_same(
    large: tuple[Path, Path], tmp_path: Path
) -> None:
    """And has only its own at the end, new or in place of another; nothing stays when it is cancelled."""
    root, folder = large
    words = ["unshare", "--mount", *(["--map-root-user"] if os.geteuid() else []), "sh", "-c", WITHOUT_PROC, "sh"]
    with saving(root, folder, tmp_path / "source.h5", *words) as process:
        assert len(list(folder.glob(".cute-shm.*.part"))) == 1
        process.send_signal(signal.SIGINT)
    assert [path.name for path in folder.iterdir()] == ["file.h5"]
    for options in (("--overwrite", folder / "file.h5"), (folder / "new.h5",)):
        command = [*words, CLI, "--root", root, "save", "source", *options]
        result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
        assert "1 array in 0 groups" in result.stdout, result.stderr  # a sanitizer ends badly without /proc
    assert sorted(path.name for path in folder.iterdir()) == ["file.h5", "new.h5"]
    assert (folder / "file.h5").read_bytes() == (folder / "new.h5").read_bytes()

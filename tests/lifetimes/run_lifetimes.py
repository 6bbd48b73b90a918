#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What each way to end leaves: every language, every lifetime, every ending, as owner and as reader.

A worker (live_and_end.c, .py, .jl, and .rs among Rust's examples) publishes or attaches projects, and ends in the way
that a cell of the matrix asks for. Then it is looked at twice. At once: what a process that ran its exit handlers has
to take with it is gone, and what nobody could take away is still there (ENDINGS says which; docs/lifetimes.md tells
users the same). After one call of another process, each of FINDERS in a store of its own: what must be gone is gone,
and what must stay is there, whole. `cute-shm load --lifetime` is a worker, too.

Builds nothing: a program that is not there is a failure. scripts/languages.sh sets the environment.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import h5py
import numpy as np
from lifetime_worker import (
    CASES,
    CLI,
    KEPT,
    LAST,
    PERSISTENT,
    SHM,
    Case,
    Project,
    Worker,
    Wrong,
    cute_shm,
    demand,
    new_project,
    worker,
)

NOT_FOUND, EXISTS = 3, 4  # exit status of cute-shm
LONG = os.environ.get("CUTESHM_LONG") == "1"

# Of a language that starts slowly one process has all lifetimes side by side, unless there is time.
SLOW = () if LONG else ("python", "julia")

# Exit status, and the lifetimes that the process itself brings to their end. Exit handlers do it for both; Python ends
# by a KeyboardInterrupt without them, but lets go of its objects.
ALL, NONE = frozenset({"owner", "last-user"}), frozenset[str]()
Endings = dict[str, tuple[int, frozenset[str]]]
C_ENDINGS: Endings = {
    "return": (0, ALL),
    "error": (1, ALL),
    "exit": (3, ALL),
    "_exit": (4, NONE),
    "abort": (-signal.SIGABRT, NONE),
    "SIGTERM": (-signal.SIGTERM, NONE),
    "SIGINT": (-signal.SIGINT, NONE),
    "SIGHUP": (-signal.SIGHUP, NONE),
    "SIGKILL": (-signal.SIGKILL, NONE),
}
ENDINGS: dict[str, Endings] = {
    "julia": C_ENDINGS | {"SIGTERM": (143, ALL), "SIGINT": (130, ALL)},
    "python": C_ENDINGS | {"SIGINT": (-signal.SIGINT, frozenset({"last-user"}))},
    "rust": C_ENDINGS | {"error": (101, ALL)},
    "c": C_ENDINGS,
}
PROGRAM_ENDINGS: Endings = {
    "SIGTERM": (0, ALL),
    "SIGINT": (0, ALL),
    "SIGHUP": (0, ALL),
    "SIGKILL": (-signal.SIGKILL, NONE),
    "unlink": (0, ALL),
    "overwrite": (0, ALL),
}


# ---- what another process finds


def find_by_list(root: Path, projects: list[Project]) -> None:
    demand(cute_shm(root, "list") == 0, "cute-shm list failed")


def find_by_gc(root: Path, projects: list[Project]) -> None:
    demand(cute_shm(root, "gc") == 0, "cute-shm gc failed")


def find_by_attach(root: Path, projects: list[Project]) -> None:
    for project in projects:
        status = cute_shm(root, "show", project.name)
        demand(status == (0 if project.case.stays else NOT_FOUND), f"{project.case.title}: cute-shm show gave {status}")


def find_by_create(root: Path, projects: list[Project]) -> None:
    """A project that must be gone leaves its name to another, which is removed again; one that must stay keeps it."""
    for project in projects:
        status = cute_shm(root, "load", "--quiet", str(FILE[0]), project.name)
        demand(status == (EXISTS if project.case.stays else 0), f"{project.case.title}: cute-shm load gave {status}")
        if not project.case.stays:
            demand(project.is_there(), f"{project.case.title}: the new project of that name is not there")
            demand(cute_shm(root, "unlink", project.name) == 0, "cute-shm unlink failed")


FINDERS: dict[str, Callable[[Path, list[Project]], None]] = {
    "list": find_by_list,
    "attach": find_by_attach,
    "create": find_by_create,
    "gc": find_by_gc,
}
FILE: list[Path] = []  # an HDF5 file


def look(projects: list[Project], ended: frozenset[str]) -> None:
    """After a worker has ended: at once, after a call of another process, and that what stays can be read."""
    for project in projects:
        wanted = project.case.stays or project.case.lifetime not in ended
        demand(project.is_there() == wanted, f"{project.case.title}: {'not ' * wanted}there at once")
    for root in {project.root for project in projects}:
        here = [project for project in projects if project.root == root]
        FINDERS[root.name](root, here)
        for project in here:
            wanted = project.case.stays
            demand(project.is_there() == wanted, f"{project.case.title}: {'not ' * wanted}there after {root.name}")
    staying = [project for project in projects if project.case.stays]
    with worker("c", "return", "attach", staying) as reader:
        reader.end("return", 0)


def remove(projects: list[Project]) -> None:
    """Those that are persistent are unlinked; then nothing is there any more."""
    for project in projects:
        if project.case == PERSISTENT:
            demand(cute_shm(project.root, "unlink", project.name) == 0, "cute-shm unlink failed")
        demand(not project.is_there(), f"{project.case.title}: there when nobody has it any more")


def in_all_stores(folder: Path, cases: tuple[Case, ...]) -> list[Project]:
    """Of each case one project for each of FINDERS."""
    return [new_project(case, folder / finder) for finder in FINDERS for case in cases]


# ---- cells


def owner_ends(folder: Path, language: str, ending: str, cases: tuple[Case, ...]) -> None:
    """A process ends that has published one project of each case."""
    projects = in_all_stores(folder, cases)
    status, ended = ENDINGS[language][ending]
    with worker(language, ending, "publish", projects) as owner:
        with worker("c", "return", "attach", [project for project in projects if project.case.shared]) as other:
            owner.end(ending, status)
            look(projects, ended)
            other.end("return", 0)
        remove(projects)


def reader_ends(folder: Path, language: str, ending: str, cases: tuple[Case, ...]) -> None:
    """A process ends that has attached what others have: that stays. Of one project it is the last user: that goes."""
    kept = in_all_stores(folder, cases)
    left = in_all_stores(folder, (LAST,))
    status, ended = ENDINGS[language][ending]
    with worker("c", "return", "publish", kept) as keeper:
        with (
            worker("c", "return", "publish", left) as leaver,
            worker(language, ending, "attach", kept + left) as reader,
        ):
            leaver.end("return", 0)
            demand(all(project.is_there() for project in left), "gone with its publisher, though a reader has it")
            reader.end(ending, status)
            look(kept + left, ended)
        keeper.end("return", 0)
        remove(kept)


def program_ends(folder: Path, ending: str, case: Case) -> None:
    """`cute-shm load --lifetime` ends by a signal, or because the project is nobody's any more."""
    status, ended = PROGRAM_ENDINGS[ending]
    projects = in_all_stores(folder, (case,))
    if ending in ("unlink", "overwrite"):
        projects = projects[:1]
    loads = []
    try:
        for project in projects:
            words = ["--root", str(project.root), "load", "--lifetime", case.lifetime, str(FILE[0]), project.name]
            loads.append(Worker([CLI, *words], "the project is held until Ctrl-C\n"))
        with worker("c", "return", "attach", projects if case.shared else []) as other:
            if ending in ("unlink", "overwrite"):
                end_from_outside(ending, projects[0], loads[0])
                return
            for load in loads:
                load.end(ending, status)
            look(projects, ended)
            other.end("return", 0)
        remove(projects)
    finally:
        for load in loads:
            load.stop()


def end_from_outside(ending: str, project: Project, load: Worker) -> None:
    """The program ends by itself when its project is no longer the one it has made."""
    if ending == "unlink":
        demand(cute_shm(project.root, "unlink", project.name) == 0, "cute-shm unlink failed")
    else:
        words = ("load", "--quiet", "--overwrite", str(FILE[0]), project.name)
        demand(cute_shm(project.root, *words) == 0, "cute-shm load --overwrite failed")
    load.end(ending, 0)
    demand(project.is_there() == (ending == "overwrite"), f"{project.case.title}: the wrong one was removed")
    if ending == "overwrite":
        demand(cute_shm(project.root, "unlink", project.name) == 0, "cute-shm unlink failed")


def persistent_load(folder: Path) -> None:
    """`cute-shm load` of a persistent project ends by itself, and leaves it."""
    projects = in_all_stores(folder, (PERSISTENT,))
    for project in projects:
        demand(cute_shm(project.root, "load", "-q", str(FILE[0]), project.name) == 0, "cute-shm load failed")
    look(projects, ALL)
    remove(projects)


Cell = tuple[str, Callable[[Path], None]]


def cells_of(language: str, ending: str) -> Iterator[Cell]:
    """Of a language that starts slowly: all cases in one process."""
    for role, cell, cases in (("owner", owner_ends, CASES), ("reader", reader_ends, KEPT)):
        groups = [cases] if language in SLOW or cell is reader_ends else [(case,) for case in cases]
        for group in groups:
            title = f"{language}, {role}, {ending}: {'; '.join(case.title for case in group)}"
            yield title, lambda folder, cell=cell, group=group: cell(folder, language, ending, group)  # type: ignore[misc]


def all_cells() -> Iterator[Cell]:
    """The slow ones first: they determine how long it takes."""
    for language, endings in ENDINGS.items():
        for ending in endings:
            yield from cells_of(language, ending)
    for ending in PROGRAM_ENDINGS:
        for case in CASES[:4]:
            title = f"cute-shm load, {ending}: {case.title}"
            yield title, lambda folder, ending=ending, case=case: program_ends(folder, ending, case)  # type: ignore[misc]
    yield "cute-shm load: persistent", persistent_load


def run_cell(cell: Cell) -> bool:
    """Prints how it went."""
    title, work = cell
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cute-shm-lifetimes.") as name:
        try:
            work(Path(name).resolve())
        except (Wrong, subprocess.TimeoutExpired, OSError) as problem:
            print(f"FAILED  {title}\n        {problem}", flush=True)
            return False
    print(f"ok      {title}  ({time.monotonic() - began:.1f} s)", flush=True)
    return True


def main() -> int:
    """Runs the cells whose title holds every word of the command line; all of them by default."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # so that no child inherits that it is ignored
    cells = [cell for cell in all_cells() if all(word in cell[0] for word in sys.argv[1:])]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cute-shm-lifetimes.") as folder:
        FILE.append(Path(folder) / "file.h5")
        with h5py.File(FILE[0], "w") as file:
            file["a"] = np.arange(6.0)
        with ThreadPoolExecutor(max_workers=(os.cpu_count() or 1) + 1) as pool:
            results = list(pool.map(run_cell, cells))
    left = list(SHM.glob(f"cute-shm.life-{os.getpid()}-*"))
    for segment in left:
        print(f"left behind: {segment}")
        segment.unlink(missing_ok=True)
    seconds = time.monotonic() - began
    print(f"{results.count(True)} passed, {results.count(False)} failed, {len(left)} left behind, {seconds:.0f} s")
    return 0 if results and all(results) and not left else 1


if __name__ == "__main__":
    sys.exit(main())

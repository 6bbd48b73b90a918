#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The conformance matrix: each language writes cases.tsv as a project, each language reads all of them.

Every write and read is a process of its own. Then each reader gets a description with planted differences and must
report every one of them, so that a reader that compares nothing cannot pass. At last each language makes the project
sealed and hands its descriptor over, and each attaches that when the writer is gone. Builds nothing: a program that is
not there is a failure. Programs are looked for in a build tree, unless named by an option or by CONFORM_C,
CONFORM_PYTHON, CONFORM_RUST, CONFORM_JULIA (a command line each).
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = ("c", "python", "rust", "julia")
HERE = Path(__file__).resolve().parent
TOP = HERE.parents[1]
SECONDS = 300


@dataclass(frozen=True)
class Setting:
    """Where everything is, for one run of the matrix."""

    commands: dict[str, list[str]]
    cli: Path
    root: Path
    cases: Path
    planted: Path
    sealed: Path
    environment: dict[str, str]

    def project(self, writer: str) -> str:
        return f"conform-{os.getpid()}-{writer}"


@dataclass(frozen=True)
class Outcome:
    """One write or read; `problem` is empty when all was well."""

    title: str
    problem: str


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    build = os.environ.get("CUTESHM_BUILD_DIR", str(TOP / "build" / "release"))
    parser.add_argument("--build", type=Path, default=Path(build), help="build tree (%(default)s)")
    parser.add_argument("--cases", type=Path, default=HERE / "cases.tsv", help="description (%(default)s)")
    for language in LANGUAGES:
        parser.add_argument(f"--{language}", metavar="COMMAND", help=f"the conform program of {language}")
    return parser.parse_args()


def first_there(*candidates: Path) -> str:
    """The first of the paths that exists; the first of all when none does."""
    return str(next((path for path in candidates if path.exists()), candidates[0]))


def default_command(language: str, build: Path) -> list[str]:
    if language == "c":
        return [str(build / "bin" / "conform")]
    if language == "python":
        return [first_there(TOP / ".venv" / "bin" / "python", Path(sys.executable)), str(HERE / "conform.py")]
    if language == "rust":
        target = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "bindings" / "rust" / "target"))
        return [first_there(*(target / profile / "examples" / "conform" for profile in ("release", "debug")))]
    package = TOP / "bindings" / "julia" / "CuteShm"
    return ["julia", "--startup-file=no", f"--project={package}", str(HERE / "conform.jl")]


def command(language: str, options: argparse.Namespace) -> list[str]:
    named = getattr(options, language) or os.environ.get(f"CONFORM_{language.upper()}")
    return shlex.split(named) if named else default_command(language, options.build)


def child_environment(build: Path, root: Path) -> dict[str, str]:
    """Everybody's store is ours, and Julia finds the library of the build tree."""
    environment = dict(os.environ, CUTE_SHM_ROOT=str(root))
    environment.setdefault("CUTESHM_LIBRARY", str(build / "lib" / "libcuteshm.so"))
    return environment


def records(cases: Path) -> list[list[str]]:
    lines = cases.read_text(encoding="utf-8").split("\n")
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


# A sealed project is the same bytes in another kind of memory, read by the same code: its matrix takes what is quick to
# read. Structured types hold fields of all kinds, the nest has groups and attributes, others are larger than a page.
SEALED = ("structured", "nest", "page%20C", "page%20F")


def select_sealed(cases: Path, sealed: Path) -> None:
    """Writes the part of the description that is sealed."""
    lines = ["\t".join(record) for record in records(cases) if record[1].split("/")[0] in SEALED]
    sealed.write_text("\n".join(lines) + "\n", encoding="utf-8")


def summary(cases: Path) -> str:
    """What a reader says when all is well."""
    kinds = [record[0] for record in records(cases)]
    return f"ok {kinds.count('array')} arrays, {kinds.count('attr')} attributes, {kinds.count('group')} groups"


# ---- planted differences


def change(index: int, old: str, new: str) -> Callable[[list[str]], list[list[str]]]:
    """Replaces the first `old` in a field of the record."""

    def apply(record: list[str]) -> list[list[str]]:
        if old not in record[index]:
            raise ValueError(f"{record[1]}: no {old!r} to replace: plant another difference")
        return [[*record[:index], record[index].replace(old, new, 1), *record[index + 1 :]]]

    return apply


def drop(record: list[str]) -> list[list[str]]:
    return []


def add_another(record: list[str]) -> list[list[str]]:
    return [record, [record[0], record[1] + "x", *record[2:]]]


# What to plant: kind of record, its path, its name (of an attribute), how to change it, what the reader must name.
PLANTED: tuple[tuple[str, str, str, Callable[[list[str]], list[list[str]]], str], ...] = (
    ("array", "types/S1", "", change(5, "=a", "=b"), "types/S1"),
    ("array", "types/V5", "", change(5, "04", "05"), "types/V5"),
    ("array", "types/b1", "", change(5, "1 0 1", "1 1 1"), "types/b1"),
    ("array", "structured/flat", "", change(5, "-0.0", "0.0"), "structured/flat"),
    ("array", "structured/sub-arrays", "", change(5, "-32768", "-32767"), "structured/sub-arrays"),
    ("array", "structured/none", "", change(3, "0", "0,1"), "structured/none"),
    ("array", "shapes/f8/1-d", "", change(2, "<f8", ">f8"), "shapes/f8/1-d"),
    ("array", "shapes/f8/0-d", "", change(3, "-", "1"), "shapes/f8/0-d"),
    ("array", "shapes/u1/2-d%20F", "", change(4, "F", "C"), "shapes/u1/2-d F"),
    ("array", "shapes/S2/2-d%20C", "", change(3, "3,4", "4,3"), "shapes/S2/2-d C"),
    ("array", "nest/x", "", drop, "nest/x"),
    ("array", "nest/a/b/x", "", add_another, "nest/a/b/xx"),
    ("group", "nest/empty", "", drop, "nest/empty"),
    ("group", "nest/a/b/c", "", add_another, "nest/a/b/cx"),
    ("attr", "attributes/array", "2-d", change(5, "0 1", "1 1"), "2-d"),
    ("attr", "attributes/array", "many", change(4, "300", "150,2"), "many"),
    ("attr", "empty", "note", drop, "note"),
    ("attr", "", "title", change(5, "=c", "=C"), "title"),
)


def plant(cases: Path, planted: Path) -> None:
    """Writes the description with the differences."""
    wanted = {(kind, path, name): apply for kind, path, name, apply, _ in PLANTED}
    lines: list[str] = []
    for record in records(cases):
        key = (record[0], record[1], record[2] if record[0] == "attr" else "")
        apply = wanted.pop(key, None)
        changed = apply(record) if apply else [record]
        lines += ["\t".join(one) for one in changed]
    if wanted:
        raise ValueError(f"cases.tsv has no {sorted(wanted)}: plant other differences")
    planted.write_text("\n".join(lines) + "\n", encoding="utf-8")


# ---- running


def run(
    setting: Setting, language: str, action: str, project: str, cases: Path, fd: int | None = None
) -> tuple[int, str]:
    """Exit code and output of one program; -1 where it cannot be run or does not end. It inherits `fd`."""
    place = str(setting.root) if fd is None else str(fd)
    words = [*setting.commands[language], action, place, project, str(cases)]
    try:
        done = subprocess.run(
            words,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=SECONDS,
            check=False,
            env=setting.environment,
            pass_fds=() if fd is None else (fd,),
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return -1, f"{shlex.join(words)}: {error}"
    return done.returncode, done.stdout.decode("utf-8", "replace")


def write(setting: Setting, writer: str) -> Outcome:
    code, text = run(setting, writer, "write", setting.project(writer), setting.cases)
    return Outcome(f"{writer} writes", "" if code == 0 else f"exit code {code}\n{text}")


def read(setting: Setting, writer: str, reader: str) -> Outcome:
    code, text = run(setting, reader, "read", setting.project(writer), setting.cases)
    return read_outcome(setting.cases, f"{reader} reads what {writer} wrote", code, text)


def read_outcome(cases: Path, title: str, code: int, text: str) -> Outcome:
    well = code == 0 and text.splitlines()[-1:] == [summary(cases)]
    wanted = f"wanted exit code 0 and {summary(cases)!r}, found exit code {code} and\n"
    return Outcome(title, "" if well else wanted + text)


def read_planted(setting: Setting, writer: str, reader: str) -> Outcome:
    code, text = run(setting, reader, "read", setting.project(writer), setting.planted)
    missed = [said for *_, said in PLANTED if said not in text]
    if code == 1 and not missed:
        return Outcome(f"{reader} sees planted differences", "")
    wanted = f"wanted exit code 1 and all differences, found exit code {code}; not reported: {missed}\n"
    return Outcome(f"{reader} sees planted differences", wanted + text)


def take_descriptor(setting: Setting, writer: str) -> int:
    """A descriptor of the project that the writer made sealed, when the writer has ended: nobody else has it then."""
    words = [*setting.commands[writer], "seal", str(setting.root), setting.project(writer), str(setting.sealed)]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, env=setting.environment, text=True) as process:
        assert process.stdout is not None
        watchdog = threading.Timer(SECONDS, process.kill)
        watchdog.start()
        try:
            path = process.stdout.readline().strip()
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC) if path else -1
        finally:
            _, errors = process.communicate()
            watchdog.cancel()
    if process.returncode != 0 or fd < 0:
        raise OSError(f"exit code {process.returncode}, descriptor {path!r}\n{errors}")
    return fd


def attach(setting: Setting, writer: str, reader: str, fd: int) -> Outcome:
    code, text = run(setting, reader, "attach", setting.project(writer), setting.sealed, fd)
    return read_outcome(setting.sealed, f"{reader} attaches what {writer} sealed", code, text)


def hand_over(setting: Setting, writer: str) -> list[Outcome]:
    """One line of the matrix of sealed projects: the writer, then each reader."""
    title = f"{writer} seals"
    try:
        fd = take_descriptor(setting, writer)
    except OSError as error:
        return [
            Outcome(title, str(error)),
            *(Outcome(f"{reader} attaches", "nothing to attach") for reader in LANGUAGES),
        ]
    try:
        return [Outcome(title, ""), *(attach(setting, writer, reader, fd) for reader in LANGUAGES)]
    finally:
        os.close(fd)


@contextmanager
def cleaned_up(setting: Setting) -> Iterator[list[Outcome]]:
    """Unlinks all projects at the end; what is left behind is a failure, in the list."""
    problems: list[Outcome] = []
    try:
        yield problems
    finally:
        for writer in LANGUAGES:
            subprocess.run(
                [setting.cli, "unlink", setting.project(writer)],
                env=setting.environment,
                capture_output=True,
                check=False,
            )
        left = [path.name for path in Path("/dev/shm").glob(f"cute-shm.{setting.project('*')}.*")]
        if left:
            problems.append(Outcome("nothing is left in shared memory", f"found {left}"))


def print_matrix(corner: str, cells: dict[tuple[str, str], Outcome]) -> None:
    print(corner + "".join(f"{reader:>9}" for reader in LANGUAGES))
    for writer in LANGUAGES:
        marks = ("FAILED" if cells[writer, reader].problem else "ok" for reader in LANGUAGES)
        print(f"{writer:<{len(corner)}}" + "".join(f"{mark:>9}" for mark in marks))


def matrix(setting: Setting) -> list[Outcome]:
    """All outcomes. Two processes at a time."""
    pairs = [(writer, reader) for writer in LANGUAGES for reader in LANGUAGES]
    with cleaned_up(setting) as problems, ThreadPoolExecutor(max_workers=2) as pool:
        writes = list(pool.map(lambda writer: write(setting, writer), LANGUAGES))
        reads = list(pool.map(lambda pair: read(setting, *pair), pairs))
        # What the others read is what C wrote; each reader also sees the differences in that.
        planted = list(pool.map(lambda reader: read_planted(setting, "c", reader), LANGUAGES))
    print_matrix("writer \\ reader", dict(zip(pairs, reads, strict=True)))
    return [*writes, *reads, *planted, *problems]


def sealed_matrix(setting: Setting) -> list[Outcome]:
    """All outcomes of sealed projects, which are in no store and leave nothing there."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        lines = list(pool.map(lambda writer: hand_over(setting, writer), LANGUAGES))
    pairs = [(writer, reader) for writer in LANGUAGES for reader in LANGUAGES]
    print_matrix("sealed \\ reader", dict(zip(pairs, (cell for line in lines for cell in line[1:]), strict=True)))
    left = [path.name for path in setting.root.iterdir()]
    left += [path.name for path in Path("/dev/shm").glob(f"cute-shm.{setting.project('*')}.*")]
    nothing = Outcome("sealed projects are in no store", f"found {left}" if left else "")
    return [*(outcome for line in lines for outcome in line), nothing]


def main() -> int:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="cute-shm-conform.") as folder:
        setting = Setting(
            commands={language: command(language, options) for language in LANGUAGES},
            cli=options.build / "bin" / "cute-shm",
            root=Path(folder) / "store",
            cases=options.cases.resolve(),
            planted=Path(folder) / "planted.tsv",
            sealed=Path(folder) / "sealed.tsv",
            environment=child_environment(options.build.resolve(), Path(folder) / "store"),
        )
        plant(setting.cases, setting.planted)
        select_sealed(setting.cases, setting.sealed)
        outcomes = [*matrix(setting), *sealed_matrix(setting)]
    failed = [outcome for outcome in outcomes if outcome.problem]
    for outcome in failed:
        print(f"\n--- {outcome.title}: {outcome.problem[:4000]}")
    print(f"{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

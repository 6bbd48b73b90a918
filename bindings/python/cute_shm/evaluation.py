# SPDX-License-Identifier: MIT
"""The program `cute-shm-evaluate`: what it costs and brings to share the data of an HDF5 file."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import NoReturn

from ._errors import Error
from ._evaluate import KINDS, EvaluationError, Job, Measurement, available_memory, common_datasets, loaded, measure
from ._evaluate_report import mebibytes, print_report
from ._evaluate_svg import svg
from ._store import Store
from ._units import plural

READERS = (1, 5, 10, 15)

_DESCRIPTION = """\
Loads an HDF5 file into shared memory, lets 1, 5, 10 and 15 processes read it at the same time, each with a copy of its
own that h5py read ("direct") or all of them attached to the one ("shared"), and prints how fast they read and what
memory they take. In the end the project is removed.
"""
_EPILOG = """\
One iteration reads one element of every dataset, at a random place. Memory is the proportional set size (PSS) of all
readers together once they have read, with all pages of their data touched: a page that n of them share counts once.
"of it data" leaves out what they took before they had data: the interpreter and its modules.
"""


def evaluate(
    file: str | os.PathLike[str],
    project: str,
    iterations: int = 5000,
    readers: Sequence[int] = READERS,
    store: Store | None = None,
) -> tuple[str, list[Measurement]]:
    """Measures readers of a file, with a copy for each and with one for all.

    Args:
        file: an HDF5 file.
        project: what to call it in shared memory for the time of the evaluation.
        iterations: how often each reader reads an element of every dataset.
        readers: numbers of processes that read at the same time.
        store: where the project is put for that time; the default store if None.

    Returns:
        A title that tells what was read, and the measurements. Direct readers whose data would not fit into the
        machine's memory are left out, with a line on stderr.

    Raises:
        EvaluationError: h5py is not installed, or a reader failed.
        cute_shm.Error: the file cannot be loaded, or a project of that name exists.
    """
    _require_h5py()
    path = os.fspath(file)
    store = Store() if store is None else store
    measurements = []
    with loaded(store, path, project) as opened:
        paths = common_datasets(opened, path)
        nbytes = sum(opened[name].nbytes for name in paths)
        for kind in KINDS:
            job = Job(kind, path, str(store.root), project, paths, iterations)
            for count in readers:
                if kind == "shared" or _fits(count, nbytes):
                    measurements.append(measure(job, count))
    return f"{os.path.basename(path)}: {plural(len(paths), 'dataset')}, {mebibytes(nbytes)}", measurements


def _require_h5py() -> None:
    try:
        import h5py  # noqa: F401, PLC0415  direct readers need it, nothing else does
    except ImportError as error:
        raise EvaluationError(
            f"the readers that this compares with read the file with h5py, which cannot be imported ({error}): "
            "pip install h5py"
        ) from None


def _fits(count: int, nbytes: int) -> bool:
    wanted, free = count * nbytes, available_memory()
    if wanted > free:
        print(
            f"{count} direct readers are left out: their data would take {mebibytes(wanted)} of memory, "
            f"and {mebibytes(free)} are free",
            file=sys.stderr,
        )
    return wanted <= free


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the program; gives its exit status: 0, 1 (failed), 130 (Ctrl-C); 2, wrong usage, is raised by argparse."""
    arguments = _parser().parse_args(argv)
    try:
        with _terminable():
            title, measurements = evaluate(arguments.hdf5_file, arguments.project_name, arguments.iterations)
        print_report(title, measurements)
        if arguments.plot:
            with open(arguments.plot, "w", encoding="utf-8") as file:
                file.write(svg(title, measurements))
    except (Error, EvaluationError, OSError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Error: interrupted; the project is removed", file=sys.stderr)
        return 130
    return 0


evaluation = main  # its name in cute-shm 1.2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="cute-shm-evaluate", description=_DESCRIPTION, epilog=_EPILOG)
    parser.add_argument("hdf5_file", help="path of the HDF5 file")
    parser.add_argument("project_name", help="what to call it in shared memory for this time; no project has that name")
    parser.add_argument(
        "--iterations", type=_positive, default=5000, metavar="N", help="of every reader (default: %(default)s)"
    )
    parser.add_argument("--plot", metavar="FILE.svg", help="also draw a picture")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is not at least 1")
    return number


@contextmanager
def _terminable() -> Iterator[None]:
    """Makes SIGTERM an exception, so that readers and project are removed then, too."""

    def end(number: int, frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    before = None
    with suppress(ValueError):  # not in the main thread: whoever is there decides
        before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)

#!/usr/bin/env python3
"""Every file includes only what its layer may use (design: layers), and no file name occurs twice.

The library's files are named after the noun they own, and the nouns stand in layers: a file may include its own layer
and those below. A file of no noun in the table is a finding, so the table is complete.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import gate

# From the bottom up. A noun's files are noun.*, noun_<part>.* and their tests.
LAYERS = (
    ("used by all", "error utf8 hash counter pool text"),
    ("the operating system", "platform"),
    ("handles", "handle"),
    ("the model", "json typestring descr dtype format tree"),
    ("how it is written down", "index layout decimal manifest"),
    ("what the library does", "store project publish lease mapping builder attachment array listing"),
    ("the C ABI", "api"),
)
LEVELS = {noun: level for level, (_, nouns) in enumerate(LAYERS) for noun in nouns.split()}

# The C library without the operating system: the model and the rest of the library see no more than this.
C_HEADERS = {
    f"{name}.h"
    for name in (
        *("assert", "ctype", "errno", "float", "inttypes", "limits", "math", "stdalign", "stdarg", "stdatomic"),
        *("stdbool", "stddef", "stdint", "stdio", "stdlib", "string"),
    )
}
PUBLIC_HEADERS = {"cuteshm/cuteshm.h", "cuteshm/hdf5.h"}

# What single nouns need of other libraries. The platform may include anything.
OTHER_HEADERS = {"hash": {"xxhash.h"}, "manifest": {"yaml.h"}}
# libcuteshm_hdf5 has no platform of its own: a mutex around HDF5, a look at the file, a clock for the progress.
HDF5_HEADERS = {"hdf5.h", "fcntl.h", "pthread.h", "sys/stat.h", "time.h", "unistd.h"}
# And these two units are compiled into it.
HDF5_NOUNS = {"error", "utf8"}

# Calls of the C library that reach the operating system, and those no library should make.
SYSTEM_CALLS = re.compile(
    r"\b(fopen|freopen|tmpfile|remove|rename|system|time|clock|"
    r"printf|puts|putchar|perror|exit|abort|signal|raise|srand|rand)\s*\("
)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.MULTILINE)
COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"', re.DOTALL)


@dataclass
class Source:
    """A file, and where it stands."""

    path: Path  # from the root
    text: str

    @property
    def is_test(self) -> bool:
        """Tests may use the system as they like."""
        return self.path.suffix in {".cpp", ".hpp"}

    @property
    def includes(self) -> list[str]:
        """What it includes, in either kind of brackets."""
        return INCLUDE.findall(self.text)

    def within(self, folder: str) -> bool:
        """Whether it lies in or below a folder."""
        return Path(folder) in self.path.parents


def noun_of(stem: str) -> str | None:
    """The noun that owns a file: the longest one its name begins with."""
    stem = stem.removesuffix("_test")
    owners = [noun for noun in LEVELS if stem == noun or stem.startswith(noun + "_")]
    return max(owners, key=len, default=None)


def core_faults(source: Source) -> gate.Findings:
    """The rules of libcuteshm's own files."""
    noun = noun_of(source.path.stem)
    if noun is None:
        return [f"{source.path}: no noun in the table of {Path(__file__).name} owns it"]
    findings = []
    for name in source.includes:
        other = noun_of(Path(name).stem) if "/" not in name else None
        if other is not None and LEVELS[other] > LEVELS[noun]:
            findings.append(
                f"{source.path}: includes {name}, which is above it: "
                f"'{LAYERS[LEVELS[other]][0]}' over '{LAYERS[LEVELS[noun]][0]}'"
            )
        free = noun == "platform" or source.is_test
        if other is None and not free and name not in C_HEADERS | PUBLIC_HEADERS | OTHER_HEADERS.get(noun, set()):
            findings.append(f"{source.path}: includes {name}, which '{noun}' may not use")
    return findings if noun == "platform" else findings + call_faults(source)


def hdf5_faults(source: Source, neighbours: set[str]) -> gate.Findings:
    """The rules of libcuteshm_hdf5's files."""
    findings = []
    for name in source.includes:
        shared = "/" not in name and noun_of(Path(name).stem) in HDF5_NOUNS
        known = neighbours | C_HEADERS | PUBLIC_HEADERS | HDF5_HEADERS
        if not shared and not source.is_test and name not in known:
            findings.append(f"{source.path}: includes {name}, which the HDF5 loader may not use")
    return findings + call_faults(source)


def call_faults(source: Source) -> gate.Findings:
    """Calls of the system outside the platform."""
    if source.is_test:
        return []
    code = COMMENT_OR_STRING.sub(" ", source.text)
    return [f"{source.path}: calls {name}(), which only the platform may" for name in SYSTEM_CALLS.findall(code)]


def user_faults(source: Source, private: set[str]) -> gate.Findings:
    """The rules of those who are users of the library like any other."""
    return [
        f"{source.path}: includes {name}; here only the public headers may be used"
        for name in source.includes
        if Path(name).name in private or name == "hdf5.h"
    ]


def faults(root: Path, paths: list[Path]) -> gate.Findings:
    """Looks at all files (given from the root) of a repository."""
    all_sources = [Source(path, (root / path).read_text(encoding="utf-8")) for path in paths]
    private = {source.path.name for source in all_sources if source.within("core/src") or source.within("core/hdf5")}
    neighbours = {source.path.name for source in all_sources if source.within("core/hdf5")}
    findings = []
    for source in all_sources:
        if source.within("core/src"):
            findings += core_faults(source)
        elif source.within("core/hdf5"):
            findings += hdf5_faults(source, neighbours)
        elif not source.within("core"):
            findings += user_faults(source, private)
    for name, count in Counter(path.name for path in paths).items():
        if count > 1:
            findings.append(f"{name}: {count} files have this name: {[str(p) for p in paths if p.name == name]}")
    return findings


def check(_: argparse.Namespace) -> gate.Findings:
    """Looks at the repository."""
    return faults(gate.ROOT, [path.relative_to(gate.ROOT) for path in gate.sources(".c", ".h", ".cpp", ".hpp", ".i")])


GOOD = {
    "core/src/store.c": '#include "tree.h"\n#include <stdio.h>\n/* printf( */\n',
    "core/src/store_test.cpp": '#include "store.h"\n#include <unistd.h>\n',
    "core/src/platform_linux.c": '#include "error.h"\n#include <sys/mman.h>\n',
    "core/hdf5/h5load.c": '#include "utf8.h"\n#include <hdf5.h>\n',
    "core/include/cuteshm/cuteshm.h": "#include <stdint.h>\n",
    "cli/main.c": "#include <cuteshm/hdf5.h>\n#include <unistd.h>\n",
}
BAD = {
    "a lower layer that includes a higher one": ("core/src/dtype.c", '#include "store.h"'),
    "a test that does": ("core/src/utf8_test.cpp", '#include "tree.h"'),
    "a file of no noun": ("core/src/misc.c", ""),
    "a Linux header outside the platform": ("core/src/index.c", "#include <sys/mman.h>"),
    "HDF5 in the core": ("core/src/array.c", "#include <hdf5.h>"),
    "a system call outside the platform": ("core/src/lease.c", "void f(void) { rename(a, b); }"),
    "output from a library": ("core/hdf5/h5text.c", 'void f(void) { printf("x"); }'),
    "a private header of the core in the loader": ("core/hdf5/h5tree.c", '#include "tree.h"'),
    "a private header in the program": ("cli/show.c", '#include "tree.h"'),
    "a private header in an API test": ("tests/api/tree_api_test.cpp", '#include "../../core/src/tree.h"'),
    "HDF5 in the program": ("cli/load.c", "#include <hdf5.h>"),
    "a name that occurs twice": ("tests/api/store.c", ""),
}


def self_test(_: argparse.Namespace) -> gate.Findings:
    """A tree that keeps the rules passes, and each fault added to it is found, and only that."""
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)

        def judge(files: dict[str, str]) -> gate.Findings:
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text)
            return faults(root, [Path(name) for name in files])

        good = GOOD | {"core/src/tree.h": "", "core/src/store.h": ""}
        missed += [f"a good file is refused: {finding}" for finding in judge(good)]
        for fault, (name, text) in BAD.items():
            found = judge(good | {name: text + "\n"})
            if len(found) != 1:
                missed.append(f"{fault}: one finding expected: {found}")
    return missed


if __name__ == "__main__":
    gate.main(__doc__, check, self_test)

#!/usr/bin/env python3
"""The shared libraries export exactly the names of their golden lists, under a soname that is the ABI number alone.

And libcuteshm does not need HDF5: those who only attach never load it.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import abi
import gate


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the libraries."""
    parser.add_argument("cuteshm", type=Path, help="libcuteshm.so")
    parser.add_argument("cuteshm_hdf5", type=Path, help="libcuteshm_hdf5.so")


def exported(library: Path) -> set[str]:
    """The names a library gives to others; the version node itself ("A") is none."""
    lines = gate.output(gate.tool("nm"), "-D", "--defined-only", "--format=posix", library).splitlines()
    return {line.split("@")[0].split()[0] for line in lines if line.split()[1] != "A"}


def dynamic(library: Path, tag: str) -> list[str]:
    """The strings of one kind (SONAME, NEEDED) in a library's dynamic section."""
    text = gate.output(gate.tool("readelf"), "--dynamic", "--wide", library)
    return re.findall(rf"\({tag}\).*\[(.+)\]", text)


def compare(name: str, golden: set[str], found: set[str]) -> gate.Findings:
    """Tells which names are gone and which are new."""
    return [f"lib{name} does not export {symbol}" for symbol in sorted(golden - found)] + [
        f"lib{name} exports {symbol}, which is not in {abi.SYMBOLS[name]}" for symbol in sorted(found - golden)
    ]


def check(options: argparse.Namespace) -> gate.Findings:
    """Compares both libraries."""
    findings = []
    number = abi.golden()["constants"]["CSHM_ABI_VERSION"]
    for name, path in (("cuteshm", options.cuteshm), ("cuteshm_hdf5", options.cuteshm_hdf5)):
        findings += compare(name, set(abi.golden_text(abi.SYMBOLS[name]).split()), exported(path))
        if dynamic(path, "SONAME") != [f"lib{name}.so.{number}"]:
            findings.append(f"{path}: its soname is {dynamic(path, 'SONAME')}, not lib{name}.so.{number}")
    hdf5 = [library for library in dynamic(options.cuteshm, "NEEDED") if "hdf5" in library]
    return findings + [f"libcuteshm needs {library}" for library in hdf5]


def self_test(options: argparse.Namespace) -> gate.Findings:
    """A name too many and a name too few are each seen in the real library."""
    found = exported(options.cuteshm)
    removed = compare("cuteshm", found | {"cshm_gone"}, found)
    added = compare("cuteshm", found - {"cshm_version"}, found)
    missed = [] if len(removed) == 1 and "cshm_gone" in removed[0] else [f"a missing name passes: {removed}"]
    return missed + ([] if len(added) == 1 and "cshm_version" in added[0] else [f"an added name passes: {added}"])


if __name__ == "__main__":
    gate.main(__doc__, check, self_test, arguments)

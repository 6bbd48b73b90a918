#!/usr/bin/env python3
"""What is installed can be used: from CMake, by pkg-config, and on the command line, wherever the tree is moved to."""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
from pathlib import Path

import abi
import gate

# A user's program; it fails unless header and library are of one version.
PROGRAM = """
#include <cuteshm/hdf5.h>
#include <stdio.h>
#include <string.h>
int main(void) {
  printf("%s with HDF5 %s\\n", cshm_version(), cshm_hdf5_version());
  return strcmp(cshm_version(), CSHM_VERSION_STRING) != 0 || cshm_abi_version() != CSHM_ABI_VERSION;
}
"""
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(user LANGUAGES C)
find_package(cuteshm 2.0 REQUIRED COMPONENTS hdf5)
add_executable(user user.c)
target_link_libraries(user PRIVATE cuteshm::cuteshm_hdf5)
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the build folder."""
    parser.add_argument("--build", type=Path, required=True, help="build folder to install from")


def attempt(*command: str | Path, **environment: str) -> gate.Findings:
    """Runs a command that should succeed."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, env=os.environ | environment)
    except FileNotFoundError:
        return [f"{words[0]} is not there"]
    return [] if done.returncode == 0 else [f"{' '.join(words)}: {done.stdout}{done.stderr}"]


def use_from_cmake(prefix: Path, work: Path) -> gate.Findings:
    """Builds and runs the program with find_package."""
    build = work / "build"
    (work / "CMakeLists.txt").write_text(PROJECT)
    return (
        attempt("cmake", "-S", work, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix}")
        or attempt("cmake", "--build", build)
        or attempt(build / "user")
    )


def use_from_pkg_config(folder: Path, work: Path) -> gate.Findings:
    """Builds and runs the program with the .pc files in a folder."""
    done = subprocess.run(
        [gate.tool("pkg-config"), "--cflags", "--libs", "cuteshm_hdf5"],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PKG_CONFIG_PATH": str(folder)},
    )
    if done.returncode != 0:
        return [f"pkg-config finds nothing usable in {folder}: {done.stderr}"]
    flags = done.stdout.split()
    folders = ":".join(flag.removeprefix("-L") for flag in flags if flag.startswith("-L"))
    program = work / "pkg-config-user"
    return attempt(gate.tool("cc"), work / "user.c", "-o", program, *flags) or attempt(program, LD_LIBRARY_PATH=folders)


def load_a_file(prefix: Path, work: Path) -> gate.Findings:
    """Loads one as users do, in isolation: the program for that is found from where the library lies."""
    file = gate.ROOT / "bindings/rust/cuteshm/tests/data/small.h5"
    program, name = prefix / "bin" / "cute-shm", f"install-{os.getpid()}"
    store = {"CUTE_SHM_ROOT": str(work / "store"), "CUTE_SHM_HDF5_LOADER": ""}
    return attempt(program, "load", file, name, **store) or attempt(program, "unlink", name, **store)


def use(prefix: Path) -> gate.Findings:
    """Uses an installed tree in every way."""
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / "user.c").write_text(PROGRAM)
        pc_files = sorted(prefix.rglob("cuteshm.pc"))
        findings = use_from_cmake(prefix, work)
        findings += use_from_pkg_config(pc_files[0].parent, work) if pc_files else [f"{prefix} has no cuteshm.pc"]
        findings += attempt(prefix / "bin" / "cute-shm", "version")
        for name in ("hdf5", "list", "unlink"):
            findings += attempt(prefix / "bin" / f"cute-shm-{name}", "--help")
        return findings + load_a_file(prefix, work)


def check(options: argparse.Namespace) -> gate.Findings:
    """Installs, moves the tree, uses it; and uses the build tree by its own .pc files."""
    with tempfile.TemporaryDirectory() as folder:
        first, moved, work = Path(folder, "first"), Path(folder, "moved"), Path(folder, "work")
        work.mkdir()
        (work / "user.c").write_text(PROGRAM)
        findings = attempt("cmake", "--install", options.build, "--prefix", first)
        if findings:
            return findings
        first.rename(moved)
        return use(moved) + use_from_pkg_config(options.build / "pkgconfig", work)


def self_test(options: argparse.Namespace) -> gate.Findings:
    """An installation without its headers, its libraries, or the program that reads in isolation, is not usable."""
    missed = []
    number = abi.golden()["constants"]["CSHM_ABI_VERSION"]
    for lost, least in ("cuteshm.h", 2), (f"libcuteshm.so.{number}", 2), ("cuteshm-hdf5-load", 1):
        with tempfile.TemporaryDirectory() as folder:
            prefix = Path(folder)
            gate.output("cmake", "--install", options.build, "--prefix", prefix)
            for path in prefix.rglob(lost):
                path.unlink()
            if len(use(prefix)) < least:
                missed.append(f"an installation without {lost} passes")
    return missed


if __name__ == "__main__":
    gate.main(__doc__, check, self_test, arguments)

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs what the documentation shows: every program of docs/examples, and every piece of code in the pages.

Programs: each language's `produce` makes a project, and the four `attach` must print the same of it; `sealed_produce`
hands one over to the four `sealed_attach`. Pages: the pieces of a page run in its order, in a store and a folder of
their own; a piece that is no whole program gets what it needs around it. Builds nothing but the pieces; what is missing
is a failure. scripts/languages.sh sets the environment.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("CUTESHM_BUILD_DIR", TOP / "build" / "release")).resolve()
CARGO_TARGET = Path(os.environ.get("CARGO_TARGET_DIR", TOP / "build" / "cargo")).resolve()
PYTHON = str(TOP / "build" / "python-env" / "bin" / "python")
JULIA = ["julia", "--startup-file=no", f"--project={TOP / 'bindings' / 'julia' / 'CuteShm'}"]
EXAMPLES = TOP / "docs" / "examples"
LANGUAGES = ("c", "python", "rust", "julia")
PAGES = ("README.md", "docs/quickstart.md", "docs/lifetimes.md", "docs/manifests.md")
SECONDS = 600


@dataclass(frozen=True)
class Snippet:
    """A piece of code of a page: its language, its text, and the line where it begins."""

    page: str
    line: int
    language: str
    text: str

    @property
    def title(self) -> str:
        return f"{self.page}:{self.line} ({self.language})"


class Failed(Exception):
    """A program that did not do what the page promises; the text says what it said."""


def run(words: list[str], folder: Path, environment: dict[str, str]) -> str:
    """What a program printed; Failed if it did not end well."""
    try:
        done = subprocess.run(
            words, cwd=folder, env=environment, capture_output=True, timeout=SECONDS, check=False, text=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(str(error)) from error
    if done.returncode != 0:
        raise Failed(f"{' '.join(words)}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def environment_of(folder: Path) -> dict[str, str]:
    """A store of one's own, and the build tree's programs and libraries."""
    found = dict(os.environ, CUTE_SHM_ROOT=str(folder / "store"), CARGO_TARGET_DIR=str(CARGO_TARGET))
    found["PATH"] = f"{BUILD / 'bin'}:{found['PATH']}"
    found.setdefault("CUTESHM_LIB_DIR", str(BUILD / "lib"))
    found.setdefault("CUTESHM_INCLUDE_DIR", str(TOP / "core" / "include"))
    found.setdefault("CUTESHM_LIBRARY", str(BUILD / "lib" / "libcuteshm.so"))
    return found


def unlink_all(folder: Path, environment: dict[str, str]) -> None:
    """Gives back the memory of every project that is still there."""
    for manifest in (folder / "store").glob("cute-shm.*.*"):
        name = manifest.name.removeprefix("cute-shm.").rsplit(".", 1)[0]
        subprocess.run(["cute-shm", "unlink", name], env=environment, capture_output=True, check=False)


# ---- programs


def example(name: str, language: str) -> list[str]:
    """How a program of docs/examples is run."""
    return {
        "c": [str(BUILD / "bin" / f"example-{name}")],
        "python": [PYTHON, str(EXAMPLES / f"{name}.py")],
        "rust": [str(CARGO_TARGET / "debug" / "examples" / name)],
        "julia": [*JULIA, str(EXAMPLES / f"{name}.jl")],
    }[language]


def check_programs(producer: str, folder: Path, environment: dict[str, str]) -> None:
    """What one language produces, all four see alike."""
    project = f"example-{producer}-{os.getpid()}"
    run([*example("produce", producer), project], folder, environment)
    seen = {language: run([*example("attach", language), project], folder, environment) for language in LANGUAGES}
    if not re.search(r"^crc32 \S.* [0-9a-f]{8}$", seen["c"], re.MULTILINE):
        raise Failed(f"attach.c did not print a checksum but:\n{seen['c']}")
    for language, text in seen.items():
        if text != seen["c"]:
            raise Failed(f"attach in c printed\n{seen['c']}\nand in {language}\n{text}")


def check_sealed(folder: Path, environment: dict[str, str]) -> None:
    """What is sealed, all four attach by its descriptor; with its producer it is gone, as nobody else holds it."""
    words = [PYTHON, str(EXAMPLES / "sealed_produce.py"), "frame"]
    with subprocess.Popen(words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as producer:
        assert producer.stdout is not None
        path = producer.stdout.readline().strip()
        for language in LANGUAGES:
            said = run([*example("sealed_attach", language), path], folder, environment)
            if said != "sum 499500\n":
                raise Failed(f"sealed_attach in {language} printed {said!r}")
        producer.communicate(timeout=SECONDS)
    if producer.returncode != 0 or os.path.lexists(path):
        raise Failed(f"sealed_produce.py ended with {producer.returncode}, and {path} must be gone")
    if (folder / "store").exists():
        raise Failed("a sealed project is in no store, and there is one")


# ---- pages


def snippets(page: str) -> list[Snippet]:
    """All pieces of code of a page but those that call ./dev, which call this test."""
    found = []
    text = (TOP / page).read_text(encoding="utf-8")
    for match in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        snippet = Snippet(page, text.count("\n", 0, match.start()) + 1, match[1], match[2])
        if snippet.language != "text" and "./dev " not in snippet.text:
            found.append(snippet)
    return found


def run_sh(snippet: Snippet, folder: Path, environment: dict[str, str]) -> None:
    run(["sh", "-euc", snippet.text], folder, environment)


def run_python(snippet: Snippet, folder: Path, environment: dict[str, str]) -> None:
    # What a reader has at hand: some data.
    around = "import numpy as np\njoints = np.ones((1000, 7))\n"
    run([PYTHON, "-W", "error", "-c", around + snippet.text], folder, environment)


C_AROUND = """#include <cuteshm/cuteshm.h>
#include <stdio.h>
int main(void) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store = {0};
  cshm_attachment attachment = {0};
  cshm_array array = {0};
  cshm_store_open(NULL, NULL, &store, &err);
  /* what is on the page */
  %s
  if (err.status != CSHM_OK) fprintf(stderr, "%%s\\n", err.message);
  return err.status != CSHM_OK%s;
}
"""


def c_program(text: str) -> str:
    """A whole program, which also looks whether a piece that reads an array got one."""
    found = " || view.nbytes == 0" if "cshm_array_view view" in text else ""
    return text if "int main" in text else C_AROUND % (text, found)


def run_c(snippet: Snippet, folder: Path, environment: dict[str, str]) -> None:
    source = folder / "snippet.c"
    source.write_text(c_program(snippet.text), encoding="utf-8")
    flags = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-Wno-unused-variable", f"-I{TOP / 'core' / 'include'}"]
    library = [f"-L{BUILD / 'lib'}", "-lcuteshm", f"-Wl,-rpath,{BUILD / 'lib'}"]
    run(["cc", *flags, str(source), "-o", str(folder / "snippet"), *library], folder, environment)
    run([str(folder / "snippet")], folder, environment)


RUST_AROUND = """#![allow(unused)]
use cuteshm::{Result, Store};
fn main() -> Result<()> {
    %s
    Ok(())
}
"""
RUST_MANIFEST = """[package]
name = "snippet-of-the-documentation"
version = "0.0.0"
edition = "2021"
[dependencies]
cuteshm = {{ path = "{crate}" }}
[workspace]
"""


def run_rust(snippet: Snippet, folder: Path, environment: dict[str, str]) -> None:
    workspace = TOP / "bindings" / "rust"
    package = folder / "rust"
    (package / "src").mkdir(parents=True, exist_ok=True)
    (package / "Cargo.toml").write_text(RUST_MANIFEST.format(crate=workspace / "cuteshm"), encoding="utf-8")
    # The workspace's own versions, which are here already.
    shutil.copy(workspace / "Cargo.lock", package)
    text = snippet.text if "fn main" in snippet.text else RUST_AROUND % snippet.text
    (package / "src" / "main.rs").write_text(text, encoding="utf-8")
    # A reader's program has no rpath into our build tree, and an installed library needs none.
    words = ["cargo", "run", "--quiet", "--offline", "--manifest-path", str(package / "Cargo.toml")]
    run(words, folder, {**environment, "LD_LIBRARY_PATH": str(BUILD / "lib")})


def run_julia(snippet: Snippet, folder: Path, environment: dict[str, str]) -> None:
    run([*JULIA, "-e", "using CuteShm\n" + snippet.text], folder, environment)


RUNNERS: dict[str, Callable[[Snippet, Path, dict[str, str]], None]] = {
    "sh": run_sh,
    "python": run_python,
    "c": run_c,
    "rust": run_rust,
    "julia": run_julia,
}


def run_snippet(snippet: Snippet, folder: Path, environment: dict[str, str]) -> None:
    if snippet.language not in RUNNERS:
        raise Failed(f"nobody knows how to run {snippet.language!r}: call it text, or teach this test")
    RUNNERS[snippet.language](snippet, folder, environment)


def real_file() -> Path:
    """A real HDF5 file, for the pages' recording.h5."""
    code = 'import importlib.util as u; print(*u.find_spec("nexusformat").submodule_search_locations)'
    return Path(run([PYTHON, "-c", code], TOP, dict(os.environ)).strip()) / "examples" / "chopper.nxs"


# ---- all of it


def attempt(title: str, work: Callable[[], None]) -> bool:
    try:
        work()
    except Failed as failed:
        print(f"FAILED  {title}\n{failed}", flush=True)
        return False
    print(f"ok      {title}", flush=True)
    return True


def check_page(page: str) -> list[bool]:
    with tempfile.TemporaryDirectory(prefix="cute-shm-examples.") as name:
        folder = Path(name)
        environment = environment_of(folder)
        shutil.copy(real_file(), folder / "recording.h5")
        found = snippets(page)
        languages = {snippet.language for snippet in found}
        results = [attempt(f"{page} has a piece for everyone", lambda: require_languages(languages))]
        for snippet in found:
            results.append(attempt(snippet.title, lambda s=snippet: run_snippet(s, folder, environment)))  # type: ignore[misc]
        unlink_all(folder, environment)
    return results


def require_languages(found: set[str]) -> None:
    missing = set(RUNNERS) - found
    if missing:
        raise Failed(f"there is none for {sorted(missing)}: were the pieces found at all?")


def check_in_store(title: str, check: Callable[[Path, dict[str, str]], None]) -> bool:
    """Runs a check in a folder and a store of its own."""
    with tempfile.TemporaryDirectory(prefix="cute-shm-examples.") as name:
        folder = Path(name)
        environment = environment_of(folder)
        result = attempt(title, lambda: check(folder, environment))
        unlink_all(folder, environment)
    return result


def main() -> int:
    results = [
        check_in_store(
            f"what {producer} produces, all four attach alike",
            lambda folder, environment, producer=producer: check_programs(producer, folder, environment),  # type: ignore[misc]
        )
        for producer in LANGUAGES
    ]
    results.append(check_in_store("what is sealed, all four attach by its descriptor", check_sealed))
    for page in PAGES:
        results += check_page(page)
    print(f"{results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())

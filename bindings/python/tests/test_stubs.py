# SPDX-License-Identifier: MIT
"""The stubs of the two modules that SWIG makes name exactly what is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import ModuleType

import cute_shm
import pytest
from cute_shm import _core, _hdf5

REPOSITORY = Path(__file__).resolve().parents[3]
PACKAGE = REPOSITORY / "bindings" / "python" / "cute_shm"


def names_of_stub(path: Path) -> set[str]:
    names: set[str] = set()
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            names.add(statement.name)
        elif isinstance(statement, ast.AnnAssign):
            assert isinstance(statement.target, ast.Name)
            names.add(statement.target.id)
    return names


@pytest.mark.parametrize("module", [_core, _hdf5])
def test_a_stub_names_what_its_module_has(module: ModuleType) -> None:
    there = {name for name in dir(module) if not name.startswith("__") and not name.lower().startswith("swig")}
    assert names_of_stub(PACKAGE / f"{module.__name__.rpartition('.')[2]}.pyi") == there


def test_every_function_of_the_headers_is_wrapped_or_left_out_by_name() -> None:
    headers = REPOSITORY / "core" / "include" / "cuteshm"
    declared = set()
    for header in headers.glob("*.h"):
        declared |= set(re.findall(r"^CSHM_API [^;(]*?(\w+)\(", header.read_text(encoding="utf-8"), re.MULTILINE))
    assert len(declared) > 30
    interface = (REPOSITORY / "bindings" / "swig" / "python.i").read_text(encoding="utf-8")
    left_out = set(re.findall(r"^%ignore (cshm_\w+);", interface, re.MULTILINE))
    wrapped = {name for module in (_core, _hdf5) for name in dir(module) if name.startswith("cshm_")}
    assert wrapped | left_out == declared
    assert not wrapped & left_out


def test_versions_agree() -> None:
    assert cute_shm.__version__ == _core.CSHM_VERSION_STRING == _core.cshm_version()
    assert _core.cshm_abi_version() == _core.CSHM_ABI_VERSION
    assert re.fullmatch(r"\d+\.\d+\.\d+", _hdf5.cshm_hdf5_version())
    assert _core.cshm_status_name(_core.CSHM_ERR_NOT_FOUND) == "CSHM_ERR_NOT_FOUND"


def test_the_package_says_that_it_is_typed() -> None:
    assert (Path(cute_shm.__file__).parent / "py.typed").exists()

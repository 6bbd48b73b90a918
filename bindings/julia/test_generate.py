#!/usr/bin/env python3
"""The generator of the Julia layer: what is checked in is what it writes, and it refuses what it cannot translate.

SPDX-License-Identifier: MIT
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import generate  # noqa: E402

START = "#define CSHM_ABI_VERSION 0\n"


def translate(declarations: str, abi: str = START) -> str:
    """The Julia module of a small header."""
    with tempfile.TemporaryDirectory() as name:
        include, interfaces = Path(name).resolve() / "include", Path(name).resolve() / "swig"
        include.mkdir()
        interfaces.mkdir()
        (include / "small.h").write_text(abi + declarations, encoding="utf-8")
        interface = "%module small\n%include <stdint.i>\n%include <small.h>\n"
        (interfaces / "small.i").write_text(interface, encoding="utf-8")
        target = generate.Target("small.h", "small.i", "Small", "libsmall")
        return generate.generate(target, include=include, interfaces=interfaces)


class Drift(unittest.TestCase):
    def test_what_is_checked_in_is_what_the_generator_writes(self) -> None:
        command = [sys.executable, str(HERE / "generate.py"), "--check"]
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_without_swig_it_fails(self) -> None:
        # An interpreter without a swig beside it, and an empty PATH.
        script = "import generate, sys; sys.executable = '/nowhere/python'; sys.exit(generate.main())"
        command = [sys.executable, "-c", script, "--check"]
        run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE, env={"PATH": "/nowhere"})
        self.assertEqual(run.returncode, 1)
        self.assertIn("no swig", run.stderr)


class Translation(unittest.TestCase):
    def test_a_function(self) -> None:
        text = translate("int32_t f(const char *name, void *end, const int64_t *shape, char *buffer);\n")
        arguments = "name::Cstring, end_::Ptr{Cvoid}, shape::Ptr{Int64}, buffer::Ptr{Cchar}"
        self.assertIn(f"f(name, end_, shape, buffer) =\n    @ccall library.f({arguments})::Int32\n", text)

    def test_an_enum_is_a_cint(self) -> None:
        text = translate("typedef enum color { RED = 1, BLUE = 0x10 } color;\ncolor paint(color wanted);\n")
        self.assertIn("const color = Cint\nconst RED = color(1)\nconst BLUE = color(0x10)\n", text)
        self.assertIn("paint(wanted::color)::color", text)

    def test_a_handle_by_value(self) -> None:
        text = translate("typedef struct box { uint64_t id; } box;\nvoid shut(box handle);\n")
        self.assertIn("struct box\n    id::UInt64\nend\n", text)
        self.assertIn("shut(handle::box)::Cvoid", text)

    def test_an_init_macro_is_a_constructor(self) -> None:
        text = translate(
            "typedef struct a { uint32_t size; uint32_t n; const char *s; void *p; char text[8]; } a;\n"
            "#define A_INIT \\\n  {sizeof(a), 7, NULL, NULL, {0}}\n"
        )
        self.assertIn("a() = a(sizeof(a), 7, Cstring(C_NULL), C_NULL, ntuple(_ -> Cchar(0), 8))", text)

    def test_a_callback(self) -> None:
        text = translate("typedef int32_t (*tell)(void *user, uint64_t done);\nvoid go(tell how);\n")
        self.assertIn("esc(:(@cfunction($f, Int32, (Ptr{Cvoid}, UInt64,))))", text)
        self.assertIn("go(how::tell)::Cvoid", text)


class Refusal(unittest.TestCase):
    def refuses(self, declarations: str, reason: str, abi: str = START) -> None:
        with self.assertRaisesRegex(generate.UntranslatableError, reason):
            translate(declarations, abi)

    def test_a_union(self) -> None:
        self.refuses("typedef union u { int a; float b; } u;\n", "u: a union")

    def test_a_bit_field(self) -> None:
        self.refuses("typedef struct s { unsigned int a : 3; } s;\n", "s.a: a bit-field")

    def test_a_variable_number_of_arguments(self) -> None:
        self.refuses("int f(const char *format, ...);\n", "f: a variable number")

    def test_a_type_it_does_not_know(self) -> None:
        self.refuses("long double f(int x);\n", "no Julia type")
        self.refuses("int f(struct other *x);\n", "no Julia type")

    def test_a_parameter_without_a_name(self) -> None:
        self.refuses("int f(int);\n", "f: a parameter without a name")

    def test_a_struct_of_a_size_without_an_init_macro(self) -> None:
        self.refuses("typedef struct a { uint32_t size; } a;\n", "a: it begins with its size")

    def test_an_init_macro_of_another_length(self) -> None:
        self.refuses("typedef struct a { uint32_t size; int b; } a;\n#define A_INIT {sizeof(a)}\n", "has 1")

    def test_an_init_macro_without_a_struct(self) -> None:
        self.refuses("#define B_INIT {0}\n", "B_INIT")

    def test_a_constant_that_swig_drops(self) -> None:
        self.refuses("#define LOST UINT64_C(5)\n", "LOST")

    def test_an_enum_value_that_is_not_written_out(self) -> None:
        self.refuses("typedef enum e { A, B } e;\n", "A: ")

    def test_a_variable(self) -> None:
        self.refuses("extern int counter;\n", "counter: neither")

    def test_a_macro_with_parameters(self) -> None:
        self.refuses("#define TWICE(x) ((x) * 2)\n", "TWICE: a macro with parameters")

    def test_a_header_without_an_abi_version(self) -> None:
        self.refuses("int f(int x);\n", "no CSHM_ABI_VERSION", abi="")


if __name__ == "__main__":
    unittest.main()

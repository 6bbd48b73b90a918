# SPDX-License-Identifier: MIT
"""Makes projects for the tests of the format, through the C library and no binding: ctypes."""

import ctypes as c
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

BUILD = Path(os.environ.get("CUTESHM_BUILD_DIR", Path(__file__).parents[2] / "build" / "release"))

CASES = Path(__file__).parents[1] / "conformance" / "cases.tsv"
FORMATS = ("", "yaml", "toml")
LIFETIMES = ("persistent", "owner", "last-user")


def write_cases(root: Path, name: str, syntax: str) -> Path:
    """The manifest of a project that the C conformance program made of all cases."""
    environment = os.environ | {"CUTE_SHM_MANIFEST": syntax}
    subprocess.run([BUILD / "bin" / "conform", "write", root, name, CASES], check=True, env=environment)
    return root / f"cute-shm.{name}.{syntax}"


class Handle(c.Structure):
    _fields_ = (("id", c.c_uint64),)


class Error(c.Structure):
    _fields_ = (
        ("size", c.c_uint32),
        ("status", c.c_int32),
        ("sys_errno", c.c_int32),
        ("reserved", c.c_uint32),
        ("message", c.c_char * 1008),
    )


class StoreOptions(c.Structure):
    _fields_ = (("size", c.c_uint32), ("manifest", c.c_uint32), ("prefix", c.c_char_p))


class BuilderOptions(c.Structure):
    _fields_ = (
        ("size", c.c_uint32),
        ("overwrite", c.c_uint32),
        ("lifetime", c.c_uint32),
        ("sealed", c.c_uint32),
        ("producer", c.c_char_p),
    )


class Library:
    """libcuteshm: calls raise where the status is not 0."""

    def __init__(self) -> None:
        self.library = c.CDLL(str(BUILD / "lib" / "libcuteshm.so"))

    def call(self, name: str, *arguments: Any) -> None:
        error = Error(size=c.sizeof(Error))
        if getattr(self.library, name)(*arguments, c.byref(error)) != 0:
            raise RuntimeError(f"{name}: {error.message.decode()}")

    def converted(self, text: bytes, source: str, target: str) -> bytes:
        """A manifest or layout as the library reads it in one syntax and writes it in another."""
        manifest, length = Handle(), c.c_size_t()
        formats = [c.c_uint32(FORMATS.index(syntax)) for syntax in (source, target)]
        self.call("cshm_manifest_parse", text, c.c_size_t(len(text)), formats[0], None, c.byref(manifest))
        try:
            self.library.cshm_manifest_text(manifest, formats[1], None, c.byref(length), None)
            length.value += 1
            buffer = c.create_string_buffer(length.value)
            self.call("cshm_manifest_text", manifest, formats[1], buffer, c.byref(length))
        finally:
            self.call("cshm_manifest_close", manifest)
        return buffer.raw[: length.value]


class Project:
    """A project being made, whose manifest will be "yaml" or "toml"; a sealed one will have none."""

    def __init__(self, root: Path, name: str, syntax: str, sealed: bool = False, lifetime: str = "persistent") -> None:
        self.library = Library()
        self.name = name.encode()
        self.store, self.builder = Handle(), Handle()
        options = StoreOptions(c.sizeof(StoreOptions), FORMATS.index(syntax), None)
        self.library.call("cshm_store_open", os.fsencode(root), c.byref(options), c.byref(self.store))
        made = BuilderOptions(c.sizeof(BuilderOptions), 0, LIFETIMES.index(lifetime), sealed, None)
        self.library.call("cshm_builder_open", self.store, self.name, c.byref(made), c.byref(self.builder))

    def group(self, path: str) -> None:
        self.library.call("cshm_builder_group", self.builder, path.encode())

    def array(self, path: str, dtype: str, shape: Sequence[int], order: int = 0) -> int:
        number = c.c_uint32()
        lengths = (c.c_int64 * len(shape))(*shape)
        self.library.call("cshm_builder_array", self.builder, path.encode(), dtype.encode(), c.c_uint32(len(shape)),
                          lengths, c.c_uint32(order), c.byref(number))  # fmt: skip
        return number.value

    def alias(self, path: str, array: int) -> None:
        self.library.call("cshm_builder_alias", self.builder, path.encode(), c.c_uint32(array))

    def attribute(self, path: str, name: str, dtype: str, shape: Sequence[int], data: bytes) -> None:
        lengths = (c.c_int64 * len(shape))(*shape)
        self.library.call("cshm_builder_attribute", self.builder, path.encode(), name.encode(), dtype.encode(),
                          c.c_uint32(len(shape)), lengths, data, c.c_uint64(len(data)))  # fmt: skip

    def text(self, path: str, name: str, value: str) -> None:
        """An attribute that is a string."""
        data = value.encode("utf-32-le")
        self.attribute(path, name, f"<U{len(value)}", [], data)

    def note(self, kind: int, key: str, text: str) -> None:
        self.library.call("cshm_builder_note", self.builder, c.c_uint32(kind), key.encode(), text.encode())

    def allocate(self) -> None:
        self.library.call("cshm_builder_allocate", self.builder)

    def write(self, array: int, data: bytes) -> None:
        self.library.call("cshm_builder_write", self.builder, c.c_uint32(array), c.c_uint64(0), data,
                          c.c_uint64(len(data)))  # fmt: skip

    def publish(self, keep: bool = False) -> Path:
        """Returns the path of the manifest. What is kept is attached until this process ends."""
        attachment = c.byref(Handle()) if keep else None
        self.library.call("cshm_builder_publish", self.builder, attachment)
        path, length = c.create_string_buffer(4096), c.c_size_t(4096)
        self.library.call("cshm_store_manifest", self.store, self.name, path, c.byref(length))
        return Path(os.fsdecode(path.value))

    def seal(self) -> int:
        """Returns a descriptor, which the caller closes."""
        attachment, descriptor = Handle(), c.c_int32()
        self.library.call("cshm_builder_publish", self.builder, c.byref(attachment))
        self.library.call("cshm_attachment_export_fd", attachment, c.byref(descriptor))
        self.library.call("cshm_detach", attachment)
        self.library.call("cshm_store_close", self.store)
        return descriptor.value

    def unlink(self) -> None:
        self.library.call("cshm_unlink", self.store, self.name)
        self.library.call("cshm_store_close", self.store)


# ---- strings that parsers take for something else, or that they stumble over

LOOKS_LIKE_SOMETHING = ["no", "yes", "on", "~", "null", "true", "1e3", "0x10", "010", "1_000", "1:30", "2024-01-01",
                        "-", "?", ":", "<<", "=", "!!str", "&a", "*a", "%TAG", "---", "...", "#", " ", "a: b", "[1]",
                        "{a: b}", '"', "'", "\\", "\\n", " a ", "a #b", "|", ">", "@", "`", ".nan", "NaT"]  # fmt: skip


def characters() -> list[str]:
    """All of Unicode's first plane but surrogates and NUL, and some of the others, in strings of 500."""
    codes = [code for code in range(1, 0x10000) if not 0xD800 <= code < 0xE000]
    codes += [plane * 0x10000 + low for plane in range(1, 17) for low in (0, 1, 0x7FFF, 0xF600, 0xFFFE, 0xFFFF)]
    return ["".join(map(chr, codes[at : at + 500])) for at in range(0, len(codes), 500)]


def add_texts(project: Project) -> list[str]:
    """Declares all these strings in every place that a string can have, and returns them."""
    texts = LOOKS_LIKE_SOMETHING + characters()
    for number, text in enumerate(texts):
        project.text("", str(number), text)
        project.text("", "name " + text, "x")
        project.note(1, text, text)
        project.note(2, text, "because")
        project.group("g/" + text.replace("/", "")[:250])
    return texts

# SPDX-License-Identifier: MIT
"""Bytes and seconds in words for people."""

from __future__ import annotations


def human_bytes(nbytes: float) -> str:
    """Bytes by powers of 1024: ``976.6 KiB``."""
    for unit in ("bytes", "KiB", "MiB", "GiB", "TiB"):
        if nbytes < 1024 or unit == "TiB":
            break
        nbytes /= 1024
    return f"{nbytes:.0f} bytes" if unit == "bytes" else f"{nbytes:.1f} {unit}"


def human_seconds(seconds: float) -> str:
    """A time in whole seconds, rounded up: ``0:02``, ``1:02:03``."""
    minutes, rest = divmod(int(-(-seconds // 1)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def plural(count: int, noun: str, plural_noun: str = "") -> str:
    """A count with its noun: ``1 array``, ``10,000 arrays``."""
    return f"{count:,} {noun if count == 1 else plural_noun or noun + 's'}"

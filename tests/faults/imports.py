#!/usr/bin/env python3
"""The shim has every function by which our libraries reach the system or the heap: a new one cannot slip by."""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

# What cannot fail for want of anything, or only tells what the process knows already.
HARMLESS = re.compile(
    r"""_ITM_.* | __gmon_start__ | __cxa_.* | __errno_location | __libc_single_threaded | __tls_get_addr
    | _dl_find_object | abort | clock_gettime | free | getenv | gete?[ug]id | getpid | getrlimit | gmtime_r | nanosleep
    | closedir | umask | sysconf | mem(chr|cmp|cpy|move|set) | qsort | v?snprintf | str(chr|c?spn|n?len|n?cmp|rchr|str)
    | strtok_r | strerror | strerror_r | strto(d|f|l|ul|ull) | strftime | __xpg_strerror_r | ldexp | _*pthread_.*
    | lseek(64)? | __register_atfork | __stack_chk_fail | __v?snprintf_chk | __mem(cpy|move|set)_chk""",
    re.VERBOSE,
)
# Only static parts of C++'s own library call these, and not in what we use of it.
CPP = re.compile(
    r"""__(iswctype|nl_langinfo|str|wcs|tow|wctype).*_l | .*wc.* | wmem.* | mb.* | .*locale | iconv.* | .*gettext
    | bind_textdomain_codeset | btowc | __ctype_get_mb_cur_max | sprintf | strtold_l | f(putc|puts|write) | stderr""",
    re.VERBOSE,
)
# Users and groups are looked up in whatever the system is set up with: not a call that we could count.
LOOKED_UP = re.compile(r"getgr(nam|gid)_r | getgrouplist | getpwuid_r | getgroups", re.VERBOSE)
# Of loads in isolation: what only changes memory, and what only the other process calls, which has a shim of its own.
ISOLATION = re.compile(
    r"""posix_spawn(_file_actions_destroy | attr_(destroy|set.*)) | dladdr | secure_getenv | _*environ | strsignal
    | sig(emptyset|fillset|addset) | setrlimit | getppid | prctl | closefrom | signal | _exit""",
    re.VERBOSE,
)
FOREIGN = re.compile(r"(H5|libdeflate_|yaml_|cshm_|XXH|__asan|__ubsan|__sanitizer|__tsan|__sancov|__interceptor)")


def symbols(path: Path, *options: str) -> set[str]:
    """Names in a file's dynamic table, without versions."""
    output = subprocess.run(["nm", "-D", *options, str(path)], check=True, capture_output=True, text=True).stdout
    return {line.split()[-1].partition("@")[0] for line in output.splitlines()}


def forgotten(program: Path, library: Path) -> set[str]:
    """What a library imports that the shim in the program does not have, and that is not known to be harmless."""
    imports = symbols(library, "--undefined-only") - symbols(program, "--defined-only")
    known = (HARMLESS, CPP, LOOKED_UP, ISOLATION)
    return {name for name in imports if not FOREIGN.match(name) and not any(one.fullmatch(name) for one in known)}


def main() -> int:
    """Compares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", type=Path)
    parser.add_argument("library", type=Path, nargs="+")
    arguments = parser.parse_args()
    shimmed = symbols(arguments.program, "--defined-only")
    if missing := {"openat", "malloc", "linkat", "fcntl"} - shimmed:
        print(f"{arguments.program}: the shim's functions do not take the place of {sorted(missing)}", file=sys.stderr)
        return 1
    bad = {path: forgotten(arguments.program, path) for path in arguments.library}
    for path, names in bad.items():
        if names:
            print(f"{path}: imports {sorted(names)}: let the shim have them, or say here why not", file=sys.stderr)
    return 1 if any(bad.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

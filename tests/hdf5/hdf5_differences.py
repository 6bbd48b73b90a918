# SPDX-License-Identifier: MIT
"""What h5diff tells of a file that was loaded and the one that was saved of it, by maker and path, and why.

A path may be a glob. Of all other makers it must tell nothing.
"""

from __future__ import annotations

import re
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path

SKIPPED = "it was skipped, and told when it was loaded"
SOFT = "soft links have become hard ones; a group behind one is there twice"
AGAIN = "a second path to a group is a group of its own"
COLUMNS = "records, and sequences of what has no fixed size, are groups of columns: docs/format.md"
ARRAY = "an array type has become dimensions"
NO_DTYPE = "a named datatype without a dtype stays a group"
ORDER = "fields are in the order of their offsets"
ODD = "numbers of odd widths are what they were made"
BOOL = "a bool is of 8 bits, whatever it was"
ONE = "one sequence in an attribute is an array"
TEXT = "text in compounds of attributes is of fixed width"
LATIN = "text that is not UTF-8 is bytes of fixed width in an attribute, and of any in a dataset"
REGION = "a region reference is a path"
LOST = "a reference that leads nowhere is null"
ELSEWHERE = "what lay in other files is in this one"

UNNAMED = "what h5diff does not name"

REFERENCES = {
    "/dangling": LOST,
    "dangling of </group/é data>": LOST,
    "region": REGION,
    "sequence": ONE,
    "/pairs*": COLUMNS,
    "/regions": REGION,
    "/some regions": REGION,
}
DIFFERENT: dict[str, dict[str, str]] = {
    "anndata_file": {"/uns/ranked*": COLUMNS},
    "arrays": dict.fromkeys(("vector", "/chunked", "/double", "/vectors"), ARRAY),
    "chunk_shapes": {UNNAMED: "h5diff is without lzf, which comes with h5py"},
    "compounds": {"/backwards": ORDER},
    "datatypes": {"/pair": NO_DTYPE, "/text": NO_DTYPE},
    "layouts": {"/needs it": SKIPPED},
    "links": dict.fromkeys(("/a/soft*", "/aa soft first", "/soft group*", "/soft to soft", "/words softly"), SOFT)
    | dict.fromkeys(("/a/b/up", "/bad*", "/dangling", "/itself", "/root", "/soft root"), SKIPPED)
    | {"/zz/group again*": AGAIN},
    "names": {"/latin *": SKIPPED, "/mmm*": SKIPPED},
    "nested": dict.fromkeys(("/lists*", "/many*", "/never rows*", "/no rows*", "/one row*", "/paths*"), COLUMNS)
    | dict.fromkeys(("/records*", "/rows*", "/words*", "linked of </>"), COLUMNS)
    | {"one record": TEXT, "records": TEXT, "/triples": ARRAY},
    "nested_attributes": {UNNAMED: "h5diff crashes"},
    "netcdf4": {"/list_type": NO_DTYPE},
    "nexus": {"/entry/data/x": SOFT, "/entry/sample*": SOFT, "/entry/instrument/*": AGAIN},
    "nwb": {"target of </intervals/epochs/tags_index>": COLUMNS, "/intervals/epochs/timeseries*": COLUMNS},
    "odd_numbers": {"/bool8": BOOL, "/long double": ODD, "/odd": ODD, "/n16": SKIPPED, "/time": SKIPPED},
    "outside": dict.fromkeys(("/of its own", "/of others", "/of virtual"), ELSEWHERE)
    | dict.fromkeys(("/behind it", "/file link", "/raw above", "/raw lost", "/virtual *"), SKIPPED),
    "pytables": {"/soft": SOFT, "/soft_group*": SOFT},
    "references": REFERENCES,
    "references_behind_user_block": REFERENCES,
    "short_addresses": {"/refs": SKIPPED, "/regions": SKIPPED},
    "superblock_1": {"/regions": REGION},
    "sequences": {"one": ONE},
    "strings": dict.fromkeys(("mixed", "variable latin", "/latin"), LATIN),
    "texts": {UNNAMED: SKIPPED},  # an attribute
    "unusual_fields": {"/odd*": COLUMNS, "/again*": COLUMNS, "odd": TEXT, "/clash": SKIPPED},
    "user_defined_links": dict.fromkeys(("/own", "/group/own", "/softly", "/behind it"), SKIPPED),
    "virtual": dict.fromkeys(("/as long", "/blocks", "/runs", "/whole"), ELSEWHERE)
    | dict.fromkeys(("/all lost", "/lost *", "/no *", "/own", "/own words", "/of virtual", "/row of lost"), ELSEWHERE)
    | dict.fromkeys(("/as long as nothing", "/words of others"), SKIPPED),
}
# Objects that are in one of the files, and the words in which h5diff tells the rest.
PATTERNS = (
    r"^    x           (/.*?) *$",
    r"^           x    (/.*?) *$",
    r"Not comparable: <(.+?)> (?:is|has|or <.*> is of mixed)",
    r"^(?:dataset|attribute): <(.+)> and <.*>\n[1-9]\d* differences found",
    r"Different object types referenced: <(.+?>?)> and",
    r"<(/[^<>]*)> or <[^<>]*> is a virtual dataset",
)


def told_by(option: str, source: Path, saved: Path) -> tuple[str, int]:
    """What h5diff says, and its exit status."""
    run = subprocess.run(["h5diff", option, source, saved], capture_output=True, check=False)
    return run.stdout.decode("utf-8", "replace"), run.returncode


def differences(source: Path, saved: Path) -> set[str]:
    """What h5diff names. With -v it tells of what is in one file only, too, and crashes over dangling references."""
    output, status = told_by("-c", source, saved)
    text = output + told_by("-v", source, saved)[0].partition("\n\n")[0]
    found = {name for pattern in PATTERNS for name in re.findall(pattern, text, re.MULTILINE)}
    found = {name for name in found if f"<{name}> is an empty dataset" not in output}
    return found or ({UNNAMED} if status else set())


def unexplained(name: str, found: set[str]) -> set[str]:
    """What no line of the table is about, and lines about nothing."""
    lines = DIFFERENT.get(name, {})
    told = {path for path in found if not any(fnmatchcase(path, line) for line in lines)}
    return told | {line for line in lines if not any(fnmatchcase(path, line) for path in found)}

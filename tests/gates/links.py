#!/usr/bin/env python3
"""Every relative link of a page leads to a file of the repository, and to a heading that is there."""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path

import gate

CODE = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)
ELSEWHERE = re.compile(r"[a-z]+:")


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them; of two that are alike, the second ends in -1."""
    found: set[str] = set()
    for heading in HEADING.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        copies = (f"{slug}-{number}" for number in range(1, 1000))
        found.add(slug if slug not in found else next(copy for copy in copies if copy not in found))
    return found


def broken(page: Path, files: set[Path]) -> gate.Findings:
    """Names the links of a page that lead nowhere; `files` are those there are, without links in their paths."""
    findings = []
    for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if ELSEWHERE.match(link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if target not in files and not any(target in file.parents for file in files):
            findings.append(f"{page}: the link {link} leads to no file of the repository")
        elif anchor and (target.suffix != ".md" or anchor not in anchors(target)):
            findings.append(f"{page}: the link {link} leads to no heading of {target.name}")
    return findings


def check(_: argparse.Namespace) -> gate.Findings:
    """Follows the links of every page."""
    files = {path.resolve() for path in gate.sources("")}
    return [finding for page in gate.sources(".md") for finding in broken(page.resolve(), files)]


PAGE = """# A page: of `all` kinds

[itself](#a-page-of-all-kinds), [again](#again-1), [a file](other.txt), [a folder](sub/), [elsewhere](https://example.org/x)

```sh
# no heading
[no link](nowhere.md)
```

`[no link](nowhere.md)`

## Again
## Again
"""
BAD = ("missing.md", "#no-heading", "#again-2", "other.txt#a-page-of-all-kinds", "untracked.txt")


def self_test(_: argparse.Namespace) -> gate.Findings:
    """A page with good links passes, and each bad one added to it is found, and only that."""
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        page = root / "page.md"
        files = {page, root / "other.txt", root / "sub" / "file.txt"}
        (root / "untracked.txt").touch()
        for link in ("", *BAD):
            page.write_text(f"{PAGE}\n[link]({link})\n" if link else PAGE, encoding="utf-8")
            found = broken(page, files)
            if len(found) != (1 if link else 0):
                missed.append(f"{link or 'a good page'}: {found}")
    return missed


if __name__ == "__main__":
    gate.main(__doc__, check, self_test)

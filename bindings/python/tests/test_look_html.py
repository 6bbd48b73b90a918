# SPDX-License-Identifier: MIT
"""How projects, groups and arrays look in a notebook, as HTML; test_browser.py looks at it with a browser."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import cute_shm
import h5py
import numpy as np
import pytest
from conftest import RunPython
from png import decode_png

_VOID = {"img", "br", "path"}


class Page(HTMLParser):
    """Reads HTML strictly: every element closed in its place. Keeps the text, and all attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.words.append(data.strip())

    @property
    def text(self) -> str:
        return "\n".join(self.words)


@pytest.fixture
def project(name: str) -> Iterator[cute_shm.Project]:
    tree = {
        "a": np.arange(100.0),
        "b": {"map": np.add.outer(np.arange(40), np.arange(60)).astype("f4"), "c": {"d": np.int64(7)}},
        "e": {},
    }
    attrs: dict[str, dict[str, Any]] = {"": {"title": "demo"}, "b": {"kind": "inner"}, "a": {"units": "K"}}
    with cute_shm.create(name, tree, attrs) as created:
        yield created


def html_of(thing: Any) -> str:
    html = thing._repr_html_()
    assert isinstance(html, str)
    return html


def picture_of(name: str, array: Any) -> tuple[str, str]:
    """What is drawn of an array: the picture's tag, "" for none, and the text of its page."""
    with cute_shm.create(name, {"x": array}, overwrite=True) as project:
        page = Page(html_of(project["x"]))
    drawn = [tag for tag, _ in page.tags if tag in ("svg", "img")]
    assert len(drawn) <= 1
    return "".join(drawn), page.text


# ---- what is shown


def test_a_project_shows_its_tree(project: cute_shm.Project, name: str) -> None:
    page = Page(html_of(project))
    for words in (name, "3 arrays", "opened 'r'", "title", "demo", "a", "(100,)", "float64", "800 bytes", "units", "K"):
        assert words in page.words
    for words in ("b/", "3 nodes inside", "c/", "d", "7", "map", "(40, 60)", "e/", "empty", "0 to 98"):
        assert words in page.text
    assert [tag for tag, _ in page.tags if tag in ("svg", "img")] == ["svg", "img"]
    assert [tag for tag, _ in page.tags].count("details") == 6


def test_a_group_shows_what_is_below_it(project: cute_shm.Project) -> None:
    page = Page(html_of(project["b"]))
    assert "cute_shm.Group" in page.words
    assert "inner" in page.words
    assert "map" in page.words
    assert "a" not in page.words


def test_an_array_shows_its_attributes_and_values(project: cute_shm.Project) -> None:
    page = Page(html_of(project["a"]))
    for words in ("cute_shm.Array", "units", "K", "0 to 99", "0, 1, 2, … 97, 98, 99"):
        assert words in page.text
    assert ("details", {"class": "cshm-array", "open": None}) in page.tags
    part = Page(html_of(project["a"][10:20]))
    assert "10, 11, 12, … 17, 18, 19" in part.text
    assert "(10,)" in part.text
    assert "K" in part.words
    assert "array([" in repr(project["a"][:3]) or "Array([" in repr(project["a"][:3]), "the text stays numpy's"


def test_a_closed_project_says_so(project: cute_shm.Project, name: str) -> None:
    project.close()
    page = Page(html_of(project))
    assert name in page.words
    assert "closed" in page.words


def test_an_overwritten_project_says_so(project: cute_shm.Project, name: str) -> None:
    assert "overwritten or unlinked since" not in html_of(project)
    cute_shm.create(name, {}, overwrite=True).close()
    assert "overwritten or unlinked since" in html_of(project)


@pytest.mark.filterwarnings("ignore::cute_shm.SkippedWarning")
def test_what_a_load_left_out_is_listed(name: str, tmp_path: Path) -> None:
    with h5py.File(tmp_path / "x.h5", "w") as h5:
        h5["a"] = 1
        h5["lost"] = h5py.SoftLink("/nowhere")
    with cute_shm.load_hdf5(tmp_path / "x.h5", name) as project:
        ((path, reason),) = project.skipped
        page = Page(html_of(project))
    assert "1 object of the source left out" in page.words
    assert path in page.words
    assert reason in page.text


# ---- safety


def test_everything_is_escaped(name: str) -> None:
    evil = "<script>alert(1)</script>&amp;\"'"
    structured = np.zeros(2, [(evil, "f8")])
    tree = {evil.replace("/", "|"): {"x": structured}, "s": np.array([evil, "b"])}
    attrs: dict[str, dict[str, Any]] = {"": {evil: evil}, "s": {"units": evil, "list": [evil, evil]}}
    with cute_shm.create(name, tree, attrs) as project:
        for thing in (project, project["s"], project[evil.replace("/", "|")]):
            html = html_of(thing)
            assert "<script" not in html
            assert "alert(1)" in Page(html).text
            assert all(not key.startswith("on") for _, attributes in Page(html).tags for key in attributes)


def test_control_and_direction_characters_are_shown_as_escapes(name: str) -> None:
    with cute_shm.create(name, {"a\u202eb\x1b": 1}, {"": {"t": "one\ntwo"}}) as project:
        page = Page(html_of(project))
    assert r"'a\u202eb\x1b'" in page.words
    assert "one\ntwo" in page.words


def test_the_page_is_on_its_own_and_its_style_is_scoped(project: cute_shm.Project) -> None:
    html = html_of(project)
    assert "http" not in html
    assert {tag for tag, _ in Page(html).tags}.isdisjoint({"script", "link", "iframe", "object", "form", "base"})
    for _, attributes in Page(html).tags:
        assert (attributes.get("src") or "data:").startswith("data:image/png;base64,") or "src" not in attributes
        assert "id" not in attributes, "another output would have the same"
    (style,) = re.findall(r"<style>(.*?)</style>", html, re.S)
    assert "url(" not in style
    for selectors in re.findall(r"([^{}]+)\{", style):
        assert all(selector.strip().startswith(".cshm-look") for selector in selectors.split(","))


def test_looking_loads_nothing_but_the_standard_library_and_numpy(name: str, run_python: RunPython) -> None:
    code = (
        "import sys, numpy as np, cute_shm\n"
        "before = set(sys.modules)\n"
        "project = cute_shm.create(sys.argv[1], {'a': np.arange(9.0)})\n"
        "assert 'cute_shm._look_html' not in sys.modules and 'cute_shm._look' not in sys.modules\n"
        "project._repr_html_(); repr(project)\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "assert new <= set(sys.stdlib_module_names) | {'cute_shm', 'numpy'}, new\n"
    )
    result = run_python(code, name)
    assert result.returncode == 0, result.stderr


def test_ragged_arrays_show_the_ends_of_their_elements(name: str) -> None:
    words = np.array([f"<word {i}>" for i in range(9)] + ["é" * 5000], object)
    with cute_shm.create(name, {"w": words, "few": np.array(["a", "bc"], object)}) as project:
        page = Page(html_of(project["w"]))
        whole = Page(html_of(project))
    assert "<word 0>, <word 1>, <word 2>, … <word 7>, <word 8>, " + "é" * 18 + " ... " + "é" * 17 + "…" in page.words
    assert "strings" in page.words
    assert "a, bc" in whole.words
    assert "offsets" not in whole.words


def test_sequences_show_their_items(name: str) -> None:
    sequences = np.empty(3, object)
    sequences[:] = [np.arange(3.0), np.arange(0.0), np.arange(100.0) / 3]
    with cute_shm.create(name, {"s": sequences}) as project:
        page = Page(html_of(project["s"]))
    assert page.text.split("\n")[-1].startswith("[0, 1, 2], [], [0, 0.333333, 0.6")


# ---- large trees


def test_a_large_tree_is_cut_and_counted(name: str) -> None:
    tree = {f"g{i}": {f"a{j}": 1.0 for j in range(1000)} for i in range(10)}
    with cute_shm.create(name, tree) as project:
        started = time.thread_time()
        html = html_of(project)
        assert time.thread_time() - started < 1
    page = Page(html)
    assert len(html) < 200_000
    shown = sum(1 for tag, _ in page.tags if tag == "details")
    more = [int(words.split()[1].replace(",", "")) for words in page.words if re.fullmatch(r"and [\d,]+ more", words)]
    assert len(more) == 10
    assert shown + sum(more) == 10_010


def test_many_images_are_a_page_of_bounded_size(name: str) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (96, 96, 4), "u1")
    with cute_shm.create(name, {f"x{i}": noise for i in range(150)}) as project:
        html = html_of(project)
    assert html.count("<img") >= 30
    assert len(html) < 4_000_000


def test_many_attributes_and_fields_are_cut(name: str) -> None:
    wide = np.zeros(3, [(f"f{i}", "f8") for i in range(50)])
    attrs = {"x": {f"a{i}": "v" * 10_000 for i in range(100)}}
    with cute_shm.create(name, {"x": wide}, attrs) as project:
        html = html_of(project)
    assert "and 80 more" in html
    assert "and 30 more" in html
    assert len(html) < 50_000


# ---- pictures of every kind of array


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array([1.0, np.nan, np.inf, -np.inf, 3.0]), ["1 to 3, 1 NaN, 2 infinite"]),
        (np.full(9, np.nan), ["9 NaN"]),
        (np.full(1000, 2.5), ["2.5 throughout"]),
        (np.array([-1.7e308, 1.7e308]), ["-1.7e+308 to 1.7e+308"]),
        (np.array([0.0, 5e-324]), ["0 to 4.941e-324"]),
        (np.array([True, False, True, True]), ["75% True"]),
        (np.zeros(4, bool), ["False throughout"]),
        (np.array([3 + 4j, 0, np.nan]), ["magnitude 0 to 5, 1 NaN"]),
        (np.arange(10, dtype=">f4"), ["0 to 9", ">f4"]),
        (np.arange(10, dtype=">c8"), ["magnitude 0 to 9"]),
        (np.arange(10, dtype="f2"), ["0 to 9", "float16"]),
        (np.array([2**64 - 1, 2**64 - 3], "u8"), ["18,446,744,073,709,551,613 to 18,446,744,073,709,551,615"]),
        (np.array([-(2**63), 2**63 - 1]), ["-9,223,372,036,854,775,808 to 9,223,372,036,854,775,807"]),
        (np.array(["2026-01-01", "NaT", "2026-02-01"], ">M8[D]"), ["2026-01-01 to 2026-02-01, 1 NaT"]),
        (np.array([1, 9], "m8[s]"), ["1 seconds to 9 seconds"]),
        (np.array(["NaT", "NaT"], "M8[ns]"), ["2 NaT"]),
        (np.arange(6.0).reshape(2, 3, 1), ["0 to 5", "(2, 3, 1)"]),
    ],
    ids=lambda value: str(getattr(value, "dtype", "")),
)
def test_numbers_have_a_histogram(name: str, array: Any, words: list[str]) -> None:
    drawn, text = picture_of(name, array)
    numbers = array[~np.isnat(array)] if array.dtype.kind in "mM" else array[np.isfinite(array)]
    assert drawn == ("svg" if numbers.size else "")
    for word in words:
        assert word in text.split("\n")


@pytest.mark.parametrize(
    ("array", "words"),
    [
        (np.array(["one", "<two>"]), ["one, <two>"]),
        (np.array([b"ab", b"c"]), ["b'ab', b'c'"]),
        (np.array([(1, 2.5)] * 2, [("x", "i4"), ("y", "f8")]), ["2 fields", "x", "int32", "(1, 2.5), (1, 2.5)"]),
        (np.zeros(2, "V3"), [r"b'\x00\x00\x00', b'\x00\x00\x00'"]),
        (np.float64(2.5), ["2.5", "()"]),
        (np.array("word"), ["word", "()"]),
        (np.zeros((0, 5)), ["(0, 5)", "0 bytes"]),
        (np.array(["x" * 5000]), ["x" * 18 + " ... " + "x" * 18]),
    ],
    ids=lambda value: str(getattr(value, "dtype", "")),
)
def test_what_is_no_series_of_numbers_has_no_picture(name: str, array: Any, words: list[str]) -> None:
    drawn, text = picture_of(name, array)
    assert drawn == ""
    for word in words:
        assert word in text.split("\n")


def heights(html: str) -> list[float]:
    (path,) = re.findall(r'<path d="([^"]*)"', html)
    bars = {int(index): float(height) for index, height in re.findall(r"M(\d+) 16v-([\d.]+)h", path)}
    return [bars.get(index, 0) for index in range(32)]


def test_a_histogram_counts(name: str) -> None:
    values = np.repeat(np.arange(32.0), np.arange(1, 33))
    with cute_shm.create(name, {"x": values}) as project:
        assert heights(html_of(project["x"])) == [
            pytest.approx(max(0.5, 16 * (index + 1) / 32), rel=0.01) for index in range(32)
        ]


def decoded(html: str) -> np.ndarray[Any, np.dtype[Any]]:
    """The pixels of the only image, as RGB or RGBA."""
    (text,) = re.findall(r"data:image/png;base64,([^\"]*)", html)
    return decode_png(base64.b64decode(text))


@pytest.mark.parametrize("order", ["C", "F"])
def test_a_matrix_is_an_image_with_its_first_row_on_top(name: str, order: Any) -> None:
    matrix = np.asarray(np.add.outer(np.arange(40.0), np.zeros(60)), order=order)
    matrix[20, 30] = np.nan
    with cute_shm.create(name, {"x": matrix}) as project:
        html = html_of(project["x"])
    pixels = decoded(html)
    assert pixels.shape == (40, 60, 4)
    brightness = pixels[:, 5, :3].sum(axis=1)
    assert brightness[0] < 150
    assert brightness[-1] > 500
    assert (np.diff(brightness.astype(int)) >= 0).all()
    assert np.argwhere(pixels[..., 3] == 0).tolist() == [[20, 30]]
    assert "0 to 39, 1 NaN" in html


@pytest.mark.parametrize("channels", [3, 4])
def test_a_photograph_keeps_its_colours(name: str, channels: int) -> None:
    photograph = np.zeros((30, 50, channels), "u1")
    photograph[:, :25] = (255, 0, 10, 255)[:channels]
    photograph[:, 25:] = (0, 200, 20, 128)[:channels]
    with cute_shm.create(name, {"x": photograph}) as project:
        html = html_of(project["x"])
    assert np.array_equal(decoded(html), photograph)
    assert f"50 by 30 pixels, {'RGB' if channels == 3 else 'RGBA'}" in html


def test_a_matrix_of_one_value_and_one_of_none(name: str) -> None:
    assert picture_of(name, np.full((20, 20), 3, "i2"))[0] == "img"
    drawn, text = picture_of(name, np.full((20, 20), np.nan))
    assert drawn == "img"
    assert "400 NaN" in text.split("\n")
    assert picture_of(name, np.zeros((1000, 3)))[0] == "svg", "a table is no image"
    assert picture_of(name, np.eye(20, dtype=bool))[0] == "img"

# SPDX-License-Identifier: MIT
"""What a notebook shows, as a browser draws it. Without chromium this fails."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from html import unescape
from pathlib import Path
from typing import Any, NamedTuple

import cute_shm
import numpy as np
import pytest
from png import Pixels, decode_png

DOCS = Path(__file__).resolve().parents[3] / "docs"
SCRIPT = DOCS / "examples" / "notebook.py"
SIZE = 900, 800

# Of the page around: tells where things are. What is tested has no script.
_FACTS = """<script>addEventListener("load", () => {
  const facts = [...document.querySelectorAll("svg, img, summary, .cshm-name, .cshm-look table, #outside *")].map(e => {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    return {tag: e.localName, text: e.textContent, visible: e.checkVisibility(),
            box: [box.x, box.y, box.width, box.height],
            style: [style.display, style.listStyleType, style.padding, style.margin, style.color, style.fontSize]};
  });
  const pre = document.createElement("pre");
  pre.id = "facts";
  pre.hidden = true;
  pre.textContent = JSON.stringify(facts);
  document.body.append(pre);
});</script>"""
_OUTSIDE = (
    '<div id="outside"><details><summary>outside</summary>x</details><ul><li>item</li></ul>'
    "<table><tr><th>h</th><td>d</td></tr></table></div>"
)


class Drawn(NamedTuple):
    """A page as it was drawn: its pixels, and where its elements are."""

    pixels: Pixels
    facts: list[dict[str, Any]]

    def find(self, tag: str, text: str | None = None) -> list[dict[str, Any]]:
        return [f for f in self.facts if f["tag"] == tag and f["visible"] and text in (None, f["text"])]

    def inside(self, fact: dict[str, Any]) -> Pixels:
        """The pixels of an element, as signed numbers."""
        x, y, width, height = (round(number) for number in fact["box"])
        return self.pixels[y : y + height, x : x + width].astype(int)


@pytest.fixture(scope="module")
def notebook() -> Any:
    """The example that makes the picture of the documentation."""
    spec = importlib.util.spec_from_file_location("notebook", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def draw(notebook: Any, tmp_path: Path) -> Any:
    """Draws a fragment of HTML on a page."""

    def drawn(fragment: str, ground: str = "white", ink: str = "black") -> Drawn:
        page, picture = tmp_path / "page.html", tmp_path / "page.png"
        body = f"<style>body{{margin:8px;background:{ground};color:{ink}}}</style>{fragment}{_OUTSIDE}{_FACTS}"
        page.write_text(notebook.page(body), encoding="utf-8")
        dom = notebook.draw(page, picture, *SIZE)
        (facts,) = re.findall(r'<pre id="facts"[^>]*>(.*?)</pre>', dom, re.S)
        return Drawn(decode_png(picture.read_bytes())[..., :3], json.loads(unescape(facts)))

    return drawn


@pytest.fixture
def fragment(notebook: Any, name: str) -> str:
    with notebook.make(name) as project:
        html: str = project._repr_html_()
    return html


def share(pixels: Pixels, wanted: Any, tolerance: int = 12) -> float:
    """Which part of the pixels has a colour."""
    return float((abs(pixels - np.array(wanted)).max(axis=2) <= tolerance).mean())


TINT = (61, 133, 214)
THEMES = [("white", "black"), ("#1e1e1e", "#dddddd")]


@pytest.mark.parametrize(("ground", "ink"), THEMES)
def test_a_project_is_drawn_and_readable(fragment: str, draw: Any, ground: str, ink: str) -> None:
    drawn = draw(fragment, ground, ink)
    assert drawn.pixels.shape == (SIZE[1], SIZE[0], 3)
    back = drawn.pixels[-1, -1].astype(int)
    histograms = drawn.find("svg")
    assert len(histograms) == 4
    for histogram in histograms:
        assert histogram["box"][2:] == [84, 20]
        assert 0.05 < share(drawn.inside(histogram), TINT) < 1
    images = drawn.find("img")
    assert len(images) == 3
    for image in images:
        assert image["box"][3] == 20
        assert share(drawn.inside(image), back) < 0.05
    temperature = drawn.inside(images[0])
    assert len(np.unique(temperature.reshape(-1, 3) // 16, axis=0)) > 20, "a map has many colours"
    for name in ("grid/", "temperature", "stations/", "hourly", "version"):
        (label,) = drawn.find("span", name)
        contrast = abs(drawn.inside(label) - back).max()
        assert contrast > 150, f"{name} is readable"


def test_open_and_collapsed_differ(fragment: str, draw: Any, notebook: Any) -> None:
    collapsed = draw(fragment)
    opened = draw(notebook.opened(fragment, ("temperature", "hourly")))
    assert (collapsed.pixels != opened.pixels).any()
    small, large = collapsed.find("img")[0], opened.find("img")[0]
    assert small["box"][3] == 20
    assert large["box"][2:] == [288, 144], "a map of 180 by 360 keeps its proportions"
    hourly = next(fact for fact in opened.find("svg") if fact["box"][3] == 72)
    bars = (abs(opened.inside(hourly) - np.array(TINT)).max(axis=2) <= 12).mean(axis=0)
    assert bars[: len(bars) // 8].max() < 0.2, "few hours are the coldest"
    assert bars[len(bars) // 3 : len(bars) // 2].max() > 0.5
    # What is below moves down, what is above does not.
    assert opened.find("span", "version")[0]["box"][1] > collapsed.find("span", "version")[0]["box"][1] + 200
    assert opened.find("span", "temperature")[0]["box"][:2] == collapsed.find("span", "temperature")[0]["box"][:2]


def test_a_whole_closed_tree_is_a_few_lines(fragment: str, draw: Any) -> None:
    drawn = draw(fragment.replace('<details class="cshm-group cshm-wide" open>', '<details class="cshm-group">'))
    assert drawn.find("span", "temperature") == []
    assert drawn.find("span", "version")[0]["box"][1] < 200


def test_columns_are_straight(fragment: str, draw: Any) -> None:
    drawn = draw(fragment)
    rights = {round(f["box"][0] + f["box"][2]) for f in drawn.find("summary") if f["text"] != "outside"}
    assert len(rights) == 1
    lefts = {round(fact["box"][0]) for fact in drawn.find("svg") + drawn.find("img")}
    assert len(lefts) == 1


def test_the_style_does_not_leak(fragment: str, draw: Any) -> None:
    def outside(drawn: Drawn) -> list[Any]:
        return [(fact["tag"], fact["style"]) for fact in drawn.facts if fact["text"] in ("outside", "item", "h", "d")]

    with_it = outside(draw(fragment))
    assert len(with_it) > 4
    assert with_it == outside(draw(""))


# Of the kind that JupyterLab has for what a cell gives.
_HOST = """<style>.host{font-size:14px}.host ul:not(.plain){padding-left:2em;margin:1em 0}.host img{margin:0 9px}
.host tbody tr:nth-child(even){background:rgb(255,0,0)}.host td,.host th{text-align:right;padding:.5em;border:0}
.host table{border-spacing:0;margin:0 auto 1em}.host summary{padding:5px;display:list-item}</style>"""


def test_a_notebooks_style_does_not_reach_in(fragment: str, draw: Any) -> None:
    plain, hosted = draw(fragment), draw(f'{_HOST}<div class="host">{fragment}</div>')
    places = [
        [f["box"] for f in page.facts if f["text"] not in ("outside", "item", "h", "d")] for page in (plain, hosted)
    ]
    assert len(places[0]) > 30
    assert places[0][:30] == places[1][:30]
    assert share(hosted.pixels.astype(int), (255, 0, 0)) == 0


def test_an_array_is_drawn_open(draw: Any, name: str) -> None:
    with cute_shm.create(name, {"x": np.repeat([0.0, 1.0], 50)}) as project:
        drawn = draw(project["x"]._repr_html_())
    (histogram,) = drawn.find("svg")
    pixels = drawn.inside(histogram)
    assert pixels.shape == (72, 320, 3)
    assert share(pixels[:60, 1:8], TINT) == 1
    assert share(pixels[:60, 12:300], TINT) == 0
    assert share(pixels[:60, 311:317], TINT) == 1


def test_the_picture_of_the_documentation_is_made_by_its_example(tmp_path: Path) -> None:
    page, picture = tmp_path / "page.html", tmp_path / "picture.png"
    command = [sys.executable, str(SCRIPT), "weather", str(page), str(picture)]
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="cshm-") as root:  # the page shows it, and has little room
        environment = os.environ | {"CUTE_SHM_ROOT": root}
        subprocess.run(command, check=True, timeout=120, capture_output=True, env=environment)
        assert cute_shm.projects(root) == []
    assert "cshm-look" in page.read_text(encoding="utf-8")
    made, shown = (decode_png(path.read_bytes())[..., :3].astype(int) for path in (picture, DOCS / "notebook.png"))
    assert (DOCS / "notebook.png").stat().st_size < 200_000
    assert made.shape == shown.shape
    # Fonts and names differ from machine to machine; the rest is the same.
    assert (abs(made - shown).max(axis=2) > 40).mean() < 0.1
    result = subprocess.run([sys.executable, str(SCRIPT)], capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 1
    assert "usage:" in result.stderr

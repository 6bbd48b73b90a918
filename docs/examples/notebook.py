# SPDX-License-Identifier: MIT
"""Makes a project with something to see, and the page that a notebook shows of it.

usage: notebook.py PROJECT PAGE.html [PICTURE.png]

The picture is that page as chromium draws it, in a light and a dark theme: docs/notebook.png was made so.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import cute_shm
import numpy as np

WIDTH, HEIGHT = 860, 790


def make(name: str) -> cute_shm.Project:
    """Weather: a map, a photograph, series, a table, and a scalar."""
    random = np.random.default_rng(1)
    north, east = np.mgrid[np.pi / 2 : -np.pi / 2 : 180j, 0 : 2 * np.pi : 360j]
    waves = np.sin(3 * east + 2 * north) * np.cos(north) ** 2 + 0.4 * np.sin(7 * east - 5 * north)
    temperature = (30 * np.cos(north) ** 2 - 8 + 6 * waves).astype("f4")
    temperature[60:75, 100:140] = np.nan
    hours = np.datetime64("2026-01-01T00", "h") + np.arange(24 * 365)
    hourly = 9 + 8 * np.sin(np.arange(hours.size) / 1400) + random.normal(0, 2.5, hours.size)
    clouds = np.clip(waves + 0.3 * np.sin(9 * east * np.cos(3 * north)), 0, 1)[..., None]
    sky = (clouds * (250, 250, 252) + (1 - clouds) * np.linspace((40, 90, 180), (150, 200, 240), 180)[:, None]).astype(
        "u1"
    )
    hills = 900 * np.exp(-((east - 2) ** 2) - 4 * north**2) + 60 * waves + 420
    stations = np.array([(64, "Zürich", 556.0), (67, "Bern", 553.0)], [("id", "i4"), ("name", "U6"), ("height", "f8")])
    tree = {
        "grid": {"temperature": temperature, "clouds": sky, "height": hills.astype("i2")},
        "stations": {
            "table": stations,
            "time": hours,
            "hourly": hourly,
            "rain": random.random(24 * 365) < 0.3,
            "gusts": random.gamma(2, 3, 24 * 365).astype(">f4"),
        },
        "version": np.int64(3),
    }
    attrs: dict[str, dict[str, Any]] = {
        "": {"title": "Weather of 2026", "source": "an example"},
        "grid/temperature": {"units": "°C", "valid_range": np.array([-40.0, 50.0])},
        "stations/hourly": {"units": "°C", "station": "Bern"},
    }
    return cute_shm.create(name, tree, attrs, overwrite=True)


def page(fragment: str) -> str:
    """A page around what a notebook shows."""
    return f'<!DOCTYPE html><meta charset="utf-8"><title>cute-shm</title><body>{fragment}</body>'


def opened(fragment: str, names: tuple[str, ...]) -> str:
    """The same, as after a click on the arrays of these names."""
    for name in names:
        before, found, after = fragment.partition(f'<span class="cshm-name cshm-mono">{name}</span>')
        head, _, rest = before.rpartition("<details")
        fragment = f"{head}<details open{rest}{found}{after}"
    return fragment


def draw(page: Path, picture: Path, width: int, height: int) -> str:
    """Draws a page as a PNG file. Gives the page's elements, as they are when all is loaded."""
    flags = "--headless --no-sandbox --disable-gpu --no-first-run --hide-scrollbars --disable-background-networking"
    flags += " --disable-component-update --disable-sync --disable-dev-shm-usage --force-device-scale-factor=1"
    wanted = [f"--window-size={width},{height}", f"--screenshot={picture.resolve()}", "--dump-dom"]
    with tempfile.TemporaryDirectory() as profile:
        command = ["chromium", *flags.split(), f"--user-data-dir={profile}", *wanted, page.resolve().as_uri()]
        result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return result.stdout


def both_themes(fragment: str) -> str:
    """The page twice, on white and on black, with something else open in each."""
    themes = (("white", "#111", ("temperature", "hourly")), ("#1e1e1e", "#ddd", ("clouds", "gusts")))
    halves = [
        f'<div style="flex:1;padding:16px;font-family:sans-serif;background:{ground};color:{ink}">'
        f"{opened(fragment, names)}</div>"
        for ground, ink, names in themes
    ]
    return page(f'<style>body{{margin:0}}</style><div style="display:flex;height:{HEIGHT}px">{"".join(halves)}</div>')


def main() -> None:
    if len(sys.argv) not in (3, 4):
        sys.exit(f"usage: {sys.argv[0]} PROJECT PAGE.html [PICTURE.png]")
    with make(sys.argv[1]) as project:
        fragment = project._repr_html_()
    Path(sys.argv[2]).write_text(page(fragment), encoding="utf-8")
    if len(sys.argv) == 4:
        with tempfile.TemporaryDirectory() as folder:
            both = Path(folder) / "page.html"
            both.write_text(both_themes(fragment), encoding="utf-8")
            draw(both, Path(sys.argv[3]), 2 * WIDTH, HEIGHT)


if __name__ == "__main__":
    main()

# SPDX-License-Identifier: MIT
"""Manifests as text, in either syntax; and layouts, from which projects are allocated."""

from __future__ import annotations

import gc
import re
from pathlib import Path
from typing import Any

import cute_shm
import numpy as np
import pytest
import yaml
from cute_shm import Manifest, _core
from cute_shm._manifest import FORMATS, ManifestFormat

TREE = {"grid": {"t": np.arange(6, dtype=">f4").reshape(2, 3), "empty": np.zeros((0, 3), "M8[ns]")}, "no": np.int8(1)}
ATTRS = {
    "": {"title": "no", "1e3": ["~", "2024-01-01"], "": np.array([2**64 - 1, 0], "u8"), "a.b\n": np.inf},
    "grid/t": {"nan": np.array([np.nan, -np.inf, -0.0, 1e-320]), "bytes": b"\xff\0a", "c": np.array([1 + 2j], "c8")},
}

YAML_LAYOUT = """\
cute-shm-layout: 1
attributes: {title: "Arm 3", rate: 1000.0, axes: 7}
groups:
  - path: "spare"
    attributes:
      limits: {dtype: "<f4", shape: [2], value: [-1.5, 1.5]}
arrays:
  - {path: "camera/image", dtype: uint8, shape: [2, 3], order: "F", fill: 255}
  - path: "state"
    dtype: [["q", "<f8", [7]], ["ok", "|b1"]]
    shape: [4]
    attributes: {units: "rad"}
  - {path: "again", alias: "state"}
"""
TOML_LAYOUT = """\
cute-shm-layout = 1
attributes = {title = "Arm 3", rate = 1000.0, axes = 7}

[[groups]]
path = "spare"
attributes.limits = {dtype = "<f4", shape = [2], value = [-1.5, 1.5]}

[[arrays]]
path = "camera/image"
dtype = "uint8"
shape = [2, 3]
order = "F"
fill = 255

[[arrays]]
path = "state"
dtype = [["q", "<f8", [7]], ["ok", "|b1"]]
shape = [4]
attributes.units = "rad"

[[arrays]]
path = "again"
alias = "state"
"""
LAYOUTS: dict[ManifestFormat, str] = {"yaml": YAML_LAYOUT, "toml": TOML_LAYOUT}


@pytest.fixture(params=["yaml", "toml"])
def syntax(request: pytest.FixtureRequest) -> ManifestFormat:
    found: ManifestFormat = request.param
    return found


# ---- manifests


def test_a_project_tells_the_manifest_that_its_store_has(name: str, syntax: ManifestFormat, root: Path) -> None:
    store = cute_shm.Store(root, manifest=syntax)
    with store.create(name, TREE, ATTRS) as project:
        written = store.manifest(name).read_bytes().decode()
        assert project.manifest(syntax) == written
        assert cute_shm.manifest(name, syntax) == written
        assert cute_shm.manifest(name, syntax, root) == written
        assert project.manifest() == project.manifest("yaml")


def test_a_sealed_project_has_a_manifest_too(name: str) -> None:
    with cute_shm.create(name, TREE, sealed=True) as project:
        entries = yaml.safe_load(project.manifest())["arrays"]
    assert [entry["path"] for entry in entries] == ["grid/t", "grid/empty", "no"]


def test_a_large_manifest_is_whole(name: str) -> None:
    with cute_shm.create(name, {str(number): np.zeros(3) for number in range(1000)}) as project:
        described = yaml.safe_load(project.manifest())
    assert [entry["path"] for entry in described["arrays"]] == list(map(str, range(1000)))


def test_conversion_gives_the_other_syntax_byte_for_byte(name: str, syntax: ManifestFormat, tmp_path: Path) -> None:
    with cute_shm.create(name, TREE, ATTRS) as project:
        texts = {format: project.manifest(format) for format in FORMATS}
    path = tmp_path / f"converted.{syntax}"
    path.write_text(texts[syntax], encoding="utf-8", newline="")
    for read in (Manifest.read(path), Manifest.read(str(path)), Manifest.parse(texts[syntax], syntax),
                 Manifest.parse(texts[syntax].encode(), syntax)):  # fmt: skip
        assert {format: read.text(format) for format in FORMATS} == texts
    assert Manifest.parse(texts["yaml"]).text() == texts["yaml"], "YAML is what is meant where nothing is said"


def test_a_manifest_is_let_go_with_its_last_user() -> None:
    manifest = Manifest.parse(YAML_LAYOUT)
    assert _core.cshm_live_handles() == 1
    del manifest
    gc.collect()
    assert _core.cshm_live_handles() == 0


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("cute-shm: [1\n", cute_shm.CorruptError, "robot.yaml"),
        ("hello: 1\n", cute_shm.CorruptError, "robot.yaml"),
        ("cute-shm-layout: 1\narrays: &a []\n", cute_shm.CorruptError, "robot.yaml:2:9"),
        ("cute-shm-layout: 1\ngroups: []\ngroups: []\n", cute_shm.CorruptError, "robot.yaml:3:"),
        ("cute-shm-layout: 2\n", cute_shm.VersionError, "robot.yaml:1:18"),
        ("cute-shm-layout: 1\nattributes: {a: \udc80}\n", cute_shm.CorruptError, "robot.yaml"),
        ("[" * 65, cute_shm.Error, "robot.yaml"),
        (
            'cute-shm-layout: 1\narrays:\n  - {path: "a", dtype: "<f3", shape: []}\n',
            cute_shm.BadTypeError,
            "robot.yaml:3:",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, error: type[cute_shm.Error], words: str) -> None:
    with pytest.raises(error, match=re.escape(words)):
        Manifest.parse(text, name="robot.yaml")
    assert _core.cshm_live_handles() == 0


def test_arguments_that_nothing_could_accept_are_refused(tmp_path: Path, name: str) -> None:
    unknown: Any = "json"
    manifest = Manifest.parse(YAML_LAYOUT)
    project = cute_shm.create(name, {})
    for use in (lambda: Manifest.parse("", unknown), lambda: manifest.text(unknown), lambda: project.manifest(unknown)):
        with pytest.raises(ValueError, match="'yaml' or 'toml'"):
            use()
    with pytest.raises(FileNotFoundError, match="absent"):
        Manifest.read(tmp_path / "absent.toml")
    with pytest.raises(cute_shm.Error, match=re.escape(str(tmp_path))):
        Manifest.read(tmp_path)
    nothing: Any = None
    with pytest.raises(TypeError):
        Manifest.parse(nothing)


# ---- layouts


def check_layout(project: cute_shm.Project | cute_shm.Draft) -> None:
    assert [path for path, _ in project.walk()] == ["spare", "camera", "camera/image", "state", "again"]
    assert dict(project.attrs) == {"title": "Arm 3", "rate": 1000.0, "axes": 7}
    assert project["spare"].attrs["limits"].tolist() == [-1.5, 1.5]
    image = project["camera/image"]
    assert (image.dtype, image.shape, image.flags.f_contiguous) == (np.uint8, (2, 3), True)
    assert image.min() == 255
    state = project["state"]
    assert (state.dtype["q"].shape, state.shape, state.attrs["units"]) == ((7,), (4,), "rad")
    assert not state["q"].any()
    assert not state["ok"].any()


def test_a_project_is_allocated_from_a_layout(name: str, syntax: ManifestFormat, tmp_path: Path) -> None:
    path = tmp_path / f"robot.{syntax}"
    path.write_text(LAYOUTS[syntax], encoding="utf-8")
    for layout in (path, str(path), Manifest.read(path)):
        with cute_shm.allocate(name, layout, overwrite=True) as draft:
            check_layout(draft)
            draft["state"]["q"][1] = 3.0
        with cute_shm.open(name) as project:
            assert project["again"]["q"][1].tolist() == [3.0] * 7


def test_a_store_allocates_from_a_layout_too(name: str, root: Path) -> None:
    layout = Manifest.parse(TOML_LAYOUT, "toml")
    with cute_shm.Store(root).allocate(name, layout, {"": {"more": 1}, "camera": {"lens": "wide"}}) as draft:
        assert (draft.attrs["title"], draft.attrs["more"], draft["camera"].attrs["lens"]) == ("Arm 3", 1, "wide")
    with cute_shm.allocate(name, layout, sealed=True) as draft:
        project = draft.publish()
    check_layout(project)


def test_a_manifest_is_a_layout(name: str) -> None:
    project = cute_shm.create(name, TREE, ATTRS)
    with cute_shm.allocate(name + "x", Manifest.parse(project.manifest())) as draft:
        assert [path for path, _ in draft.walk()] == [path for path, _ in project.walk()]
        assert not draft["grid/t"].any()
        assert (draft["grid/t"].dtype, draft["grid/t"].shape) == (project["grid/t"].dtype, (2, 3))
        assert draft.attrs["1e3"].tolist() == ["~", "2024-01-01"]


def test_a_bad_layout_leaves_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / "robot.yaml"
    path.write_text('cute-shm-layout: 1\narrays:\n  - {path: "a", dtype: "<f3", shape: []}\n', encoding="utf-8")
    with pytest.raises(cute_shm.BadTypeError, match=re.escape(f"{path}:3:")):
        cute_shm.allocate(name, path)
    with pytest.raises(FileNotFoundError):
        cute_shm.allocate(name, tmp_path / "absent.yaml")
    with pytest.raises(cute_shm.ExistsError, match="title"):
        cute_shm.allocate(name, Manifest.parse(YAML_LAYOUT), {"": {"title": "another"}})
    assert cute_shm.projects() == []
    assert _core.cshm_live_handles() == 0


# ---- which syntax is written


@pytest.mark.parametrize(("chosen", "suffix"), [(None, ".yaml"), ("yaml", ".yaml"), ("toml", ".toml")])
def test_the_environment_chooses_the_syntax(
    name: str, chosen: str | None, suffix: str, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    if chosen is None:
        monkeypatch.delenv("CUTE_SHM_MANIFEST", raising=False)
    else:
        monkeypatch.setenv("CUTE_SHM_MANIFEST", chosen)
    cute_shm.create(name, TREE).close()
    assert [path.name for path in root.iterdir()] == [f"cute-shm.{name}{suffix}"]
    with cute_shm.Store(root, manifest="toml").create(name, TREE, overwrite=True):
        assert [path.name for path in root.iterdir()] == [f"cute-shm.{name}.toml"], "an option wins"


@pytest.mark.parametrize("chosen", [None, "yaml", "toml"])
def test_the_functions_of_1_2_write_toml(name: str, chosen: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    if chosen is None:
        monkeypatch.delenv("CUTE_SHM_MANIFEST", raising=False)
    else:
        monkeypatch.setenv("CUTE_SHM_MANIFEST", chosen)
    path = cute_shm.arrays_to_shm(name, TREE)
    assert path.suffix == ".toml"
    with cute_shm.open(name) as project:
        assert path.read_bytes().decode() == project.manifest("toml")

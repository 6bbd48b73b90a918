# SPDX-License-Identifier: MIT
"""What the dead leave in a store is collected; what was swept away there is repaired."""

from __future__ import annotations

import re
import signal
from pathlib import Path
from typing import Any

import cute_shm
import numpy as np
import pytest
from conftest import SHM, RunPython, left_behind, start

HOLD = """
import sys, cute_shm
name = sys.argv[1]
held = [
    cute_shm.create(name + "-" + kind, {"a": [1, 2]}, lifetime=kind) for kind in ("owner", "last-user", "persistent")
]
draft = cute_shm.allocate(name + "-draft", {"a": ((1000,), "f8")})
print("ready", flush=True)
sys.stdin.readline()
"""


def test_what_a_killed_process_leaves_is_told_and_removed(name: str, root: Path) -> None:
    with start(HOLD, name) as owner:
        assert cute_shm.collect() == [], "what is alive, or in the making, is not touched"
        infos = {info.name.removeprefix(f"{name}-"): info for info in cute_shm.projects()}
        assert [info.in_use for info in infos.values()] == [True] * 3
        owner.send_signal(signal.SIGKILL)
        owner.wait()
    whole = left_behind(name)
    assert len(whole) == 3
    told = cute_shm.collect(dry_run=True)
    assert left_behind(name) == whole, "a dry run removes nothing"
    assert [leftover._replace(reason="") for leftover in told] == [
        cute_shm.Leftover(info.name, info.manifest, info.segment, info.nbytes, "", None)
        for info in (infos["last-user"], infos["owner"])
    ]
    for leftover in told:
        assert leftover.reason
        assert leftover.manifest is not None
        assert leftover.manifest.exists()
    assert cute_shm.collect() == told
    assert left_behind(name) == [infos["persistent"].segment]
    assert [path.name for path in root.iterdir()] == [f"cute-shm.{name}-persistent.yaml"]
    assert cute_shm.collect() == []
    assert [(info.lifetime, info.in_use) for info in cute_shm.projects()] == [("persistent", False)]


def test_a_manifest_without_its_segment_is_collected(name: str, tmp_path: Path) -> None:
    """As after logind's RemoveIPC, or a `rm /dev/shm/*`."""
    store = cute_shm.Store(tmp_path / "mine")
    with store.create(name, {"a": 1}, lifetime="persistent") as project:
        (SHM / project.segment).unlink()
        manifest = store.manifest(name)
    with pytest.raises(cute_shm.NotFoundError, match=re.escape(project.segment)):
        store.open(name)
    (info,) = store.projects()
    assert isinstance(info.error, cute_shm.NotFoundError)
    assert not info.in_use
    (leftover,) = cute_shm.collect(store=store)
    assert (leftover.name, leftover.manifest, leftover.error) == (name, manifest, None)
    assert not manifest.exists()
    assert store.projects() == []
    assert store.collect() == []


def test_a_store_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    store = cute_shm.Store(tmp_path / "nowhere")
    assert store.collect() == store.collect(dry_run=True) == []
    assert store.repair() == []
    assert not store.root.exists()


def test_in_use_is_told_of_this_process_and_others(name: str) -> None:
    cute_shm.create(name, {"a": [1, 2]}, lifetime="persistent").close()

    def in_use() -> bool:
        (info,) = cute_shm.projects()
        return info.in_use

    assert not in_use()
    with cute_shm.open(name) as project:
        assert in_use()
        array = project["a"]
    assert in_use(), "by the array"
    del array, project
    assert not in_use()
    hold = (
        "import sys, cute_shm\nproject = cute_shm.open(sys.argv[1])\nprint('ready', flush=True)\nsys.stdin.readline()"
    )
    with start(hold, name) as user:
        assert in_use()
        user.kill()
        user.wait()
    assert not in_use()


# ---- repair


def damage_by_removing(manifest: Path) -> None:
    manifest.unlink()


def damage_by_cutting(manifest: Path) -> None:
    manifest.write_bytes(manifest.read_bytes()[:100])


def damage_by_changing_the_generation(manifest: Path) -> None:
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(
        re.sub(r'generation: "(.)', lambda found: found[0][:-1] + "01"[found[1] == "0"], text), encoding="utf-8"
    )


@pytest.mark.parametrize(
    "damage",
    [damage_by_removing, damage_by_cutting, damage_by_changing_the_generation],
    ids=lambda damage: damage.__name__,
)
@pytest.mark.parametrize("by_name", [True, False])
def test_a_manifest_is_written_anew_from_its_segment(name: str, damage: Any, by_name: bool) -> None:
    tree = {"a": np.arange(6.0).reshape(2, 3), "g": {"names": np.array(["x", "yy"], object)}}
    with cute_shm.create(name, tree, {"a": {"units": "K"}}, lifetime="persistent") as project:
        manifest = cute_shm.Store().manifest(name)
        whole = manifest.read_bytes()
        damage(manifest)
        (repaired,) = cute_shm.repair(name) if by_name else cute_shm.repair()
        assert repaired.name == name
        assert repaired.manifest == manifest
        assert repaired.reason
        assert repaired.error is None
        assert manifest.read_bytes() == whole
        assert project.is_current
    with cute_shm.open(name) as again:
        assert again.generation == project.generation
        assert again["a"].tolist() == tree["a"].tolist()  # type: ignore[attr-defined]
    assert cute_shm.repair() == [], "all is well"


def test_opening_finds_a_project_whose_manifest_a_cleaner_took(name: str, run_python: RunPython) -> None:
    cute_shm.create(name, {"a": [1, 2]}, lifetime="persistent").close()
    manifest = cute_shm.Store().manifest(name)
    manifest.unlink()
    result = run_python("import sys, cute_shm\nprint(cute_shm.open(sys.argv[1])['a'].tolist())", name)
    assert (result.stdout, result.stderr) == ("[1, 2]\n", "")
    assert manifest.exists()
    cute_shm.unlink(name)
    assert left_behind(name) == []


def test_what_has_no_segment_cannot_be_repaired(name: str) -> None:
    with pytest.raises(cute_shm.NotFoundError, match=name):
        cute_shm.repair(name)
    with cute_shm.create(name, {"a": 1}) as project:
        (SHM / project.segment).unlink()
    with pytest.raises(cute_shm.NotFoundError, match=name):
        cute_shm.repair(name)
    with pytest.raises(cute_shm.BadNameError):
        cute_shm.repair("a/b")

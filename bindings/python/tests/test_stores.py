# SPDX-License-Identifier: MIT
"""Stores: where projects are, which there are, and how they go."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import cute_shm
import numpy as np
import pytest
from conftest import SHM, left_behind


def test_the_default_root_is_the_environments(root: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert cute_shm.Store().root == root
    monkeypatch.setenv("CUTE_SHM_ROOT", str(tmp_path / "other"))
    assert cute_shm.Store().root == tmp_path / "other"


def test_a_store_creates_nothing_until_a_project_is_there(root: Path, name: str) -> None:
    store = cute_shm.Store()
    assert store.projects() == []
    assert not root.exists()
    store.create(name, {"a": 1}).close()
    assert root.stat().st_mode & 0o777 == 0o700


def test_a_store_has_the_functions_of_the_module(tmp_path: Path, name: str) -> None:
    store = cute_shm.Store(tmp_path / "mine")
    store.create(name, {"a": np.arange(3)}).close()
    assert [info.name for info in store.projects()] == [name]
    assert cute_shm.projects() == []
    assert cute_shm.projects(store) == cute_shm.projects(tmp_path / "mine") == store.projects()
    with store.open(name) as project:
        assert project["a"].tolist() == [0, 1, 2]
    store.unlink(name)
    assert store.projects() == []


def test_a_store_is_a_plain_value(tmp_path: Path) -> None:
    store = cute_shm.Store(tmp_path)
    assert store == cute_shm.Store(str(tmp_path))
    assert store != cute_shm.Store()
    assert len({store, cute_shm.Store(tmp_path)}) == 1
    assert pickle.loads(pickle.dumps(store)) == store
    assert repr(store) == f"cute_shm.Store({str(tmp_path)!r})"


def test_a_prefix_is_a_namespace_of_its_own(tmp_path: Path, name: str) -> None:
    store = cute_shm.Store(tmp_path, prefix="lab-")
    with store.create(name, {"a": 1}) as project:
        assert cute_shm.projects(tmp_path) == []
        assert store.manifest(name).name == f"lab-{name}.yaml"
        assert pickle.loads(pickle.dumps(project)).generation == project.generation
    assert store != cute_shm.Store(tmp_path)
    assert pickle.loads(pickle.dumps(store)) == store
    assert repr(store) == f"cute_shm.Store({str(tmp_path)!r}, prefix='lab-')"
    store.unlink(name)
    with pytest.raises(cute_shm.BadNameError, match="prefix"):
        cute_shm.Store(tmp_path, prefix="a/b")


def test_a_store_writes_the_syntax_that_was_asked_for_and_reads_both(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    toml, yaml = cute_shm.Store(tmp_path, manifest="toml"), cute_shm.Store(tmp_path, manifest="yaml")
    with toml.create(name, {"a": 1}) as first, yaml.open(name) as opened:
        assert opened.generation == first.generation
        assert [path.name for path in tmp_path.iterdir()] == [f"cute-shm.{name}.toml"]
        assert yaml.manifest(name) == yaml.projects()[0].manifest == tmp_path / f"cute-shm.{name}.toml"
        with yaml.create(name, {"a": 2}, overwrite=True) as second:
            assert [path.name for path in tmp_path.iterdir()] == [f"cute-shm.{name}.yaml"]
            assert second.is_current
            assert not first.is_current
    toml.unlink(name)
    monkeypatch.setenv("CUTE_SHM_MANIFEST", "toml")
    assert cute_shm.Store(tmp_path).manifest("new").suffix == ".toml"
    assert yaml.manifest("new").suffix == ".yaml"
    assert pickle.loads(pickle.dumps(toml)) == toml != yaml
    assert repr(toml) == f"cute_shm.Store({str(tmp_path)!r}, manifest='toml')"


def test_a_syntax_that_there_is_not_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(cute_shm.InvalidArgumentError, match="manifest 'json': use 'yaml' or 'toml'"):
        cute_shm.Store(tmp_path, manifest="json")  # type: ignore[arg-type]
    with monkeypatch.context() as environment:
        environment.setenv("CUTE_SHM_MANIFEST", "json")
        with pytest.raises(ValueError, match='CUTE_SHM_MANIFEST is "json"'):
            cute_shm.Store(tmp_path)
        cute_shm.Store(tmp_path, manifest="toml")


def test_a_root_must_be_utf8(tmp_path: Path) -> None:
    assert cute_shm.Store(tmp_path / "Zürich").root == tmp_path / "Zürich"
    with pytest.raises(cute_shm.BadNameError, match="not UTF-8"):
        cute_shm.Store(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe"))


def test_a_root_must_be_a_directory_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(cute_shm.BadNameError, match=str(file)):
        cute_shm.Store(file)
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    with pytest.raises(cute_shm.PermissionDeniedError, match="link"):
        cute_shm.Store(link)


def test_a_listing_tells_all_about_a_project(name: str, root: Path) -> None:
    cute_shm.create(name + "z", {"a": np.zeros(1000), "b": {"c": 1}}).close()
    with cute_shm.create(name + "a", {"a": 1}, lifetime="persistent") as project:
        first, second = cute_shm.projects()
        assert (first.name, second.name) == (name + "a", name + "z")
        assert first.manifest == root / f"cute-shm.{name}a.yaml"
        assert first.manifest == cute_shm.Store().manifest(name + "a")
        assert first.manifest.exists()
        assert first.segment == project.segment
        assert (first.generation, first.nbytes, first.created_ns) == (
            project.generation,
            project.nbytes,
            project.created_ns,
        )
        assert (first.array_count, second.array_count) == (1, 2)
        assert (first.lifetime, second.lifetime) == ("persistent", "owner")
        assert first.error is None


def test_a_damaged_project_is_listed_with_its_error(name: str, root: Path) -> None:
    cute_shm.create(name, {"a": 1}).close()
    manifest = cute_shm.Store().manifest(name)
    whole = manifest.read_bytes()
    manifest.write_bytes(b"\x00 no manifest")
    (info,) = cute_shm.projects()
    assert isinstance(info.error, cute_shm.Error)
    assert str(manifest) in str(info.error)
    manifest.write_bytes(whole)


def test_unlink_gives_the_memory_back(name: str) -> None:
    cute_shm.create(name, {"a": np.zeros(1000)}).close()
    assert len(left_behind(name)) == 1
    cute_shm.unlink(name)
    assert left_behind(name) == []
    with pytest.raises(cute_shm.NotFoundError):
        cute_shm.unlink(name)


def test_a_project_that_exists_is_untouched(name: str, root: Path) -> None:
    cute_shm.create(name, {"a": np.arange(3)}).close()
    with pytest.raises(FileExistsError) as caught:
        cute_shm.create(name, {"b": 1})
    assert isinstance(caught.value, cute_shm.ExistsError)
    for word in (name, str(root), "untouched", "overwrite"):
        assert word in str(caught.value)
    with cute_shm.open(name) as project:
        assert project["a"].tolist() == [0, 1, 2]


def test_an_unknown_project_names_the_store_and_near_matches(name: str, root: Path) -> None:
    cute_shm.create(name + "weather", {"a": 1}).close()
    with pytest.raises(FileNotFoundError) as caught:
        cute_shm.open(name + "wether")
    assert isinstance(caught.value, cute_shm.NotFoundError)
    for word in (name + "wether", str(root), f'did you mean "{name}weather"'):
        assert word in str(caught.value)


@pytest.mark.parametrize("bad", ["", "a/b", ".hidden", "n" * 201, "nul\0", "\ud800"])
def test_names_that_are_not_allowed(bad: str) -> None:
    for call in (lambda: cute_shm.create(bad, {}), lambda: cute_shm.open(bad), lambda: cute_shm.unlink(bad)):
        with pytest.raises(ValueError) as caught:
            call()
        assert isinstance(caught.value, cute_shm.BadNameError)
    assert cute_shm.projects() == []


@pytest.mark.parametrize("good", ["Zürich 日本", "a.b", "with space", "#1", "é" * 90])
def test_names_that_are_allowed(name: str, good: str) -> None:
    project_name = name + good[: 200 - len(name)]
    with cute_shm.create(project_name, {"a": 1}) as project:
        assert project.name == project_name
        assert [info.name for info in cute_shm.projects()] == [project_name]
        assert (SHM / project.segment).exists()


def test_lifetimes_are_checked(name: str) -> None:
    with pytest.raises(ValueError, match=r"'persistent'.*'owner'"):
        cute_shm.create(name, {}, lifetime="forever")  # type: ignore[arg-type]

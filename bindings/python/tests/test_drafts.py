# SPDX-License-Identifier: MIT
"""Drafts: allocated, filled in place, and published whole or not at all."""

from __future__ import annotations

import gc
import os
import pickle
from typing import Any

import cute_shm
import numpy as np
import pytest
from conftest import RunPython, left_behind
from cute_shm import _core

LAYOUT: dict[str, Any] = {
    "image": ((4, 6), "u1"),
    "b": {
        "count": ((), np.int64),
        "f": cute_shm.Spec((2, 3), "<f4", order="F", attrs={"units": "K"}),
        "like": np.zeros((2, 2), ">i2", order="F"),
        "line": (5, "f8"),
        "records": ((3,), [("x", "u1"), ("y", "<f8")]),
        "empty": {},
    },
}


def test_a_draft_is_filled_in_place_and_published(name: str) -> None:
    draft = cute_shm.allocate(name, LAYOUT, {"": {"title": "demo"}, "image": {"of": "a cat"}})
    assert cute_shm.projects() == [], "nobody sees it"
    assert left_behind(name) == [], "nor is it in /dev/shm"
    draft["image"][...] = np.arange(24).reshape(4, 6)
    draft["b"]["f"][1] = [1, 2, 3]
    draft["b/count"][()] = 42
    draft["b/records"]["y"] = 0.5
    with draft.publish() as project:
        assert type(project) is cute_shm.Project
        assert project.mode == "r"
        assert project["image"].tolist() == np.arange(24).reshape(4, 6).tolist()
        assert project["b/f"].tolist() == [[0, 0, 0], [1, 2, 3]]
        assert project["b/count"][()] == 42
        assert project["b/records"]["y"].tolist() == [0.5] * 3
        assert project["b/f"].flags.f_contiguous
        assert project["b/like"].dtype == np.dtype(">i2")
        assert project["b/like"].flags.c_contiguous
        assert project["b/line"].shape == (5,)
        assert dict(project.attrs) == {"title": "demo"}
        assert dict(project["image"].attrs) == {"of": "a cat"}
        assert dict(project["b/f"].attrs) == {"units": "K"}
        assert list(project["b/empty"]) == []
        assert [info.lifetime for info in cute_shm.projects()] == ["owner"]


def test_a_draft_is_a_mapping_of_writable_arrays(name: str) -> None:
    with cute_shm.allocate(name, LAYOUT) as draft:
        assert list(draft) == ["image", "b"]
        assert "b/count" in draft
        assert draft.name == name
        assert draft.nbytes >= 24
        assert all(value.flags.writeable for _, value in draft.walk() if isinstance(value, cute_shm.Array))
        assert not any(value.any() for value in (draft["image"], draft["b/line"])), "all is zero at first"
        assert (draft["b/f"].path, draft["b/f"].attrs["units"]) == ("b/f", "K")
        assert repr(draft).startswith(f"<cute_shm.Draft {name!r}: 6 arrays, 12.0 KiB")
        assert draft == draft  # noqa: PLR0124
        assert draft["b"] == draft["b"]
        with pytest.raises(TypeError):
            draft["image"] = 1  # type: ignore[index]


def test_the_block_publishes_at_a_clean_end(name: str) -> None:
    with cute_shm.allocate(name, {"a": ((3,), "f8")}) as draft:
        draft["a"][:] = [1, 2, 3]
    with cute_shm.open(name) as project:
        assert project["a"].tolist() == [1, 2, 3]
    assert repr(draft) == f"<cute_shm.Draft {name!r}: published>"


def test_the_block_aborts_on_an_exception(name: str) -> None:
    with pytest.raises(ZeroDivisionError), cute_shm.allocate(name, {"a": ((3,), "f8")}) as draft:
        draft["a"][0] = 1 / 0
    assert cute_shm.projects() == []
    assert _core.cshm_live_handles() == 0
    assert repr(draft) == f"<cute_shm.Draft {name!r}: aborted>"


def test_a_draft_may_end_within_its_block(name: str) -> None:
    with cute_shm.allocate(name, {"a": ((3,), "f8")}) as draft:
        project = draft.publish()
    assert project["a"].tolist() == [0, 0, 0]
    with cute_shm.allocate(name, {"a": ((4,), "f8")}, overwrite=True) as draft:
        draft.abort()
    assert project.is_current
    project.close()


def test_arrays_taken_from_a_draft_are_shared_after_publish(name: str) -> None:
    draft = cute_shm.allocate(name, {"g": {"a": ((3,), "i8")}})
    array, group = draft["g/a"], draft["g"]
    with draft.publish() as project:
        array[1] = 7
        assert project["g/a"].tolist() == [0, 7, 0]
        assert group["a"].tolist() == [0, 7, 0]
        sent = pickle.loads(pickle.dumps(array[1:]))
        sent[1] = 8
        assert project["g/a"].tolist() == [0, 7, 8]
    cute_shm.unlink(name)
    assert array.tolist() == [0, 7, 8]


def test_arrays_taken_from_a_draft_outlive_its_abort(name: str) -> None:
    draft = cute_shm.allocate(name, {"a": ((3,), "i8")})
    array = draft["a"]
    array[:] = [1, 2, 3]
    draft.abort()
    draft.abort()
    del draft
    gc.collect()
    array[0] = 9
    assert array.tolist() == [9, 2, 3]
    with pytest.raises(cute_shm.StateError, match="not published"):
        pickle.dumps(array)
    assert cute_shm.projects() == []


def test_what_has_ended_says_so(name: str) -> None:
    published = cute_shm.allocate(name, {"a": ((3,), "i8")})
    published.publish().close()
    aborted = cute_shm.allocate(name + "x", {"a": ((3,), "i8")})
    aborted.abort()
    for draft, how in ((published, "was published: open the project"), (aborted, "was aborted: allocate it again")):
        for use in (lambda draft=draft: draft["a"], draft.publish, lambda draft=draft: list(draft), draft.__enter__):
            with pytest.raises(cute_shm.StaleHandleError, match=how):
                use()
    with pytest.raises(cute_shm.StaleHandleError, match="was published"):
        published.abort()


def test_a_draft_that_is_dropped_leaves_nothing(name: str) -> None:
    draft = cute_shm.allocate(name, {"a": ((3,), "i8")})
    draft["a"][0] = 1
    del draft
    assert _core.cshm_live_handles() == 0
    cute_shm.allocate(name, {"a": ((3,), "i8")}).publish().close()


def test_a_process_that_ends_leaves_no_draft(name: str, run_python: RunPython) -> None:
    code = (
        "import os, sys, cute_shm\n"
        "draft = cute_shm.allocate(sys.argv[1], {'a': ((1000,), 'f8')})\n"
        "draft['a'][:] = 1\n"
        "if sys.argv[2] == 'killed': os.kill(os.getpid(), 9)\n"
    )
    assert run_python(code, name, "killed").returncode == -9
    result = run_python(code, name, "exits")
    assert (result.returncode, result.stderr) == (0, "")
    assert left_behind(name) == []
    assert cute_shm.projects() == []


def test_nobody_sees_an_overwrite_before_it_is_published(name: str) -> None:
    with cute_shm.create(name, {"a": np.zeros(2)}) as old:
        with pytest.raises(cute_shm.ExistsError):
            cute_shm.allocate(name, {"a": ((2,), "f8")})
        draft = cute_shm.allocate(name, {"a": ((2,), "f8")}, overwrite=True)
        draft["a"][:] = 1
        assert old.is_current
        with cute_shm.open(name) as project:
            assert project["a"].tolist() == [0, 0]
        draft.publish().close()
        assert not old.is_current
        assert old["a"].tolist() == [0, 0]


def test_another_may_publish_first(name: str) -> None:
    draft = cute_shm.allocate(name, {"a": ((2,), "f8")})
    with cute_shm.create(name, {"a": np.ones(2)}) as project:
        with pytest.raises(cute_shm.ExistsError):
            draft.publish()
        draft["a"][:] = 5
        draft.abort()
        with pytest.raises(cute_shm.ExistsError), cute_shm.allocate(name + "x", {"a": ((2,), "f8")}):
            cute_shm.create(name + "x", {}).close()
        assert project["a"].tolist() == [1, 1]
    assert _core.cshm_live_handles() == 0


def in_child(draft: cute_shm.Draft, array: Any) -> int:
    """What a child of fork sees: 0 if all is as it should be."""
    for use in (lambda: draft["a"], draft.publish, draft.abort):
        try:
            use()
        except cute_shm.StateError as error:
            if "does not cross a fork" not in str(error):
                return 1
        else:
            return 2
    draft.__del__()
    array[1] = 7
    return 0


def test_a_draft_does_not_cross_a_fork(name: str) -> None:
    draft = cute_shm.allocate(name, {"a": ((3,), "i8")})
    array = draft["a"]
    pid = os.fork()
    if pid == 0:
        status = 3
        try:
            status = in_child(draft, array)
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    with draft.publish() as project:
        assert project["a"].tolist() == [0, 7, 0], "its arrays do: they are shared memory"


def test_a_draft_is_not_pickled(name: str) -> None:
    draft = cute_shm.allocate(name, {"g": {"a": ((3,), "i8")}})
    for what in (draft, draft["g"], draft["g/a"]):
        with pytest.raises(cute_shm.StateError, match="publish it"):
            pickle.dumps(what)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (3, "declared by (shape, dtype)"),
        ("f8", "declared by (shape, dtype)"),
        (((3,),), "declared by (shape, dtype)"),
        (((3,), "O"), "Python objects"),
        (((3,), "no dtype"), "no dtype"),
        (((-1,), "f8"), "negative length"),
        (((1.5,), "f8"), "float"),
        (("f8", (3,)), "declared with shape 'f8' and dtype (3,)"),
        (cute_shm.Spec((3,), "f8", "A"), "'C' or 'F'"),  # type: ignore[arg-type]
        (cute_shm.Spec((1 << 61, 8), "f8"), "2^62"),
        (cute_shm.Spec((3,), "f8", attrs={"bad": None}), "attribute 'bad' of 'b/x'"),
    ],
)
def test_a_bad_declaration_is_refused_by_its_path(name: str, spec: Any, words: str) -> None:
    with pytest.raises(cute_shm.Error) as caught:
        cute_shm.allocate(name, {"b": {"x": spec}})
    assert words in str(caught.value)
    assert "b/x" in str(caught.value)
    assert _core.cshm_live_handles() == 0


def test_attributes_of_a_spec_are_added_to(name: str) -> None:
    layout = {"a": cute_shm.Spec((3,), "f8", attrs={"units": "K", "scale": 1})}
    with cute_shm.allocate(name, layout, {"a": {"scale": 2, "offset": 3}}) as draft:
        assert dict(draft["a"].attrs) == {"units": "K", "scale": 2, "offset": 3}


def test_more_than_there_is_is_refused_at_once(name: str) -> None:
    with pytest.raises(MemoryError, match="wanted"):
        cute_shm.allocate(name, {"a": ((1 << 42,), "u1")})
    assert _core.cshm_live_handles() == 0

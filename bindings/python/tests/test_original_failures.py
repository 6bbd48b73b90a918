# SPDX-License-Identifier: MIT
"""Where cute-shm 1.2 fails, row by row: arrays, and what becomes of them."""

from __future__ import annotations

import pytest
from conftest import RunPython
from original_failures import run_user

# 1.2: a segmentation fault, each.
USES = {
    "used directly": "assert cute_shm.shm_to_arrays(name)['k']['data'].sum() == 499500",
    "returned from a function": """
def get():
    return cute_shm.shm_to_arrays(name)["k"]["data"]
data = get()
gc.collect()
assert data.sum() == 499500
""",
    "after del meta['shm']": """
leaf = cute_shm.shm_to_arrays(name)["k"]
del leaf["meta"]["shm"]
gc.collect()
assert leaf["data"].sum() == 499500
""",
    "after meta['shm'].close()": """
leaf = cute_shm.shm_to_arrays(name)["k"]
leaf["meta"]["shm"].close()
assert leaf["data"].sum() == 499500
""",
    "after meta['shm'].unlink()": """
leaf = cute_shm.shm_to_arrays(name)["k"]
leaf["meta"]["shm"].unlink()
assert leaf["data"].sum() == 499500
cute_shm.arrays_to_shm(name, {})
""",
    "after unlink": """
data = cute_shm.shm_to_arrays(name)["k"]["data"]
cute_shm.unlink(name)
data += 1
assert data.sum() == 500500
cute_shm.arrays_to_shm(name, {})
""",
}


@pytest.mark.parametrize("use", USES)
def test_data_is_whole(use: str, name: str, run_python: RunPython) -> None:
    """`shm_to_arrays(p)["k"]["data"]` used directly; returned from a function; `del meta["shm"]`; `close()`."""
    run_user(run_python, "cute_shm.arrays_to_shm(name, {'k': np.arange(1000)})\n" + USES[use], name)


def test_object_arrays_hold_text_or_are_refused_by_path(name: str, run_python: RunPython) -> None:
    """Object arrays: 1.2 writes them as raw pointers, and the reader segfaults."""
    code = """
try:
    cute_shm.arrays_to_shm(name, {"fine": np.zeros(3), "group": {"objects": np.array([{}, "a", None])}})
except TypeError as error:
    assert "group/objects" in str(error), error
else:
    sys.exit("not refused")
assert cute_shm.Project2Toml.list() == {}
cute_shm.arrays_to_shm(name, {"words": np.array(["a", "bcd"], object)})
leaf = cute_shm.shm_to_arrays(name)["words"]
assert leaf["data"].tolist() == ["a", "bcd"] and leaf["meta"]["dtype"] == "object"
"""
    run_user(run_python, code, name)


def test_a_failed_creation_in_a_context_manager_destroys_nothing(name: str, run_python: RunPython) -> None:
    """`unlinked_arrays_to_shm(existing)` without overwrite: 1.2 raises FileExistsError and destroys the project."""
    code = """
cute_shm.arrays_to_shm(name, {"a": np.arange(3)}, persistent=True)
for manager in (
    cute_shm.unlinked_arrays_to_shm(name, {"b": np.zeros(3)}),
    cute_shm.unlinked_arrays_to_shm(name, {"b": object()}, overwrite=True),
    cute_shm.unlinked_hdf5_to_shm("missing.h5", name, overwrite=True),
):
    try:
        with manager:
            sys.exit("not reached")
    except (FileExistsError, FileNotFoundError, TypeError):
        pass
    assert cute_shm.shm_to_arrays(name)["a"]["data"].tolist() == [0, 1, 2]
"""
    run_user(run_python, code, name)


def test_a_failed_overwrite_leaves_the_old_project_whole(name: str, run_python: RunPython) -> None:
    """`overwrite=True` with bad input or a missing file: 1.2 loses the old project."""
    code = """
cute_shm.arrays_to_shm(name, {"a": np.arange(3)}, persistent=True)
pathlib.Path("not.h5").write_bytes(b"no HDF5 at all")
for wrong in (
    lambda: cute_shm.arrays_to_shm(name, {"b": object()}, overwrite=True),
    lambda: cute_shm.arrays_to_shm(name, {"b/c": np.zeros(3)}, overwrite=True),
    lambda: cute_shm.arrays_to_shm(name, None, overwrite=True),
    lambda: cute_shm.hdf5_to_shm("missing.h5", name, overwrite=True),
    lambda: cute_shm.hdf5_to_shm("not.h5", name, overwrite=True),
    lambda: cute_shm.hdf5_to_shm(".", name, overwrite=True),
):
    try:
        wrong()
    except (TypeError, ValueError, OSError):
        assert cute_shm.shm_to_arrays(name)["a"]["data"].tolist() == [0, 1, 2]
    else:
        sys.exit("not refused")
os.remove("not.h5")
"""
    run_user(run_python, code, name)


def test_a_failed_transfer_leaves_nothing(name: str, run_python: RunPython) -> None:
    """Any failed transfer, a bad key, a bad attribute: 1.2 leaves segments and a truncated TOML behind."""
    code = """
fine = {"a": np.zeros(100_000)}
for bad in ({"b": object()}, {1: np.zeros(3)}, {"b": {"": np.zeros(3)}}, {"b\\0c": np.zeros(3)}, {"b": lambda: 0}):
    try:
        cute_shm.arrays_to_shm(name, {**fine, **bad})
    except (TypeError, ValueError):
        pass
    else:
        sys.exit(f"{bad} is not refused")
    assert [entry for entry in os.listdir("/dev/shm") if name in entry] == []
    assert not any(name in entry.name for entry in cute_shm.Project2Toml.root.glob("*"))
try:
    cute_shm.create(name, fine, attrs={"a": {"bad": object()}})
except TypeError:
    pass
assert [entry for entry in os.listdir("/dev/shm") if name in entry] == []
"""
    run_user(run_python, code, name)


def test_every_kind_of_array_can_be_shared(name: str, run_python: RunPython) -> None:
    """0-d, zero-size, structured arrays, recarrays, a nested key `shm_name`, unicode project names: 1.2 fails."""
    code = """
records = np.array([(1, 0.5), (2, 1.5)], [("a", "i4"), ("b", "f8")])
arrays = {
    "scalar": np.array(2.5),
    "empty": np.zeros((0, 3), "i2"),
    "records": records,
    "recarray": records.view(np.recarray),
    "nested": {"shm_name": np.arange(2), "meta": {"data": np.arange(3)}},
    "shm_name": {"shm_name": np.arange(4)},
    "strided": np.arange(20).reshape(4, 5)[::2, ::-1],
    "fortran": np.asfortranarray(np.arange(6).reshape(2, 3)),
    "big-endian": np.arange(3, dtype=">i4"),
    "strings": np.array(["a", "bcd"]),
    "times": np.array(["2026-01-01"], "M8[D]"),
    "bools": np.array([True, False]),
    "Größe \\U0001f40d": np.zeros(1),
}

def compare(wanted, found):
    assert list(wanted) == list(found)
    for key, value in wanted.items():
        if isinstance(value, dict):
            compare(value, found[key])
            continue
        leaf = found[key]
        assert leaf["data"].dtype == value.dtype, key
        assert leaf["data"].shape == value.shape == tuple(leaf["meta"]["shape"]), key
        assert leaf["meta"]["dtype"] == str(leaf["data"].dtype), key
        assert leaf["data"].tobytes() == value.tobytes(), key
        assert leaf["data"].flags.c_contiguous and leaf["data"].flags.writeable, key
        assert bytes(leaf["meta"]["shm"].buf) == value.tobytes(), key
        assert type(leaf["data"]) is np.ndarray, key

for project in (name, name + "-Projekt-größe", name + " \\u6570\\u636e.with.dots"):
    cute_shm.arrays_to_shm(project, arrays)
    compare(arrays, cute_shm.shm_to_arrays(project))
    assert project in cute_shm.Project2Toml.list()
    cute_shm.unlink(project)
assert cute_shm.Project2Toml.list() == {}
"""
    run_user(run_python, code, name)


def test_a_consumer_destroys_nothing(name: str, run_python: RunPython) -> None:
    """A consumer with `persistent=False` exits: 1.2 destroys the producer's data, even a persistent one."""
    consume = f"import cute_shm; print(cute_shm.shm_to_arrays({name!r}, persistent=False)['a']['data'].sum())"
    code = f"""
for persistent in (False, True):
    cute_shm.arrays_to_shm(name, {{"a": np.arange(3)}}, persistent=persistent, overwrite=True)
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", {consume!r}], capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "3\\n", ""), done
    assert cute_shm.shm_to_arrays(name, persistent=False)["a"]["data"].sum() == 3
"""
    run_user(run_python, code, name)
    run_user(run_python, "assert cute_shm.shm_to_arrays(name)['a']['data'].sum() == 3", name)


def test_an_exit_without_unlink_says_nothing_and_leaves_nothing(name: str, run_python: RunPython) -> None:
    """On every normal exit without unlink 1.2's resource tracker warns on stderr, and the TOML stays."""
    run_user(run_python, "cute_shm.arrays_to_shm(name, {'a': np.arange(3)})", name)
    run_user(run_python, "assert cute_shm.Project2Toml.list() == {}; cute_shm.arrays_to_shm(name, {})", name)


def test_names_do_not_depend_on_the_random_module(name: str, run_python: RunPython) -> None:
    """Reseeding `random` makes 1.2 choose the name of a segment that is there: FileExistsError."""
    code = """
import random
root = cute_shm.Project2Toml.root
for number in range(3):
    cute_shm.Project2Toml.root = root / str(number)
    random.seed(1)
    cute_shm.arrays_to_shm(name, {"a": np.full(3, number)})
for number in range(3):
    cute_shm.Project2Toml.root = root / str(number)
    assert cute_shm.shm_to_arrays(name)["a"]["data"].tolist() == [number] * 3
"""
    run_user(run_python, code, name)

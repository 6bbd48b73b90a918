# SPDX-License-Identifier: MIT
"""The worker in Python of the soak: see soak_worker.c, which does the same.

usage: soak_worker.py ROOT SEED
"""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import cute_shm
import numpy as np

PROJECTS = ("steady", "one", "two", "three")
LIFETIMES: tuple[cute_shm.Lifetime, ...] = ("persistent", "owner", "last-user")
MODES: tuple[cute_shm.Mode, ...] = ("r", "r+", "c")
HELD = 6
STATUS = {cute_shm.NotFoundError: "NOT_FOUND", cute_shm.ExistsError: "EXISTS", cute_shm.TimedOutError: "TIMEOUT"}


def say(operation: str, status: str, text: str = "") -> None:
    os.write(1, f"{operation} {status} {text}"[:1300].encode() + b"\n")


def tell(operation: str, error: cute_shm.Error | None) -> None:
    if error is None:
        say(operation, "OK")
    else:
        say(operation, STATUS.get(type(error), type(error).__name__), str(error))


def tree_of(number: int) -> dict[str, Any]:
    return {
        "a": np.full(100 + number % 37, number, "<f8"),
        "group": {"b": np.full((number % 5 + 1, 40), number, "<i8"), "deep": {"c": np.full(4096, number, "<i4")}},
    }


def number_of(project: cute_shm.Project) -> int:
    """The number of a generation, or -1 where anything in it is not of that number."""
    number = int(project.attrs["number"])
    arrays = (project["a"], project["group/b"], project["group/deep/c"])
    shapes = ((100 + number % 37,), (number % 5 + 1, 40), (4096,))
    whole = all(array.shape == shape and (array == number).all() for array, shape in zip(arrays, shapes, strict=True))
    return number if whole else -1


class Worker:
    """What it holds: projects, or arrays of projects that are closed already."""

    def __init__(self, root: str, seed: int) -> None:
        self.random = random.Random(seed)
        self.number = seed * 100000
        self.stores = [cute_shm.Store(root, manifest="yaml"), cute_shm.Store(root, manifest="toml")]
        self.held: list[tuple[cute_shm.Project | None, np.ndarray[Any, Any], int]] = []

    def let_go(self, index: int) -> None:
        project, array, number = self.held.pop(index)
        if not (array == number).all() or (project is not None and number_of(project) != number):
            say("wrong", "value", "in what was held")
        if project is not None:
            project.close()
        del array
        say("detach", "OK")

    def take(self, project: cute_shm.Project, wanted: int | None) -> None:
        number = number_of(project)
        if number < 0 or wanted not in (None, number):
            say("wrong", "value", "in what was attached")
        if len(self.held) == HELD:
            self.let_go(self.random.randrange(HELD))
        array = project["group/b"]
        kept: cute_shm.Project | None = project
        if self.random.random() < 0.3:
            project.close()
            kept = None
        self.held.append((kept, array, number))
        if self.random.random() < 0.5:
            self.let_go(-1)

    def publish(self, store: cute_shm.Store, name: str, overwrite: bool) -> None:
        self.number += 1
        lifetime = "persistent" if name == "steady" else self.random.choice(LIFETIMES)
        attrs = {"": {"number": np.int64(self.number)}}
        self.take(store.create(name, tree_of(self.number), attrs, lifetime, overwrite), self.number)

    def attach(self, store: cute_shm.Store, name: str) -> None:
        self.take(store.open(name, self.random.choice(MODES)), None)

    def held_project(self) -> cute_shm.Project | None:
        projects = [project for project, _, _ in self.held if project is not None]
        return self.random.choice(projects) if projects else None

    def current(self) -> None:
        project = self.held_project()
        if project is not None:
            _ = project.is_current

    def wait(self) -> None:
        project = self.held_project()
        if project is not None:
            project.wait_for_newer(self.random.random() * 0.002)

    def collect(self, store: cute_shm.Store) -> None:
        for leftover in store.collect():
            tell("collected", leftover.error)

    def look_around(self, store: cute_shm.Store) -> None:
        for project in store.projects():
            tell("listed", project.error)

    def release(self) -> None:
        if self.held:
            self.let_go(self.random.randrange(len(self.held)))

    def end(self) -> NoReturn:
        way = self.random.choice(("exit", "_exit", "exception", "abort"))
        say("end", way)
        if way == "exit":
            sys.exit()
        if way == "_exit":
            os._exit(0)
        if way == "abort":
            os.abort()
        raise RuntimeError("this worker ends by an exception")

    def actions(self, store: cute_shm.Store, name: str) -> dict[str, tuple[int, Callable[[], None]]]:
        """What it may do, each with how often it does it."""
        steady = name == "steady"
        return {
            "create": (120, lambda: self.publish(store, name, overwrite=False)),
            "overwrite": (140, lambda: self.publish(store, name, overwrite=True)),
            "attach-steady" if steady else "attach": (300, lambda: self.attach(store, name)),
            "release": (120, self.release),
            "wait": (40, self.wait),
            "current": (40, self.current),
            "unlink": (0 if steady else 100, lambda: store.unlink(name)),
            "list": (60, lambda: self.look_around(store)),
            "collect": (40, lambda: self.collect(store)),
            "end": (3, self.end),
        }

    def step(self) -> None:
        actions = self.actions(self.random.choice(self.stores), self.random.choice(PROJECTS))
        weights = [weight for weight, _ in actions.values()]
        operation = self.random.choices(list(actions), weights)[0]
        try:
            actions[operation][1]()
            say(operation, "OK")
        except cute_shm.Error as error:
            tell(operation, error)


def main(root: str, seed: int) -> None:
    worker = Worker(root, seed)
    while True:
        worker.step()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]))

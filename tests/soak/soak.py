"""Eight processes in four languages create, attach, overwrite, unlink, list and collect, and are killed at random.

usage: soak.py --seconds N --seed N --c PROGRAM --rust PROGRAM --python PYTHON --julia JULIA

Every element of every array is the number of its generation, so that a torn tree shows, and one that is mixed from two.
At the end all are killed: after one collection only persistent projects are there, whole; when they are unlinked,
nothing is. It has a /dev/shm of its own, and so sees every byte that is not given back: this needs root, or user
namespaces.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LANGUAGES = ("C", "Python", "Rust", "Julia")
EACH = 2
SHM = Path("/dev/shm")
SHM_OPTIONS = "size=512m,mode=1777"
INSIDE = "SOAK_HAS_ITS_OWN_SHM"
# Most die by what no code of ours can catch. Julia's first call takes seconds: it is seldom killed.
SIGNALS = (*(signal.SIGKILL,) * 6, signal.SIGTERM, signal.SIGINT, signal.SIGABRT)
HANDLED_BY_JULIA = (signal.SIGTERM, signal.SIGINT, signal.SIGABRT)
KILL_WEIGHTS = {"C": 20, "Python": 20, "Rust": 20, "Julia": 1}
KILL_EVERY = (0.05, 0.5)  # seconds
PATIENCE = 5  # seconds that one may take to end after a signal
SILENCE = 60  # seconds after which a worker counts as stuck
CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE)

# Which statuses a call may come to, and why. What is not here is an error.
DONE = {"OK": "done"}
ALLOWED: dict[str, dict[str, str]] = {
    "create": {**DONE, "EXISTS": "another one was first"},
    "overwrite": DONE,
    "attach": {**DONE, "NOT_FOUND": "unlinked, or ended with its owner or its last user"},
    "attach-steady": DONE,  # it is only ever overwritten: it must always be there
    "detach": DONE,
    "release": DONE,
    "wait": {**DONE, "TIMEOUT": "nobody overwrote it meanwhile"},
    "current": DONE,
    "unlink": {**DONE, "NOT_FOUND": "as with attach"},
    "list": DONE,
    "listed": {
        **DONE,
        "NOT_FOUND": "who unlinks it has removed its segment, and not yet its manifest, or died in between",
    },
    "collect": DONE,
    "collected": DONE,
    "garbage": DONE,  # Julia's own collector
    "end": dict.fromkeys(("exit", "_exit", "abort", "exception", "return"), "by itself"),
}


@dataclass
class Worker:
    """A process that does random things, and what it has said last."""

    language: str
    process: subprocess.Popen[bytes]
    errors: Path
    rest: bytes = b""
    ends: bool = False  # it said that it would
    heard: float = field(default_factory=time.monotonic)
    lines: int = 0
    killed: float = 0  # when, or 0
    signal: int = 0  # by which

    def said_at_its_end(self) -> str:
        return self.errors.read_text(errors="replace")

    def crashed_in_julia(self) -> bool:
        """Julia's handlers run its exit hooks on a thread of their own, whatever the first one is compiling."""
        return self.language == "Julia" and self.signal in HANDLED_BY_JULIA and "jl_exit" in self.said_at_its_end()


class Soak:
    """The workers of one soak, and all that they said."""

    def __init__(self, commands: dict[str, list[str]], folder: Path, seed: int) -> None:
        self.commands = commands
        self.folder = folder
        self.root = folder / "store"
        self.random = random.Random(seed)
        self.started = 0
        self.counts: Counter[tuple[str, str, str]] = Counter()
        self.kills: Counter[tuple[str, str]] = Counter()
        self.problems: list[str] = []
        self.workers: list[Worker] = []
        self.selector = selectors.DefaultSelector()

    def start(self, language: str) -> None:
        self.started += 1
        errors = self.folder / f"stderr-{self.started}"
        with errors.open("wb") as stderr:
            process = subprocess.Popen(
                [*self.commands[language], str(self.root), str(self.started)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
                cwd=self.folder,
            )
        assert process.stdout is not None
        os.set_blocking(process.stdout.fileno(), False)
        worker = Worker(language, process, errors)
        self.workers.append(worker)
        self.selector.register(process.stdout, selectors.EVENT_READ, worker)

    def problem(self, worker: Worker, what: str) -> None:
        self.problems.append(f"{worker.language} worker {worker.process.pid}: {what}")

    def take_line(self, worker: Worker, line: str) -> None:
        operation, status, text = (*line.split(" ", 2), "", "")[:3]
        self.counts[worker.language, operation, status] += 1
        worker.lines += 1
        worker.ends = operation == "end"
        if operation == "wrong":
            self.problem(worker, f"wrong value {text}")
        elif status not in ALLOWED.get(operation, {}):
            self.problem(worker, line)

    def read(self, worker: Worker) -> bool:
        """Reads what a worker has said. False: it will say no more."""
        assert worker.process.stdout is not None
        said = worker.process.stdout.read(1 << 20)
        if not said:
            return said is None  # or the end of the pipe
        worker.heard = time.monotonic()
        *lines, worker.rest = (worker.rest + said).split(b"\n")
        for line in lines:
            self.take_line(worker, line.decode(errors="replace"))
        return True

    def bury(self, worker: Worker) -> None:
        """Waits for a worker's end, and judges it."""
        while self.read(worker):
            self.selector.select(1)
        code = worker.process.wait()
        assert worker.process.stdout is not None
        self.selector.unregister(worker.process.stdout)
        worker.process.stdout.close()
        self.workers.remove(worker)
        crashed = -code in CRASHES and not worker.crashed_in_julia()
        if crashed or (worker.killed == 0 and not worker.ends):
            self.problem(worker, f"ended with {code}: {worker.said_at_its_end()[-2000:]}")
        worker.errors.unlink()

    def kill_one(self) -> None:
        alive = [worker for worker in self.workers if worker.killed == 0]
        if not alive:
            return
        worker = self.random.choices(alive, [KILL_WEIGHTS[worker.language] for worker in alive])[0]
        number = self.random.choice(SIGNALS)
        self.kills[worker.language, number.name] += 1
        worker.killed, worker.signal = time.monotonic(), number
        worker.process.send_signal(number)

    def look_after(self) -> None:
        """Kills those that outlive a gentler signal, as Python may an interrupt. Finds who is stuck."""
        now = time.monotonic()
        for worker in self.workers:
            if worker.killed and now - worker.killed > PATIENCE:
                worker.process.kill()
            elif worker.lines and now - worker.heard > SILENCE:
                self.problem(worker, f"has said nothing for {SILENCE} s")

    def listen(self, until: float) -> None:
        """Takes what the workers say until a moment, and puts another in the place of one that ends."""
        while (left := until - time.monotonic()) > 0:
            for key, _ in self.selector.select(left):
                worker: Worker = key.data
                if not self.read(worker):
                    self.bury(worker)
                    self.start(worker.language)
        self.look_after()

    def run(self, seconds: float) -> None:
        subprocess.run([*self.commands["C"], self.root, "begin"], check=True)
        for language in LANGUAGES * EACH:
            self.start(language)
        end = time.monotonic() + seconds
        while (now := time.monotonic()) < end and not self.problems:
            self.listen(min(end, now + self.random.uniform(*KILL_EVERY)))
            self.kill_one()
        self.end()

    def end(self) -> None:
        for worker in list(self.workers):
            worker.killed = time.monotonic()
            worker.process.kill()
            self.bury(worker)


def own_shm() -> None:
    """Starts this program again where /dev/shm is a new tmpfs, which nobody else uses."""
    if os.environ.get(INSIDE):
        return
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    shell = f'mount -t tmpfs -o {SHM_OPTIONS} tmpfs /dev/shm && exec "$@"'
    os.environ[INSIDE] = "1"
    command = [
        "unshare",
        *user,
        "--mount",
        "--propagation",
        "private",
        "sh",
        "-c",
        shell,
        "sh",
        sys.executable,
        *sys.argv,
    ]
    os.execvp(command[0], command)


def free_bytes() -> int:
    info = os.statvfs(SHM)
    return info.f_bfree * info.f_frsize


def finish(soak: Soak, free: int) -> list[str]:
    """What is wrong with what the dead have left."""
    segments = len(os.listdir(SHM))
    done = subprocess.run([*soak.commands["C"], soak.root, "finish"], capture_output=True, text=True, check=False)
    problems = [] if done.returncode == 0 else [f"at the end: {done.stderr}"]
    left = sorted(os.listdir(SHM)) + sorted(os.listdir(soak.root))
    problems += [f"left at the end: {name}" for name in left]
    if free_bytes() != free:
        problems.append(f"/dev/shm had {free} bytes free, and has {free_bytes()}")
    print(f"left by the dead: {segments} segments; after one collection and unlinking what was persistent: {len(left)}")
    return problems


def print_table(soak: Soak) -> None:
    """How often each language's calls came to what."""
    rows = sorted({(operation, status) for _, operation, status in soak.counts})
    print(f"{'call':<14} {'came to':<12}" + "".join(f"{language:>9}" for language in LANGUAGES) + "  why that may be")
    for operation, status in rows:
        numbers = "".join(f"{soak.counts[language, operation, status]:>9}" for language in LANGUAGES)
        print(f"{operation:<14} {status:<12}{numbers}  {ALLOWED.get(operation, {}).get(status, 'IT MAY NOT')}")
    for number in dict.fromkeys(SIGNALS):
        numbers = "".join(f"{soak.kills[language, number.name]:>9}" for language in LANGUAGES)
        print(f"{'killed by':<14} {number.name:<12}{numbers}")


def idle(soak: Soak) -> list[str]:
    """Languages that did nothing: then this was no soak."""
    said = {language for language, _, _ in soak.counts}
    return [f"{language} did nothing" for language in LANGUAGES if language not in said]


def program(name: str) -> str:
    """The absolute path of a program: workers run in another folder."""
    found = shutil.which(name)
    if found is None:
        sys.exit(f"soak: there is no program {name}")
    return str(Path(found).absolute())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600 if os.environ.get("CUTESHM_LONG") == "1" else 60)
    parser.add_argument("--seed", type=int, default=1)
    for language in LANGUAGES:
        parser.add_argument(f"--{language.lower()}", required=True, type=program, help="the program")
    options = parser.parse_args()
    own_shm()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # workers must not inherit that it is ignored
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    commands = {
        "C": [options.c],
        "Python": [options.python, str(HERE / "soak_worker.py")],
        "Rust": ["env", f"LD_LIBRARY_PATH={os.environ['CUTESHM_LIB_DIR']}", options.rust],
        "Julia": [
            *(options.julia, "--startup-file=no", f"--project={ROOT / 'bindings' / 'julia' / 'CuteShm'}"),
            str(HERE / "soak_worker.jl"),
        ],
    }
    free, began = free_bytes(), time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix="cute-shm-soak."))
    soak = Soak(commands, folder, options.seed)
    try:
        soak.run(options.seconds)
        problems = soak.problems + finish(soak, free) + idle(soak)
    finally:
        soak.end()
        shutil.rmtree(folder)
    print_table(soak)
    calls, kills = sum(soak.counts.values()), sum(soak.kills.values())
    print(
        f"soak: {time.monotonic() - began:.0f} s, seed {options.seed}: {soak.started} processes, {kills} of them killed"
    )
    print(f"soak: {calls} calls, {len(problems)} problems")
    for problem in problems[:20]:
        print(f"soak: {problem}", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

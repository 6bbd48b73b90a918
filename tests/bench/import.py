# SPDX-License-Identifier: MIT
"""import: `import cute_shm` in a new process that has imported numpy, against cute-shm 1.2."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from figure import PEER_PYTHON, is_short, measure_values

PROGRAM = """
import time
import numpy
started = time.perf_counter()
import cute_shm
print(time.perf_counter() - started)
"""


def import_ms(python: str | Path) -> float:
    """Returns how long it takes in that environment."""
    result = subprocess.run([python, "-c", PROGRAM], check=True, capture_output=True, text=True)
    return float(result.stdout) * 1e3


def main() -> None:
    """Measures."""
    pairs = 5 if is_short(__doc__) else 7
    measure_values(
        "import", "after numpy", "ms", pairs, lambda: import_ms(sys.executable), lambda: import_ms(PEER_PYTHON)
    )


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Creates a project that other processes attach, in any of the four languages.

usage: produce.py PROJECT
"""

import sys

import cute_shm
import numpy as np


def main(name: str) -> None:
    """Creates the project `name`, and replaces one of that name."""
    temperature = np.random.default_rng(1).normal(15, 8, (181, 360)).astype("f4")
    with cute_shm.create(
        name,
        {
            "grid": {"latitude": np.linspace(-90, 90, 181), "temperature": temperature},
            "names": np.array(["Bern", "Zürich"]),
        },
        attrs={
            "": {"title": "weather"},
            "grid/temperature": {"units": "degC", "valid_range": [-90.0, 60.0]},
        },
        lifetime="persistent",  # it is to outlive this program
        overwrite=True,
    ) as project:
        print(project)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

# SPDX-License-Identifier: MIT
"""Names that cute-shm 1.2 had in this module."""

from ._v1.reading import shm_to_arrays
from ._v1.writing import arrays_to_shm, unlinked_arrays_to_shm

__all__ = ["arrays_to_shm", "shm_to_arrays", "unlinked_arrays_to_shm"]

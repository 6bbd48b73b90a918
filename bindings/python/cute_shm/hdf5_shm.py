# SPDX-License-Identifier: MIT
"""Names that cute-shm 1.2 had in this module."""

from ._v1.sizes import hdf5_size
from ._v1.writing import hdf5_to_shm, unlinked_hdf5_to_shm

__all__ = ["hdf5_size", "hdf5_to_shm", "unlinked_hdf5_to_shm"]

# SPDX-License-Identifier: MIT
"""Names that cute-shm 1.2 had in this module."""

from ._v1.progress import ShmProgress, shm_progress

__all__ = ["ShmProgress", "shm_progress"]

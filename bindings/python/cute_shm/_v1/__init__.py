# SPDX-License-Identifier: MIT
"""The interface of cute-shm 1.2, for code written for it.

Its public names are in `cute_shm` itself, and in the modules `core`, `numpy_shm`, `hdf5_shm` and `progress` where 1.2
had them. New code calls `cute_shm.create`, `cute_shm.load_hdf5` and `cute_shm.open`.
"""

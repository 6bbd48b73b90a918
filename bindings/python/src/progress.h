/*
 * A load's progress, told to a Python callable.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CUTESHM_PY_PROGRESS_H
#define CUTESHM_PY_PROGRESS_H

#include <Python.h>
#include <cuteshm/hdf5.h>

/**
 * A cshm_progress_fn: takes the GIL, calls `user` with (done, total) if it is not NULL, and lets signal handlers run.
 * Cancels when either raised; the exception stays set, and cshm_py_raise leaves it alone.
 */
int32_t cshm_py_progress(void *user, uint64_t done, uint64_t total);

#endif /* CUTESHM_PY_PROGRESS_H */

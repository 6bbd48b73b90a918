/*
 * cute_shm._core.Memory: the Python object that keeps a project mapped.
 *
 * SPDX-License-Identifier: MIT
 *
 * It owns one reference on an attachment and exports the whole segment through the buffer protocol, read-only where
 * the attachment is. Every ndarray made over it holds it as `.base`, so the memory stays mapped as long as the last
 * array lives, whatever happens to the project it came from. Beside it lies the store that the project was found in:
 * what an array needs to be found again by another process.
 */
#ifndef CUTESHM_PY_MEMORY_H
#define CUTESHM_PY_MEMORY_H

#include <Python.h>

/** Adds the type Memory to the module. Returns 0, or -1 with an exception set. */
int cshm_py_memory_register(PyObject *module);

/** Whether an object is a Memory. */
int cshm_py_is_memory(PyObject *object);

#endif /* CUTESHM_PY_MEMORY_H */

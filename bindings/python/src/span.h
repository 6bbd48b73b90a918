/*
 * cute_shm._core.Span: what a SharedMemory of ours has of its own.
 *
 * SPDX-License-Identifier: MIT
 *
 * cute-shm 1.2 gave a multiprocessing.shared_memory.SharedMemory with each array. The package's class derives from this
 * type and from SharedMemory. It is in C so that ten thousand of them cost little: one is made in a single allocation,
 * and SharedMemory's __del__, a call of Python code for each that dies, gives way to a finalizer that does nothing.
 */
#ifndef CUTESHM_PY_SPAN_H
#define CUTESHM_PY_SPAN_H

#include <Python.h>
#include <stdint.h>

/** Adds the type Span to the module. Returns 0, or -1 with an exception set. */
int cshm_py_span_register(PyObject *module);

/**
 * An instance of `type`, which must derive from Span (TypeError where it does not).
 * @param[in] memory   keeps the bytes mapped
 * @param[in] project  whatever the package wants to know of the project
 * @param[in] offset   bytes from the beginning of the memory
 * @param[in] nbytes   bytes
 */
PyObject *cshm_py_span_new(PyTypeObject *type, PyObject *memory, PyObject *project, uint64_t offset, uint64_t nbytes);

#endif /* CUTESHM_PY_SPAN_H */

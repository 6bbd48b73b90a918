/*
 * cute_shm._core.SharedArray: what every array of a project is in Python, a numpy.ndarray that knows its node.
 *
 * SPDX-License-Identifier: MIT
 *
 * It is written in C so that it costs what a bare ndarray costs: the number of the node lies behind the fields of
 * ndarray, where a slot of a Python class would make every array an object of the garbage collector; and indexing takes
 * no detour through Python. What needs words is in the subclass cute_shm.Array. numpy's own headers are not needed.
 */
#ifndef CUTESHM_PY_SHARED_ARRAY_H
#define CUTESHM_PY_SHARED_ARRAY_H

#include <Python.h>
#include <stdint.h>

/** Adds the type SharedArray to the module; imports numpy. Returns 0, or -1 with an exception set. */
int cshm_py_shared_array_register(PyObject *module);

/**
 * Makes an array over shared memory.
 * @param[in] kind    numpy.ndarray, or a subclass of SharedArray, which is then told its node
 * @param[in] number  the node
 * @param[in] args    ndarray's arguments: shape, dtype, a Memory, offset, and perhaps strides and order
 */
PyObject *cshm_py_array(PyObject *kind, uint32_t number, PyObject *args);

/**
 * The array that a project gave of which this is a part: itself, or found by its bases. None for what is no array over
 * the memory of a project, such as a copy.
 */
PyObject *cshm_py_origin(PyObject *object);

/** A plain ndarray that is a view of a project's array, as a view of class `kind`; anything else as it is. */
PyObject *cshm_py_classed(PyObject *result, PyObject *kind);

#endif /* CUTESHM_PY_SHARED_ARRAY_H */

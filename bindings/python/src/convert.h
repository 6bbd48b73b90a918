/*
 * Between Python objects and what the C interface takes and gives.
 *
 * SPDX-License-Identifier: MIT
 *
 * The rule of this folder: a function that returns NULL or a negative number has set a Python exception.
 */
#ifndef CUTESHM_PY_CONVERT_H
#define CUTESHM_PY_CONVERT_H

#include <Python.h>
#include <cuteshm/cuteshm.h>

/**
 * Raises what a failing call reported, as one of the classes of cute_shm._errors. An exception that is set already
 * (by a progress callback, say) wins.
 */
void cshm_py_raise(const cshm_error *error);

/**
 * The UTF-8 of a str, borrowed from it. What cannot be UTF-8, or holds a NUL, is CSHM_ERR_BAD_NAME.
 * @param[in] what  the argument's name, for the message
 */
const char *cshm_py_text(PyObject *object, const char *what);

/** A tuple of ints. */
PyObject *cshm_py_shape(uint32_t ndim, const int64_t *shape);

/** A sequence of ints to `shape`, which holds CSHM_MAX_NDIM. Returns how many there are, or -1. */
int cshm_py_parse_shape(PyObject *object, int64_t *shape);

/** Of one attribute: (name, dtype, shape, data as bytes). */
PyObject *cshm_py_attribute(const cshm_attribute *attribute);

#endif /* CUTESHM_PY_CONVERT_H */

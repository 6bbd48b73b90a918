/*
 * The nested dictionaries of cute-shm 1.2, built in one call.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CUTESHM_PY_LEAVES_H
#define CUTESHM_PY_LEAVES_H

#include <Python.h>
#include <cuteshm/cuteshm.h>

/**
 * All groups and arrays of a project: (tree, attributed).
 *
 * `tree` is nested dicts, and in the place of each array a leaf: {"meta": dict, "data": ndarray}. A meta dict is a copy
 * of the template of its dtype, with "shm", "shape" (a list), "attrs" (an empty dict) and "offset" set. `attributed` has
 * a tuple for each group and array that has attributes: (the dict it is in, name, node number, attribute count).
 * @param[in] recipe  what the leaves are made with, a tuple: the Memory; numpy.ndarray; a mapping of dtype strings to
 *                    (numpy.dtype, template); a class that derives from Span; the project, as each Span is to know it
 */
PyObject *cshm_py_leaves(cshm_attachment attachment, PyObject *recipe);

#endif /* CUTESHM_PY_LEAVES_H */

/*
 * Arrow's C data interface: arrays handed over to pyarrow, polars, DuckDB and others without a copy.
 *
 * SPDX-License-Identifier: MIT
 *
 * A column is the tuple (format, length, null_count, buffers, children): Arrow's format string, the number of elements,
 * how many of them are null, a tuple of objects with a contiguous buffer (or None where Arrow wants no buffer), and a
 * tuple of (name, column). What is wanted of buffers and children is in Arrow's specification of the format.
 */
#ifndef CUTESHM_PY_ARROW_H
#define CUTESHM_PY_ARROW_H

#include <Python.h>

/** The capsules (arrow_schema, arrow_array) of a column. The buffers' objects live until the consumer releases them. */
PyObject *cshm_py_arrow_capsules(PyObject *column);

#endif /* CUTESHM_PY_ARROW_H */

/*
 * Many nodes in one call: a wrapped call for each would cost more than the arrays themselves.
 *
 * SPDX-License-Identifier: MIT
 *
 * A row is the tuple (path, kind, number, end, attribute_count, dtype, shape, order, offset, nbytes): the fields of
 * cshm_node and cshm_array_view of those names. `order` is "C" or "F". The row of a group ends in ("", (), "C", 0, 0).
 */
#ifndef CUTESHM_PY_TABLE_H
#define CUTESHM_PY_TABLE_H

#include <Python.h>
#include <cuteshm/cuteshm.h>

/** The row of the node at `path`. */
PyObject *cshm_py_row(cshm_attachment attachment, const char *path);

/**
 * Rows of what lies in a group, as a list in node order.
 * @param[in] group  a group's number
 * @param[in] deep   0: its children only; else all below it
 */
PyObject *cshm_py_rows(cshm_attachment attachment, uint32_t group, int deep);

/**
 * The children of a group as (views, groups): a dict of name and array in node order, with None in the place of each
 * group, and a list of those groups as (name, row).
 * @param[in] memory   a Memory: the arrays' base
 * @param[in] group    a group's number
 * @param[in] kind     the class of the arrays: see cshm_py_array
 * @param[in] dtypes   a mapping from dtype strings to numpy.dtype
 */
PyObject *cshm_py_children(cshm_attachment attachment, PyObject *memory, uint32_t group, PyObject *kind,
                           PyObject *dtypes);

#endif /* CUTESHM_PY_TABLE_H */

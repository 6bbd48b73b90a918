/*
 * SPDX-License-Identifier: MIT
 */
#include "table.h"

#include "convert.h"
#include "shared_array.h"
#include <string.h>

/** What is read from. One error struct serves all calls: clearing its kilobyte each time would be a cost. */
typedef struct {
  cshm_attachment attachment;
  cshm_error error;
} source;

static source source_of(cshm_attachment attachment) {
  source from = {attachment, CSHM_ERROR_INIT};
  return from;
}

static int checked(source *from, cshm_status status) {
  if (status == CSHM_OK) return 0;
  cshm_py_raise(&from->error);
  return -1;
}

static int node_at(source *from, uint32_t number, cshm_node *node) {
  node->size = sizeof *node;
  return checked(from, cshm_node_at(from->attachment, number, node, &from->error));
}

static int view_at(source *from, uint32_t number, cshm_array_view *view) {
  view->size = sizeof *view;
  return checked(from, cshm_attachment_view(from->attachment, number, view, &from->error));
}

/** Appends an object to a list and lets go of it. */
static int append(PyObject *list, PyObject *object) {
  int status;
  if (!object) return -1;
  status = PyList_Append(list, object);
  Py_DECREF(object);
  return status;
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static PyObject *group_row(const cshm_node *node) {
  return Py_BuildValue("(sIIIIs()sii)", node->path, node->kind, node->number, node->end, node->attribute_count, "", "C",
                       0, 0);
}

static PyObject *array_row(const cshm_node *node, const cshm_array_view *view) {
  PyObject *shape = cshm_py_shape(view->ndim, view->shape);
  if (!shape) return NULL;
  return Py_BuildValue("(sIIIIsNsKK)", node->path, node->kind, node->number, node->end, node->attribute_count,
                       view->dtype, shape, view->order == CSHM_ORDER_FORTRAN ? "F" : "C",
                       (unsigned long long)view->offset, (unsigned long long)view->nbytes);
}

static PyObject *row_of(source *from, const cshm_node *node) {
  cshm_array_view view;
  if (node->kind == CSHM_GROUP) return group_row(node);
  if (view_at(from, node->number, &view) < 0) return NULL;
  return array_row(node, &view);
}

PyObject *cshm_py_row(cshm_attachment attachment, const char *path) {
  source from = source_of(attachment);
  cshm_node node = CSHM_NODE_INIT;
  if (checked(&from, cshm_node_find(attachment, path, &node, &from.error)) < 0) return NULL;
  return row_of(&from, &node);
}

PyObject *cshm_py_rows(cshm_attachment attachment, uint32_t group, int deep) {
  source from = source_of(attachment);
  PyObject *rows = PyList_New(0);
  cshm_node node;
  uint32_t number, end;
  if (!rows) return NULL;
  if (node_at(&from, group, &node) < 0) goto failed;
  end = node.end;
  for (number = group + 1; number < end; number = deep ? number + 1 : node.end) {
    if (node_at(&from, number, &node) < 0) goto failed;
    if (append(rows, row_of(&from, &node)) < 0) goto failed;
  }
  return rows;
failed:
  Py_DECREF(rows);
  return NULL;
}

/* ---- children as arrays ---------------------------------------------------------------------------- */

/** What every array of a call is made with, and the last dtype met: neighbours are mostly of one type. */
typedef struct {
  source from;
  PyObject *kind, *memory, *dtypes;
  const char *dtype_text;
  PyObject *dtype;
} maker;

/** The numpy.dtype of a dtype string; owned by the maker. */
static PyObject *dtype_of(maker *make, const char *text) {
  PyObject *key;
  if (make->dtype && (make->dtype_text == text || strcmp(make->dtype_text, text) == 0)) return make->dtype;
  key = PyUnicode_FromString(text);
  if (!key) return NULL;
  Py_XDECREF(make->dtype);
  make->dtype = PyObject_GetItem(make->dtypes, key);
  make->dtype_text = text;
  Py_DECREF(key);
  return make->dtype;
}

/** ndarray's arguments: shape, dtype, buffer, offset, and for Fortran order strides and order. */
static PyObject *ndarray_args(maker *make, const cshm_array_view *view) {
  int fortran = view->order == CSHM_ORDER_FORTRAN;
  PyObject *dtype = dtype_of(make, view->dtype), *shape, *offset, *args;
  if (!dtype) return NULL;
  shape = cshm_py_shape(view->ndim, view->shape);
  offset = PyLong_FromUnsignedLongLong(view->offset);
  args = PyTuple_New(fortran ? 6 : 4);
  if (!shape || !offset || !args) {
    Py_XDECREF(shape);
    Py_XDECREF(offset);
    Py_XDECREF(args);
    return NULL;
  }
  /* Py_BuildValue would take longer than all of this. */
  PyTuple_SetItem(args, 0, shape);
  PyTuple_SetItem(args, 1, Py_NewRef(dtype));
  PyTuple_SetItem(args, 2, Py_NewRef(make->memory));
  PyTuple_SetItem(args, 3, offset);
  if (fortran) {
    PyTuple_SetItem(args, 4, Py_NewRef(Py_None));
    PyTuple_SetItem(args, 5, PyUnicode_FromString("F"));
  }
  return args;
}

static PyObject *array_at(maker *make, uint32_t number) {
  cshm_array_view view;
  PyObject *args, *array;
  if (view_at(&make->from, number, &view) < 0) return NULL;
  args = ndarray_args(make, &view);
  if (!args) return NULL;
  array = cshm_py_array(make->kind, number, args);
  Py_DECREF(args);
  return array;
}

/** Sets names[name] and lets go of the value. */
static int put(PyObject *names, const char *name, PyObject *value) {
  /* Not PyDict_SetItemString: it would intern every name. */
  PyObject *key = value ? PyUnicode_FromString(name) : NULL;
  int status = key ? PyDict_SetItem(names, key, value) : -1;
  Py_XDECREF(key);
  Py_XDECREF(value);
  return status;
}

/** Puts each child into `views`, and each group into `groups`, too. */
static int fill_children(maker *make, uint32_t group, PyObject *views, PyObject *groups) {
  cshm_node node;
  uint32_t number, end;
  if (node_at(&make->from, group, &node) < 0) return -1;
  end = node.end;
  for (number = group + 1; number < end; number = node.end) {
    if (node_at(&make->from, number, &node) < 0) return -1;
    if (node.kind != CSHM_GROUP) {
      if (put(views, node.name, array_at(make, number)) < 0) return -1;
      continue;
    }
    if (put(views, node.name, Py_NewRef(Py_None)) < 0) return -1;
    if (append(groups, Py_BuildValue("(sN)", node.name, group_row(&node))) < 0) return -1;
  }
  return 0;
}

PyObject *cshm_py_children(cshm_attachment attachment, PyObject *memory, uint32_t group, PyObject *kind,
                           PyObject *dtypes) {
  maker make = {source_of(attachment), kind, memory, dtypes, NULL, NULL};
  PyObject *views = PyDict_New(), *groups = PyList_New(0), *result = NULL;
  if (views && groups && fill_children(&make, group, views, groups) == 0) result = PyTuple_Pack(2, views, groups);
  Py_XDECREF(make.dtype);
  Py_XDECREF(groups);
  Py_XDECREF(views);
  return result;
}

/*
 * SPDX-License-Identifier: MIT
 */
#include "arrow.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* As Arrow's specification of the C data interface lays them out. */

struct ArrowSchema {
  const char *format;
  const char *name;
  const char *metadata;
  int64_t flags;
  int64_t n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release)(struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray {
  int64_t length;
  int64_t null_count;
  int64_t offset;
  int64_t n_buffers;
  int64_t n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release)(struct ArrowArray *);
  void *private_data;
};

#define ARROW_FLAG_NULLABLE 2

/* ---- release: by the consumer, in any thread ------------------------------------------------------- */

static void release_schema(struct ArrowSchema *schema) {
  int64_t i;
  for (i = 0; i < schema->n_children; i++) {
    struct ArrowSchema *child = schema->children[i];
    if (child && child->release) child->release(child);
    free(child);
  }
  free(schema->children);
  free((void *)schema->format);
  free((void *)schema->name);
  schema->release = NULL;
}

static void release_array(struct ArrowArray *array) {
  Py_buffer *held = array->private_data;
  int64_t i;
  for (i = 0; i < array->n_children; i++) {
    struct ArrowArray *child = array->children[i];
    if (child && child->release) child->release(child);
    free(child);
  }
  if (held && Py_IsInitialized()) {
    PyGILState_STATE state = PyGILState_Ensure();
    for (i = 0; i < array->n_buffers; i++)
      if (held[i].obj) PyBuffer_Release(&held[i]);
    PyGILState_Release(state);
  }
  free(held);
  free(array->children);
  free(array->buffers);
  array->release = NULL;
}

/* ---- export ---------------------------------------------------------------------------------------- */

/** A column's tuple, taken apart: all borrowed. */
struct column {
  const char *format;
  Py_ssize_t length, null_count;
  PyObject *buffers, *children;
};

static int parse(PyObject *tuple, struct column *column) {
  if (!PyArg_ParseTuple(tuple, "snnOO:column", &column->format, &column->length, &column->null_count, &column->buffers,
                        &column->children))
    return -1;
  if (PyTuple_Check(column->buffers) && PyTuple_Check(column->children)) return 0;
  PyErr_SetString(PyExc_TypeError, "a column's buffers and children are tuples");
  return -1;
}

static void *zeroed(size_t count, size_t size) {
  void *memory = calloc(count ? count : 1, size);
  if (!memory) PyErr_NoMemory();
  return memory;
}

static char *copied(const char *text) {
  size_t size = strlen(text) + 1;
  char *copy = malloc(size);
  if (!copy) {
    PyErr_NoMemory();
    return NULL;
  }
  return memcpy(copy, text, size);
}

/** The struct is whole, as far as release_schema is concerned, at every return. */
static int fill_schema(struct ArrowSchema *schema, const char *name, PyObject *tuple) {
  struct column column;
  Py_ssize_t i, count;
  schema->release = release_schema;
  if (parse(tuple, &column) < 0) return -1;
  count = PyTuple_Size(column.children);
  schema->flags = ARROW_FLAG_NULLABLE; /* as Arrow's own types are, so that they equal ours */
  schema->format = copied(column.format);
  schema->name = copied(name);
  schema->children = zeroed((size_t)count, sizeof(struct ArrowSchema *));
  if (!schema->format || !schema->name || !schema->children) return -1;
  schema->n_children = count;
  for (i = 0; i < count; i++) {
    const char *child_name;
    PyObject *child;
    if (!PyArg_ParseTuple(PyTuple_GetItem(column.children, i), "sO:child", &child_name, &child)) return -1;
    schema->children[i] = zeroed(1, sizeof(struct ArrowSchema));
    if (!schema->children[i] || fill_schema(schema->children[i], child_name, child) < 0) return -1;
  }
  return 0;
}

static int hold_buffers(struct ArrowArray *array, PyObject *objects) {
  Py_ssize_t i, count = PyTuple_Size(objects);
  Py_buffer *held = zeroed((size_t)count, sizeof *held);
  array->private_data = held;
  array->buffers = zeroed((size_t)count, sizeof(void *));
  if (!held || !array->buffers) return -1;
  array->n_buffers = count;
  for (i = 0; i < count; i++) {
    PyObject *object = PyTuple_GetItem(objects, i);
    if (object == Py_None) continue;
    if (PyObject_GetBuffer(object, &held[i], PyBUF_SIMPLE) < 0) return -1;
    array->buffers[i] = held[i].buf;
  }
  return 0;
}

/** As fill_schema. */
static int fill_array(struct ArrowArray *array, PyObject *tuple) {
  struct column column;
  Py_ssize_t i, count;
  array->release = release_array;
  if (parse(tuple, &column) < 0) return -1;
  count = PyTuple_Size(column.children);
  array->length = column.length;
  array->null_count = column.null_count;
  array->children = zeroed((size_t)count, sizeof(struct ArrowArray *));
  if (!array->children || hold_buffers(array, column.buffers) < 0) return -1;
  array->n_children = count;
  for (i = 0; i < count; i++) {
    array->children[i] = zeroed(1, sizeof(struct ArrowArray));
    if (!array->children[i]) return -1;
    if (fill_array(array->children[i], PyTuple_GetItem(PyTuple_GetItem(column.children, i), 1)) < 0) return -1;
  }
  return 0;
}

/* ---- capsules: a struct that no consumer took is released with its capsule ------------------------- */

static void destroy_schema(PyObject *capsule) {
  struct ArrowSchema *schema = PyCapsule_GetPointer(capsule, "arrow_schema");
  if (schema->release) schema->release(schema);
  free(schema);
}

static void destroy_array(PyObject *capsule) {
  struct ArrowArray *array = PyCapsule_GetPointer(capsule, "arrow_array");
  if (array->release) array->release(array);
  free(array);
}

static PyObject *capsule_of(size_t size, const char *name, PyCapsule_Destructor destroy) {
  void *memory = zeroed(1, size);
  PyObject *capsule = memory ? PyCapsule_New(memory, name, destroy) : NULL;
  if (!capsule) free(memory);
  return capsule;
}

PyObject *cshm_py_arrow_capsules(PyObject *column) {
  PyObject *schema = capsule_of(sizeof(struct ArrowSchema), "arrow_schema", destroy_schema);
  PyObject *array = capsule_of(sizeof(struct ArrowArray), "arrow_array", destroy_array);
  PyObject *both = NULL;
  if (schema && array && fill_schema(PyCapsule_GetPointer(schema, "arrow_schema"), "", column) == 0 &&
      fill_array(PyCapsule_GetPointer(array, "arrow_array"), column) == 0)
    both = PyTuple_Pack(2, schema, array);
  Py_XDECREF(schema);
  Py_XDECREF(array);
  return both;
}

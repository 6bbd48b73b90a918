/*
 * SPDX-License-Identifier: MIT
 */
#include "leaves.h"

#include "convert.h"
#include "shared_array.h"
#include "span.h"
#include <string.h>

/*
 * Ten thousand leaves are fifty thousand objects, and the target is two and a half bare views of an array for each. So
 * dictionaries are copied from templates that have all their keys, what neighbours have in common is made once, and
 * Py_BuildValue, which would take longer than all of this, is not used.
 */

enum { META, DATA, SHM, SHAPE, ATTRS, OFFSET, KEY_COUNT };
static const char *const key_names[KEY_COUNT] = {"meta", "data", "shm", "shape", "attrs", "offset"};

typedef struct {
  cshm_attachment attachment;
  cshm_error error;                             /* one for all calls: clearing its kilobyte each time would be a cost */
  PyObject *memory, *ndarray, *types, *project; /* borrowed from the recipe */
  PyTypeObject *span;
  PyObject *keys[KEY_COUNT];
  PyObject *leaf; /* the template: {"meta": None, "data": None} */
  const char *dtype_text;
  PyObject *type;   /* (dtype, template of meta) of the last dtype met */
  PyObject *groups; /* node numbers to dictionaries */
  PyObject *group;  /* the dictionary of the last group met, borrowed */
  uint32_t group_number;
  PyObject *attributed;
} maker;

static int checked(maker *make, cshm_status status) {
  if (status == CSHM_OK) return 0;
  cshm_py_raise(&make->error);
  return -1;
}

/** Sets dict[key] and lets go of the value, which may be NULL after an error. */
static int set(PyObject *dict, PyObject *key, PyObject *value) {
  int status = value ? PyDict_SetItem(dict, key, value) : -1;
  Py_XDECREF(value);
  return status;
}

static void maker_clear(maker *make) {
  int i;
  for (i = 0; i < KEY_COUNT; i++)
    Py_XDECREF(make->keys[i]);
  Py_XDECREF(make->leaf);
  Py_XDECREF(make->type);
  Py_XDECREF(make->groups);
  Py_XDECREF(make->attributed);
}

static int maker_init(maker *make, cshm_attachment attachment, PyObject *recipe) {
  static const maker empty = {.error = CSHM_ERROR_INIT};
  int i;
  *make = empty;
  make->attachment = attachment;
  if (!PyArg_ParseTuple(recipe, "OOOOO:leaves", &make->memory, &make->ndarray, &make->types, &make->span,
                        &make->project))
    return -1;
  if (!PyType_Check((PyObject *)make->span)) {
    PyErr_SetString(PyExc_TypeError, "the recipe's fourth part is a class");
    return -1;
  }
  for (i = 0; i < KEY_COUNT; i++) {
    make->keys[i] = PyUnicode_InternFromString(key_names[i]);
    if (!make->keys[i]) return -1;
  }
  make->leaf = PyDict_New();
  make->groups = PyDict_New();
  make->attributed = PyList_New(0);
  if (!make->leaf || !make->groups || !make->attributed) return -1;
  return PyDict_SetItem(make->leaf, make->keys[META], Py_None) | PyDict_SetItem(make->leaf, make->keys[DATA], Py_None);
}

/** (dtype, template) of a dtype string; owned by the maker. */
static PyObject *type_of(maker *make, const char *text) {
  PyObject *key;
  if (make->type && (make->dtype_text == text || strcmp(make->dtype_text, text) == 0)) return make->type;
  key = PyUnicode_FromString(text);
  if (!key) return NULL;
  Py_CLEAR(make->type);
  make->type = PyObject_GetItem(make->types, key);
  make->dtype_text = text;
  Py_DECREF(key);
  return make->type;
}

static PyObject *shape_list(const cshm_array_view *view) {
  PyObject *list = PyList_New((Py_ssize_t)view->ndim);
  uint32_t i;
  if (!list) return NULL;
  for (i = 0; i < view->ndim; i++) {
    PyObject *length = PyLong_FromLongLong(view->shape[i]);
    if (!length || PyList_SetItem(list, (Py_ssize_t)i, length) < 0) {
      Py_DECREF(list);
      return NULL;
    }
  }
  return list;
}

static PyObject *meta_of(maker *make, PyObject *template, const cshm_array_view *view, PyObject *offset) {
  PyObject *meta = PyDict_Copy(template);
  if (!meta) return NULL;
  if (set(meta, make->keys[SHM],
          cshm_py_span_new(make->span, make->memory, make->project, view->offset, view->nbytes)) < 0 ||
      set(meta, make->keys[SHAPE], shape_list(view)) < 0 || set(meta, make->keys[ATTRS], PyDict_New()) < 0 ||
      PyDict_SetItem(meta, make->keys[OFFSET], offset) < 0) {
    Py_DECREF(meta);
    return NULL;
  }
  return meta;
}

static PyObject *leaf_of(maker *make, uint32_t number) {
  cshm_array_view view;
  PyObject *type, *shape, *args, *leaf;
  view.size = sizeof view;
  if (checked(make, cshm_attachment_view(make->attachment, number, &view, &make->error)) < 0) return NULL;
  type = type_of(make, view.dtype);
  shape = type ? cshm_py_shape(view.ndim, view.shape) : NULL;
  args = shape ? cshm_py_array_args(make->memory, PyTuple_GetItem(type, 0), shape, &view) : NULL;
  Py_XDECREF(shape);
  leaf = args ? PyDict_Copy(make->leaf) : NULL;
  if (leaf &&
      (set(leaf, make->keys[META], meta_of(make, PyTuple_GetItem(type, 1), &view, PyTuple_GetItem(args, 3))) < 0 ||
       set(leaf, make->keys[DATA], cshm_py_array(make->ndarray, number, args)) < 0))
    Py_CLEAR(leaf);
  Py_XDECREF(args);
  return leaf;
}

/** The dictionary of a group. Groups come before what is in them, so it is there. */
static PyObject *group_of(maker *make, uint32_t number) {
  PyObject *key;
  if (make->group && make->group_number == number) return make->group;
  key = PyLong_FromUnsignedLong(number);
  if (!key) return NULL;
  make->group = PyDict_GetItemWithError(make->groups, key);
  make->group_number = number;
  Py_DECREF(key);
  return make->group;
}

static PyObject *new_group(maker *make, uint32_t number) {
  PyObject *group = PyDict_New(), *key = PyLong_FromUnsignedLong(number);
  if (group && (!key || PyDict_SetItem(make->groups, key, group) < 0)) Py_CLEAR(group);
  Py_XDECREF(key);
  return group;
}

/** Appends (dictionary of its group, name, number, attribute count). */
static int note(maker *make, PyObject *group, PyObject *name, const cshm_node *node) {
  PyObject *row = Py_BuildValue("(OOII)", group, name, node->number, node->attribute_count);
  int status = row ? PyList_Append(make->attributed, row) : -1;
  Py_XDECREF(row);
  return status;
}

static int add_node(maker *make, const cshm_node *node) {
  PyObject *group = group_of(make, node->parent), *name = group ? PyUnicode_FromString(node->name) : NULL;
  int status;
  if (!name) return -1;
  status = set(group, name, node->kind == CSHM_GROUP ? new_group(make, node->number) : leaf_of(make, node->number));
  if (status == 0 && node->attribute_count) status = note(make, group, name, node);
  Py_DECREF(name);
  return status;
}

/** Fills the maker's dictionaries, and gives the root's. */
static PyObject *fill(maker *make) {
  PyObject *root = new_group(make, 0);
  cshm_node node;
  uint32_t number, end;
  node.size = sizeof node;
  if (!root || checked(make, cshm_node_at(make->attachment, 0, &node, &make->error)) < 0) goto failed;
  end = node.end;
  for (number = 1; number < end; number++) {
    if (checked(make, cshm_node_at(make->attachment, number, &node, &make->error)) < 0) goto failed;
    if (add_node(make, &node) < 0) goto failed;
  }
  return root;
failed:
  Py_XDECREF(root);
  return NULL;
}

PyObject *cshm_py_leaves(cshm_attachment attachment, PyObject *recipe) {
  maker make;
  PyObject *root = NULL, *result = NULL;
  /* Nothing of this is garbage, and looking for some again and again would cost more than making it. */
  int collecting = PyGC_Disable();
  if (maker_init(&make, attachment, recipe) == 0) root = fill(&make);
  if (root) result = PyTuple_Pack(2, root, make.attributed);
  Py_XDECREF(root);
  maker_clear(&make);
  if (collecting) PyGC_Enable();
  return result;
}

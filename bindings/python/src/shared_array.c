/*
 * SPDX-License-Identifier: MIT
 */
#include "shared_array.h"

#include "memory.h"
#include <structmember.h>

/* One of each in a process, as numpy is loaded once: set by cshm_py_shared_array_register. */
static PyTypeObject *ndarray, *shared_array;
static Py_ssize_t node_offset; /* of the node's number: where the fields of ndarray end */
static newfunc ndarray_new;
static binaryfunc ndarray_subscript;
static PyObject *base_name, *view_name;

static int is_shared_array(PyObject *object) {
  return PyObject_TypeCheck(object, shared_array);
}

PyObject *cshm_py_array(PyObject *kind, uint32_t number, PyObject *args) {
  PyObject *array;
  if (!PyType_Check(kind) || !PyType_IsSubtype((PyTypeObject *)kind, ndarray)) {
    PyErr_Format(PyExc_TypeError, "%R is no subclass of numpy.ndarray", kind);
    return NULL;
  }
  array = ndarray_new((PyTypeObject *)kind, args, NULL);
  if (array && is_shared_array(array)) *(uint32_t *)(void *)((char *)array + node_offset) = number;
  return array;
}

PyObject *cshm_py_origin(PyObject *object) {
  PyObject *at = Py_NewRef(object), *base;
  while (PyObject_TypeCheck(at, ndarray)) {
    base = PyObject_GetAttr(at, base_name);
    if (!base || (cshm_py_is_memory(base) && is_shared_array(at))) {
      Py_XDECREF(base);
      if (base) return at;
      Py_DECREF(at);
      return NULL;
    }
    Py_DECREF(at);
    at = base;
  }
  Py_DECREF(at);
  return Py_NewRef(Py_None);
}

static PyObject *view_as(PyObject *array, PyTypeObject *type) {
  return PyObject_CallMethodObjArgs(array, view_name, (PyObject *)type, NULL);
}

PyObject *cshm_py_classed(PyObject *result, PyObject *kind) {
  PyObject *origin, *view;
  if (Py_TYPE(result) != ndarray) return Py_NewRef(result);
  origin = cshm_py_origin(result);
  if (!origin) return NULL;
  view = origin == Py_None ? Py_NewRef(result) : view_as(result, (PyTypeObject *)kind);
  Py_DECREF(origin);
  return view;
}

/** Whether an index is sure to give a view or a single element, as few objects are. */
static int is_simple(PyObject *index) {
  return PyLong_CheckExact(index) || PySlice_Check(index) || index == Py_Ellipsis || index == Py_None ||
         PyUnicode_CheckExact(index);
}

static int is_simple_key(PyObject *key) {
  Py_ssize_t i;
  if (!PyTuple_CheckExact(key)) return is_simple(key);
  for (i = 0; i < PyTuple_Size(key); i++)
    if (!is_simple(PyTuple_GetItem(key, i))) return 0;
  return 1;
}

/** numpy gives this class to whatever an index gives: a copy is to be a plain ndarray, so a plain one is indexed. */
static PyObject *array_subscript(PyObject *self, PyObject *key) {
  PyObject *plain, *item, *classed;
  if (is_simple_key(key)) return ndarray_subscript(self, key);
  plain = view_as(self, ndarray);
  item = plain ? ndarray_subscript(plain, key) : NULL;
  classed = item ? cshm_py_classed(item, (PyObject *)Py_TYPE(self)) : NULL;
  Py_XDECREF(item);
  Py_XDECREF(plain);
  return classed;
}

static PyObject *array_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  (void)type;
  (void)args;
  (void)kwargs;
  PyErr_SetString(PyExc_TypeError, "a shared array is not made, but taken from a project: use cute_shm.create, "
                                   "cute_shm.allocate or cute_shm.open");
  return NULL;
}

static PyMemberDef array_members[] = {{"_node", T_UINT, 0, READONLY, "number of the node; of an origin only"},
                                      {NULL, 0, 0, 0, NULL}};

static char array_doc[] = "numpy.ndarray over the memory of a project; see cute_shm.Array.";

/* Slots hold functions as `void *`, which ISO C has no cast for; the pragma is kept to these lines. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
static PyType_Slot array_slots[] = {{Py_tp_new, (void *)array_new},
                                    {Py_mp_subscript, (void *)array_subscript},
                                    {Py_tp_members, array_members},
                                    {Py_tp_doc, array_doc},
                                    {0, NULL}};

static void take_slots(void) {
  ndarray_new = (newfunc)PyType_GetSlot(ndarray, Py_tp_new);
  ndarray_subscript = (binaryfunc)PyType_GetSlot(ndarray, Py_mp_subscript);
}
#pragma GCC diagnostic pop

/** Takes from numpy what is needed of it. */
static int import_ndarray(void) {
  PyObject *numpy = PyImport_ImportModule("numpy"), *size;
  if (!numpy) return -1;
  ndarray = (PyTypeObject *)PyObject_GetAttrString(numpy, "ndarray");
  Py_DECREF(numpy);
  size = ndarray ? PyObject_GetAttrString((PyObject *)ndarray, "__basicsize__") : NULL;
  if (!size) return -1;
  node_offset = PyLong_AsSsize_t(size);
  Py_DECREF(size);
  take_slots();
  base_name = PyUnicode_InternFromString("base");
  view_name = PyUnicode_InternFromString("view");
  return node_offset > 0 && base_name && view_name ? 0 : -1;
}

int cshm_py_shared_array_register(PyObject *module) {
  PyType_Spec spec = {"cute_shm._core.SharedArray", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, array_slots};
  if (import_ndarray() < 0) return -1;
  /* ndarray's fields are pointers: what comes after them is aligned for one. */
  spec.basicsize = (int)(node_offset + (Py_ssize_t)sizeof(void *));
  array_members[0].offset = node_offset;
  shared_array = (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, (PyObject *)ndarray);
  if (!shared_array) return -1;
  return PyModule_AddObjectRef(module, "SharedArray", (PyObject *)shared_array);
}

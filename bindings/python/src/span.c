/*
 * SPDX-License-Identifier: MIT
 */
#include "span.h"

#include <string.h>
#include <structmember.h>

typedef struct {
  PyObject ob_base; /* PyObject_HEAD, which formatters take for a declaration */
  PyObject *memory, *project;
  unsigned long long offset, nbytes;
} span_object;

/** Of this interpreter's module; what derives from it is checked against it. */
static PyTypeObject *span_type;

static void span_dealloc(PyObject *object) {
  span_object *self = (span_object *)(void *)object;
  PyTypeObject *type = Py_TYPE(object);
  void *slot = PyType_GetSlot(type, Py_tp_free);
  freefunc release;
  memcpy(&release, &slot, sizeof release); /* ISO C has no cast for it */
  Py_XDECREF(self->memory);
  Py_XDECREF(self->project);
  release(object);
  Py_DECREF(type);
}

static void span_finalize(PyObject *object) { (void)object; }

static PyMemberDef span_members[] = {
    {"_memory", T_OBJECT, offsetof(span_object, memory), 0, "keeps the bytes mapped; None when closed"},
    {"_project", T_OBJECT, offsetof(span_object, project), READONLY, "what is known of the project"},
    {"_offset", T_ULONGLONG, offsetof(span_object, offset), READONLY, "bytes from the beginning of the memory"},
    {"_nbytes", T_ULONGLONG, offsetof(span_object, nbytes), READONLY, "bytes"},
    {NULL, 0, 0, 0, NULL}};

static char span_doc[] = "Span()\n--\n\nA range of a project's memory; made by `leaves`.";

/* Slots hold functions as `void *`, which ISO C has no cast for; the pragma is kept to this table. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
static PyType_Slot span_slots[] = {{Py_tp_dealloc, (void *)span_dealloc},
                                   {Py_tp_finalize, (void *)span_finalize},
                                   {Py_tp_members, span_members},
                                   {Py_tp_doc, span_doc},
                                   {0, NULL}};
#pragma GCC diagnostic pop

static PyType_Spec span_spec = {"cute_shm._core.Span", sizeof(span_object), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                                span_slots};

int cshm_py_span_register(PyObject *module) {
  PyObject *type = PyType_FromModuleAndSpec(module, &span_spec, NULL);
  if (!type) return -1;
  span_type = (PyTypeObject *)(void *)type;
  return PyModule_AddObjectRef(module, "Span", type);
}

PyObject *cshm_py_span_new(PyTypeObject *type, PyObject *memory, PyObject *project, uint64_t offset, uint64_t nbytes) {
  span_object *self;
  if (!PyType_IsSubtype(type, span_type)) {
    PyErr_Format(PyExc_TypeError, "%R does not derive from Span", (PyObject *)type);
    return NULL;
  }
  self = (span_object *)(void *)PyType_GenericAlloc(type, 0);
  if (!self) return NULL;
  self->memory = Py_NewRef(memory);
  self->project = Py_NewRef(project);
  self->offset = offset;
  self->nbytes = nbytes;
  return (PyObject *)self;
}

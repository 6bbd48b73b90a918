/*
 * SPDX-License-Identifier: MIT
 */
#include "memory.h"

#include "convert.h"
#include <structmember.h>

typedef struct {
  PyObject ob_base; /* PyObject_HEAD, which formatters take for a declaration */
  unsigned long long attachment, address;
  void *base;
  Py_ssize_t nbytes;
  int readonly;
  PyObject *store; /* or NULL */
} memory_object;

static PyTypeObject *memory_type; /* set by cshm_py_memory_register */

static PyObject *memory_new(PyTypeObject *type, PyObject *args, PyObject *kwargs) {
  static char *names[] = {"attachment", "store", NULL};
  cshm_error error = CSHM_ERROR_INIT;
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  cshm_attachment attachment;
  memory_object *self;
  PyObject *store = Py_None;
  unsigned long long id;

  if (!PyArg_ParseTupleAndKeywords(args, kwargs, "K|O:Memory", names, &id, &store)) return NULL;
  attachment.id = id;
  if (cshm_attachment_describe(attachment, &info, &error) != CSHM_OK) {
    cshm_py_raise(&error);
    return NULL;
  }
  self = PyObject_New(memory_object, type);
  if (!self) {
    cshm_detach(attachment, NULL);
    return NULL;
  }
  self->attachment = id;
  self->address = (unsigned long long)(uintptr_t)info.base;
  self->base = (void *)info.base; /* exported read-only where the mapping is */
  self->nbytes = (Py_ssize_t)info.nbytes;
  self->readonly = info.mode == CSHM_READ_ONLY;
  self->store = Py_NewRef(store);
  return (PyObject *)self;
}

static void memory_dealloc(PyObject *object) {
  PyTypeObject *type = Py_TYPE(object);
  cshm_attachment attachment;
  attachment.id = ((memory_object *)(void *)object)->attachment;
  cshm_detach(attachment, NULL);
  Py_XDECREF(((memory_object *)(void *)object)->store);
  PyObject_Free(object);
  Py_DECREF(type);
}

static int memory_getbuffer(PyObject *object, Py_buffer *view, int flags) {
  memory_object *self = (memory_object *)(void *)object;
  if (self->readonly && (flags & PyBUF_WRITABLE)) {
    /* numpy asks for a writable buffer first, for every array: no message is made then. */
    PyErr_SetNone(PyExc_BufferError);
    view->obj = NULL;
    return -1;
  }
  return PyBuffer_FillInfo(view, object, self->base, self->nbytes, self->readonly, flags);
}

static PyMemberDef memory_members[] = {
    {"attachment", T_ULONGLONG, offsetof(memory_object, attachment), READONLY, "the handle it owns"},
    {"store", T_OBJECT, offsetof(memory_object, store), 0, "where others find the project; None: nowhere yet"},
    {"address", T_ULONGLONG, offsetof(memory_object, address), READONLY, "of the first byte, in this process"},
    {"nbytes", T_PYSSIZET, offsetof(memory_object, nbytes), READONLY, "bytes mapped, index included"},
    {NULL, 0, 0, 0, NULL}};

static char memory_doc[] = "Memory(attachment, store=None)\n--\n\n"
                           "Owns an attachment (it takes over the caller's reference) and exports its segment "
                           "through the buffer protocol.";

/* Slots hold functions as `void *`, which ISO C has no cast for; the pragma is kept to this table. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wpedantic"
static PyType_Slot memory_slots[] = {
    {Py_tp_new, (void *)memory_new}, {Py_tp_dealloc, (void *)memory_dealloc},     {Py_tp_members, memory_members},
    {Py_tp_doc, memory_doc},         {Py_bf_getbuffer, (void *)memory_getbuffer}, {0, NULL}};
#pragma GCC diagnostic pop

static PyType_Spec memory_spec = {"cute_shm._core.Memory", sizeof(memory_object), 0, Py_TPFLAGS_DEFAULT, memory_slots};

int cshm_py_is_memory(PyObject *object) {
  return Py_TYPE(object) == memory_type;
}

int cshm_py_memory_register(PyObject *module) {
  memory_type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &memory_spec, NULL);
  if (!memory_type) return -1;
  return PyModule_AddObjectRef(module, "Memory", (PyObject *)memory_type);
}

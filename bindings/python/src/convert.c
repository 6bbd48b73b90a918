/*
 * SPDX-License-Identifier: MIT
 */
#include "convert.h"

#include <string.h>

/** The exception object for an error, made by the package: the hierarchy is written in Python. */
static PyObject *exception_of(const cshm_error *error) {
  PyObject *module, *message, *exception;
  module = PyImport_ImportModule("cute_shm._errors");
  if (!module) return NULL;
  /* A message that was cut to its buffer may end inside a character. */
  message = PyUnicode_DecodeUTF8(error->message, (Py_ssize_t)strlen(error->message), "replace");
  exception =
      message ? PyObject_CallMethod(module, "from_status", "iOi", (int)error->status, message, (int)error->sys_errno)
              : NULL;
  Py_XDECREF(message);
  Py_DECREF(module);
  return exception;
}

void cshm_py_raise(const cshm_error *error) {
  PyObject *exception;
  if (PyErr_Occurred()) return;
  exception = exception_of(error);
  if (!exception) return;
  PyErr_SetObject((PyObject *)Py_TYPE(exception), exception);
  Py_DECREF(exception);
}

static void raise_bad_text(PyObject *object, const char *what, const char *why) {
  cshm_error error = CSHM_ERROR_INIT;
  PyObject *shown = PyObject_ASCII(object), *bytes = NULL;
  if (shown) bytes = PyUnicode_AsUTF8String(shown);
  if (bytes) {
    error.status = CSHM_ERR_BAD_NAME;
    PyOS_snprintf(error.message, sizeof error.message, "%s %.500s %s", what, PyBytes_AsString(bytes), why);
    cshm_py_raise(&error);
  }
  Py_XDECREF(bytes);
  Py_XDECREF(shown);
}

const char *cshm_py_text(PyObject *object, const char *what) {
  Py_ssize_t length = 0;
  const char *text;
  if (!PyUnicode_Check(object)) {
    PyErr_Format(PyExc_TypeError, "%s must be a str, not %R", what, (PyObject *)Py_TYPE(object));
    return NULL;
  }
  text = PyUnicode_AsUTF8AndSize(object, &length);
  if (!text) {
    if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) return NULL;
    PyErr_Clear();
    raise_bad_text(object, what, "holds a lone surrogate, which UTF-8 cannot write: leave it out");
    return NULL;
  }
  if (strlen(text) != (size_t)length) {
    raise_bad_text(object, what, "holds a NUL character: leave it out");
    return NULL;
  }
  return text;
}

PyObject *cshm_py_shape(uint32_t ndim, const int64_t *shape) {
  PyObject *tuple = PyTuple_New((Py_ssize_t)ndim);
  uint32_t i;
  if (!tuple) return NULL;
  for (i = 0; i < ndim; i++) {
    PyObject *length = PyLong_FromLongLong(shape[i]);
    if (!length || PyTuple_SetItem(tuple, (Py_ssize_t)i, length) < 0) {
      Py_DECREF(tuple);
      return NULL;
    }
  }
  return tuple;
}

int cshm_py_parse_shape(PyObject *object, int64_t *shape) {
  Py_ssize_t i, count = PySequence_Size(object);
  if (count < 0) return -1;
  if (count > CSHM_MAX_NDIM) {
    PyErr_Format(PyExc_ValueError, "%zd dimensions, but an array has at most %d", count, CSHM_MAX_NDIM);
    return -1;
  }
  for (i = 0; i < count; i++) {
    PyObject *length = PySequence_GetItem(object, i);
    if (!length) return -1;
    shape[i] = PyLong_AsLongLong(length);
    Py_DECREF(length);
    if (shape[i] == -1 && PyErr_Occurred()) return -1;
  }
  return (int)count;
}

PyObject *cshm_py_attribute(const cshm_attribute *attribute) {
  PyObject *shape = cshm_py_shape(attribute->ndim, attribute->shape);
  if (!shape) return NULL;
  return Py_BuildValue("(ssNy#)", attribute->name, attribute->dtype, shape, attribute->data ? attribute->data : "",
                       (Py_ssize_t)attribute->nbytes);
}

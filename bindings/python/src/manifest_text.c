/* SPDX-License-Identifier: MIT */
#include "manifest_text.h"

#include "convert.h"

/* A call that writes a text, and what it writes it of. */
typedef struct written {
  cshm_status (*write)(const struct written *of, char *buffer, size_t *length, cshm_error *err);
  cshm_manifest manifest;
  cshm_attachment attachment;
  uint32_t format;
} written;

static PyObject *text_of(const written *of) {
  cshm_error error = CSHM_ERROR_INIT;
  size_t length = 0;
  PyObject *text = NULL;
  char *buffer = NULL;
  cshm_status status = of->write(of, NULL, &length, &error);
  if (status == CSHM_ERR_BUFFER_TOO_SMALL) {
    buffer = PyMem_Malloc(++length);
    if (!buffer) return PyErr_NoMemory();
    status = of->write(of, buffer, &length, &error);
  }
  if (status == CSHM_OK)
    text = PyUnicode_DecodeUTF8(buffer ? buffer : "", (Py_ssize_t)length, "strict");
  else
    cshm_py_raise(&error);
  PyMem_Free(buffer);
  return text;
}

static cshm_status write_manifest(const written *of, char *buffer, size_t *length, cshm_error *err) {
  return cshm_manifest_text(of->manifest, of->format, buffer, length, err);
}

static cshm_status write_attachment(const written *of, char *buffer, size_t *length, cshm_error *err) {
  return cshm_attachment_manifest(of->attachment, of->format, buffer, length, err);
}

PyObject *cshm_py_manifest_text(cshm_manifest manifest, uint32_t format) {
  return text_of(&(written){.write = write_manifest, .manifest = manifest, .format = format});
}

PyObject *cshm_py_attachment_manifest(cshm_attachment attachment, uint32_t format) {
  return text_of(&(written){.write = write_attachment, .attachment = attachment, .format = format});
}

/*
 * Text of any length that the library writes: manifests.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CUTESHM_PY_MANIFEST_TEXT_H
#define CUTESHM_PY_MANIFEST_TEXT_H

#include <Python.h>
#include <cuteshm/cuteshm.h>

/** What cshm_manifest_text and cshm_attachment_manifest write, as str. */
PyObject *cshm_py_manifest_text(cshm_manifest manifest, uint32_t format);
PyObject *cshm_py_attachment_manifest(cshm_attachment attachment, uint32_t format);

#endif /* CUTESHM_PY_MANIFEST_TEXT_H */

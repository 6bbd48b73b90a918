/*
 * Python's part of cuteshm.i: the module cute_shm._core.
 *
 * SPDX-License-Identifier: MIT
 *
 * At this layer handles are plain ints, structs are tuples in the order of their fields, a failing call raises the
 * class of cute_shm._errors that belongs to its status, and what a call gives besides its status is what it returns.
 */

%include "python_typemaps.i"

%{
#include "arrow.h"
#include "convert.h"
#include "leaves.h"
#include "manifest_text.h"
#include "memory.h"
#include "shared_array.h"
#include "span.h"
#include "table.h"
%}

%init %{
  if (cshm_py_memory_register(m) < 0 || cshm_py_shared_array_register(m) < 0 || cshm_py_span_register(m) < 0) return -1;
%}

/* ---- what Python has no use for ---- */

%ignore CSHM_API;
%rename("$ignore", %$isclass) "";
%ignore cshm_builder_map;      /* a pointer that publish makes invalid: nothing an ndarray could keep alive */
%ignore cshm_builder_place;    /* a descriptor to hand to another process while the builder lives */
%ignore cshm_attachment_retain; /* Memory counts its references */
%ignore cshm_array_open;       /* arrays are views of a Memory, not handles */
%ignore cshm_array_at;
%ignore cshm_array_retain;
%ignore cshm_array_release;
%ignore cshm_array_describe;
%ignore cshm_attachment_view;  /* row() and rows() give it together with the node */
%ignore cshm_dtype_parse;      /* numpy has its own */
%ignore cshm_dtype_field;

/* ---- calls that wait for the kernel, copy data or read a file let other threads run ---- */

%thread cshm_attach;
%thread cshm_attach_fd;
%thread cshm_attachment_reattach;
%thread cshm_attachment_wait_newer;
%thread cshm_unlink;
%thread cshm_list;
%thread cshm_store_collect;
%thread cshm_store_repair;
%thread cshm_builder_allocate;
%thread cshm_builder_write;
%thread cshm_builder_publish;
%thread cshm_builder_abort;
%thread cshm_manifest_read;
%thread cshm_manifest_parse;

/* ---- many nodes in one call ---- */

%rename(row) cshm_py_row;
%rename(rows) cshm_py_rows;
%rename(children) cshm_py_children;
PyObject *cshm_py_row(cshm_attachment attachment, const char *path);
PyObject *cshm_py_rows(cshm_attachment attachment, uint32_t group, int deep);
PyObject *cshm_py_children(cshm_attachment attachment, PyObject *memory, uint32_t group, PyObject *kind,
                           PyObject *dtypes);

%rename(leaves) cshm_py_leaves;
PyObject *cshm_py_leaves(cshm_attachment attachment, PyObject *recipe);

/* ---- text of any length ---- */

%ignore cshm_manifest_text;
%ignore cshm_attachment_manifest;
%rename(manifest_text) cshm_py_manifest_text;
%rename(attachment_manifest) cshm_py_attachment_manifest;
PyObject *cshm_py_manifest_text(cshm_manifest manifest, uint32_t format);
PyObject *cshm_py_attachment_manifest(cshm_attachment attachment, uint32_t format);

/* ---- arrays ---- */

%rename(array) cshm_py_array;
%rename(origin) cshm_py_origin;
%rename(classed) cshm_py_classed;
PyObject *cshm_py_array(PyObject *kind, uint32_t number, PyObject *args);
PyObject *cshm_py_origin(PyObject *object);
PyObject *cshm_py_classed(PyObject *result, PyObject *kind);

/* ---- Arrow ---- */

%rename(arrow_capsules) cshm_py_arrow_capsules;
PyObject *cshm_py_arrow_capsules(PyObject *column);

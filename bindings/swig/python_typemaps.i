/*
 * How C types look in Python: for both modules.
 *
 * SPDX-License-Identifier: MIT
 */

%nothread; /* the GIL is kept, but for the calls named with %thread */

/* ---- status and error ---- */

%typemap(in, numinputs=0, noblock=1) cshm_error *err {
  cshm_error failure = CSHM_ERROR_INIT;
  $1 = &failure;
}
%typemap(out, noblock=1) cshm_status {
  if ($1 != CSHM_OK) {
    cshm_py_raise(&failure);
    SWIG_fail;
  }
  $result = Py_NewRef(Py_None);
}

/* What a call gives replaces the None that stands for CSHM_OK. */
%define CSHM_PY_RETURN(EXPRESSION)
  PyObject *value = EXPRESSION;
  if (!value) SWIG_fail;
  Py_DECREF($result);
  $result = value;
%enddef

/* ---- handles ---- */

%define CSHM_PY_HANDLE(TYPE)
%typemap(in) TYPE {
  $1.id = PyLong_AsUnsignedLongLong($input);
  if (PyErr_Occurred()) SWIG_fail;
}
%typemap(in, numinputs=0) TYPE * (TYPE handle) {
  handle.id = 0;
  $1 = &handle;
}
%typemap(argout) TYPE * {
  CSHM_PY_RETURN(PyLong_FromUnsignedLongLong($1->id))
}
%enddef
CSHM_PY_HANDLE(cshm_store)
CSHM_PY_HANDLE(cshm_builder)
CSHM_PY_HANDLE(cshm_attachment)
CSHM_PY_HANDLE(cshm_listing)
CSHM_PY_HANDLE(cshm_manifest)

/* ---- text: UTF-8 in; paths of the file system are bytes to Python ---- */

%typemap(in) const char * {
  $1 = (char *)cshm_py_text($input, "$1_name");
  if (!$1) SWIG_fail;
}
%typemap(freearg) const char * ""

/* None names all projects; what was repaired is returned. */
%typemap(in) (const char *project, cshm_listing *repaired) (cshm_listing handle) {
  handle.id = 0;
  $1 = $input == Py_None ? NULL : (char *)cshm_py_text($input, "project");
  if (!$1 && $input != Py_None) SWIG_fail;
  $2 = &handle;
}
%typemap(argout) (const char *project, cshm_listing *repaired) {
  CSHM_PY_RETURN(PyLong_FromUnsignedLongLong($2->id))
}

%typemap(in) const char *root (PyObject *path = NULL), const char *file (PyObject *path = NULL) {
  if ($input != Py_None) {
    if (!PyUnicode_FSConverter($input, &path)) SWIG_fail;
    $1 = PyBytes_AsString(path);
  }
}
%typemap(freearg) const char *root, const char *file {
  Py_XDECREF(path$argnum);
}

/* Bytes, which the library finds to be UTF-8 or not. */
%typemap(in) (const char *text, size_t nbytes) (char *bytes, Py_ssize_t size) {
  if (PyBytes_AsStringAndSize($input, &bytes, &size) < 0) SWIG_fail;
  $1 = bytes;
  $2 = (size_t)size;
}
%typemap(freearg) (const char *text, size_t nbytes) ""

%typemap(in, numinputs=0) (char *buffer, size_t *length) (char text[8192], size_t size) {
  size = sizeof text;
  $1 = text;
  $2 = &size;
}
%typemap(argout) (char *buffer, size_t *length) {
  CSHM_PY_RETURN(PyUnicode_DecodeFSDefaultAndSize($1, (Py_ssize_t)*$2))
}

/* ---- numbers out ---- */

%typemap(in, numinputs=0) int32_t *current (int32_t number), int32_t *fd (int32_t number), uint32_t *array (uint32_t number),
                          uint64_t *count (uint64_t number), uint64_t *nbytes (uint64_t number) {
  number = 0;
  $1 = &number;
}
%typemap(argout) int32_t *current {
  CSHM_PY_RETURN(PyBool_FromLong(*$1))
}
%typemap(argout) int32_t *fd {
  CSHM_PY_RETURN(PyLong_FromLong(*$1))
}
%typemap(argout) uint32_t *array, uint64_t *count, uint64_t *nbytes {
  CSHM_PY_RETURN(PyLong_FromUnsignedLongLong(*$1))
}

/* ---- shapes and data in ---- */

%typemap(in) (uint32_t ndim, const int64_t *shape) (int64_t lengths[CSHM_MAX_NDIM]) {
  int count = cshm_py_parse_shape($input, lengths);
  if (count < 0) SWIG_fail;
  $1 = (uint32_t)count;
  $2 = lengths;
}
/* Any contiguous buffer, in its own order. */
%typemap(in) (const void *data, uint64_t nbytes) (Py_buffer bytes = {0}) {
  if (PyObject_GetBuffer($input, &bytes, PyBUF_ANY_CONTIGUOUS) < 0) SWIG_fail;
  $1 = bytes.buf;
  $2 = (uint64_t)bytes.len;
}
%typemap(freearg) (const void *data, uint64_t nbytes) {
  if (bytes$argnum.obj) PyBuffer_Release(&bytes$argnum);
}

/* ---- options: a plain value or a tuple ---- */

%typemap(in) const cshm_store_options *options (cshm_store_options given = CSHM_STORE_OPTIONS_INIT) {
  if ($input != Py_None &&
      !PyArg_ParseTuple($input, "IzzI:options", &given.manifest, &given.prefix, &given.group, &given.access))
    SWIG_fail;
  $1 = &given;
}
%typemap(in) const cshm_attach_options *options (cshm_attach_options given = CSHM_ATTACH_OPTIONS_INIT) {
  given.mode = (uint32_t)PyLong_AsUnsignedLong($input);
  if (PyErr_Occurred()) SWIG_fail;
  $1 = &given;
}
%typemap(in) const cshm_collect_options *options (cshm_collect_options given = CSHM_COLLECT_OPTIONS_INIT) {
  int dry_run = PyObject_IsTrue($input);
  if (dry_run < 0) SWIG_fail;
  given.dry_run = (uint32_t)dry_run;
  $1 = &given;
}
%typemap(in) const cshm_builder_options *options (cshm_builder_options given = CSHM_BUILDER_OPTIONS_INIT) {
  if (!PyArg_ParseTuple($input, "IIIz:options", &given.overwrite, &given.lifetime, &given.sealed, &given.producer))
    SWIG_fail;
  $1 = &given;
}

/* ---- structs out: tuples ---- */

%define CSHM_PY_STRUCT(TYPE, INIT, EXPRESSION)
%typemap(in, numinputs=0) TYPE * (TYPE filled = INIT) {
  $1 = &filled;
}
%typemap(argout) TYPE * {
  CSHM_PY_RETURN(EXPRESSION)
}
%enddef

CSHM_PY_STRUCT(cshm_project, CSHM_PROJECT_INIT,
  Py_BuildValue("(isNNsKKKIIN)", $1->status, $1->name, PyUnicode_DecodeFSDefault($1->manifest),
                PyUnicode_DecodeFSDefault($1->segment), $1->message, (unsigned long long)$1->generation,
                (unsigned long long)$1->nbytes, (unsigned long long)$1->created_ns, $1->array_count, $1->lifetime,
                PyBool_FromLong($1->in_use)))
CSHM_PY_STRUCT(cshm_attachment_info, CSHM_ATTACHMENT_INFO_INIT,
  Py_BuildValue("(IsNNKKKIIIIN)", $1->mode, $1->project, PyUnicode_DecodeFSDefault($1->root),
                PyUnicode_DecodeFSDefault($1->segment), (unsigned long long)$1->generation,
                (unsigned long long)$1->created_ns, (unsigned long long)$1->nbytes, $1->node_count, $1->array_count,
                $1->note_count, $1->lifetime, PyBool_FromLong($1->sealed)))
CSHM_PY_STRUCT(cshm_node, CSHM_NODE_INIT,
  Py_BuildValue("(IssIIII)", $1->kind, $1->path, $1->name, $1->number, $1->parent, $1->end, $1->attribute_count))
CSHM_PY_STRUCT(cshm_attribute, CSHM_ATTRIBUTE_INIT, cshm_py_attribute($1))
CSHM_PY_STRUCT(cshm_note, CSHM_NOTE_INIT, Py_BuildValue("(Iss)", $1->kind, $1->key, $1->text))

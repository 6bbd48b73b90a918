/*
 * Python's part of cuteshm_hdf5.i: the module cute_shm._hdf5.
 *
 * SPDX-License-Identifier: MIT
 */

%{
#include "convert.h"
#include "progress.h"
%}

/* None: the defaults. */
%typemap(in) const cshm_hdf5_options *options (cshm_hdf5_options given = CSHM_HDF5_OPTIONS_INIT) {
  PyObject *callable = Py_None;
  unsigned long long max_bytes_per_dataset = 0;
  if ($input != Py_None &&
      !PyArg_ParseTuple($input, "IIIOzIIzzKIII:options", &given.overwrite, &given.lifetime, &given.strict, &callable,
                        &given.producer, &given.sealed, &given.threads, &given.select, &given.exclude,
                        &max_bytes_per_dataset, &given.native_endian, &given.external_links, &given.isolate))
    SWIG_fail;
  given.max_bytes_per_dataset = max_bytes_per_dataset;
  /* Set without a callable, too: it is what sees Ctrl-C. */
  given.progress = cshm_py_progress;
  given.user = callable == Py_None ? NULL : callable;
  $1 = &given;
}

%typemap(in) const cshm_hdf5_save_options *options (cshm_hdf5_save_options given = CSHM_HDF5_SAVE_OPTIONS_INIT) {
  PyObject *callable = NULL;
  unsigned long long chunk;
  if (!PyArg_ParseTuple($input, "IIIKIO:options", &given.overwrite, &given.deflate, &given.shuffle, &chunk,
                        &given.threads, &callable))
    SWIG_fail;
  given.chunk = chunk;
  given.progress = cshm_py_progress;
  given.user = callable == Py_None ? NULL : callable;
  $1 = &given;
}

%ignore cshm_hdf5_options;
%ignore cshm_hdf5_save_options;
%ignore cshm_progress_fn;

%thread cshm_hdf5_load;
%thread cshm_hdf5_nbytes;
%thread cshm_hdf5_save;

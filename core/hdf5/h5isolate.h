/* SPDX-License-Identifier: MIT */
/* h5isolate: a load whose file is read by a process of its own. No HDF5 here. */
#ifndef CUTESHM_H5ISOLATE_H
#define CUTESHM_H5ISOLATE_H

#include <cuteshm/hdf5.h>

/* As cshm_hdf5_load, with options that are whole. */
cshm_status cshm__h5_isolate(cshm_store store, const char *project, const char *file, const cshm_hdf5_options *options,
                             cshm_attachment *attachment, cshm_error *err);

/* As cshm_hdf5_nbytes, in the same way. */
cshm_status cshm__h5_isolate_nbytes(const char *file, const cshm_hdf5_options *options, uint64_t *nbytes,
                                    cshm_error *err);

#endif

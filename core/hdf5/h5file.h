/* SPDX-License-Identifier: MIT */
/* h5file: opens an HDF5 file, and says in plain words why it can't. */
#ifndef CUTESHM_H5FILE_H
#define CUTESHM_H5FILE_H

#include "h5words.h"

#include <stdint.h>

struct h5file {
  hid_t id;         /* negative when it is not open */
  char *path;       /* absolute, no symlinks */
  uint64_t size;    /* bytes */
  int64_t mtime;    /* seconds since 1970-01-01 UTC, */
  int64_t mtime_ns; /* and nanoseconds */
};

#define H5FILE_INIT {H5I_INVALID_HID, NULL, 0, 0, 0}

/* Opens a file to read. The caller ends it with cshm__h5_file_close, whatever this returns.
 * CSHM_ERR_NOT_FOUND, CSHM_ERR_PERMISSION, CSHM_ERR_HDF5, CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_file_open(const char *path, struct h5file *file, cshm_error *err);

/* Closes it with everything in it that is still open. Twice is fine. */
void cshm__h5_file_close(struct h5file *file);

/* The failure of a file in a format that this HDF5 does not know. `words` are HDF5's. */
cshm_status cshm__h5_file_newer(const char *path, const char *words, cshm_error *err);

#endif

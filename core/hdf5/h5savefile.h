/* SPDX-License-Identifier: MIT */
/* h5savefile: a new HDF5 file that gets its name when it is whole. */
#ifndef CUTESHM_H5SAVEFILE_H
#define CUTESHM_H5SAVEFILE_H

#include "h5words.h"

#include <stdint.h>

/*
 * HDF5 does not survive a write that fails while it closes a file: what it could not write it tries to write again when the
 * process ends. So it writes through a driver of ours, which keeps the first failure for itself and says that all is well.
 */
struct h5savefile {
  hid_t id;        /* negative when it is not open */
  hid_t driver;    /* negative when there is none */
  int fd;          /* negative when there is none */
  int failed;      /* errno of the first write that failed, or 0 */
  char *path;      /* where it will be; no symlink */
  char *folder;    /* of it */
  char *temporary; /* its name until then; NULL while it has none: see h5unnamed.h */
  bool overwrite;
};

#define H5SAVEFILE_INIT {H5I_INVALID_HID, H5I_INVALID_HID, -1, 0, NULL, NULL, NULL, false}

/* Makes an empty file in the folder of `path`. The caller ends it with cshm__h5_savefile_end, whatever this returns.
 * CSHM_ERR_EXISTS, CSHM_ERR_NOT_FOUND: no such folder, CSHM_ERR_PERMISSION, CSHM_ERR_NO_SPACE, CSHM_ERR_SYSTEM. */
cshm_status cshm__h5_savefile_begin(struct h5savefile *file, const char *path, bool overwrite, cshm_error *err);

/* Writes bytes at an address of the file, past HDF5. A failure is kept, too. */
void cshm__h5_savefile_write(struct h5savefile *file, uint64_t address, const void *data, uint64_t nbytes);

/* Says so where a write has failed. */
cshm_status cshm__h5_savefile_check(const struct h5savefile *file, cshm_error *err);

/* Closes the file, waits until it is on the disk, and gives it its name. */
cshm_status cshm__h5_savefile_commit(struct h5savefile *file, cshm_error *err);

/* Removes what was not committed; where that fails the message of `err`, if `status` is a failure, tells it. Twice is fine. */
void cshm__h5_savefile_end(struct h5savefile *file, cshm_status status, cshm_error *err);

#endif

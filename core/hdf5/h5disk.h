/* SPDX-License-Identifier: MIT */
/* h5disk: what a type is in the file, whose elements of any length HDF5 shows as they are in memory. */
#ifndef CUTESHM_H5DISK_H
#define CUTESHM_H5DISK_H

#include "h5raw.h"

/* The type with opaque bytes in the place of all that has any length, each field where it is in the file. The caller closes
 * it; negative: HDF5 cannot. */
hid_t cshm__h5_disk_type(const struct h5raw *raw, hid_t type);

#endif

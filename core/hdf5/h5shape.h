/* SPDX-License-Identifier: MIT */
/* h5shape: from an HDF5 dataspace to an array's shape. */
#ifndef CUTESHM_H5SHAPE_H
#define CUTESHM_H5SHAPE_H

#include "h5plan.h"
#include "h5type.h"

#include <stdint.h>

struct h5shape {
  uint32_t ndim;
  int64_t lengths[CSHM_MAX_NDIM]; /* of the dataspace, then of an array at the top of the type */
  uint64_t count;                 /* elements of the dataspace */
};

/* `type` may be NULL: only the dataspace's lengths. False: a null dataspace, or too large; see `reason`. */
bool cshm__h5_shape(hid_t space, const struct h5type *type, struct h5shape *shape, struct h5reason *reason);

/* count times size. False: more than 2^62. */
bool cshm__h5_shape_nbytes(const struct h5shape *shape, size_t size, uint64_t *nbytes, struct h5reason *reason);

/* Sets a value's shape, its lengths in the plan's memory. False: there is none left. */
bool cshm__h5_shape_keep(const struct h5shape *shape, struct h5plan *plan, struct h5value *value,
                         struct h5reason *reason);

#endif

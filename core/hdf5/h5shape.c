/* SPDX-License-Identifier: MIT */
#include "h5shape.h"

#include <string.h>

#define MAX_NBYTES (UINT64_C(1) << 62)

/* Multiplies *count by `length`; false where that is more than any array may hold. */
static bool multiply(uint64_t *count, uint64_t length, struct h5reason *reason) {
  if (length > MAX_NBYTES || (length > 0 && *count > MAX_NBYTES / length)) {
    cshm__h5_reason(reason, "its shape makes more than 2^62 bytes");
    return false;
  }
  *count *= length;
  return true;
}

static bool take_lengths(hid_t space, struct h5shape *shape, struct h5reason *reason) {
  hsize_t lengths[H5S_MAX_RANK];
  int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 0 || rank > H5S_MAX_RANK || H5Sget_simple_extent_dims(space, lengths, NULL) < 0) {
    cshm__h5_reason_words(reason, "its shape cannot be read");
    return false;
  }
  for (int i = 0; i < rank; i++) {
    if (!multiply(&shape->count, lengths[i], reason)) return false;
    shape->lengths[shape->ndim++] = (int64_t)lengths[i];
  }
  return true;
}

bool cshm__h5_shape(hid_t space, const struct h5type *type, struct h5shape *shape, struct h5reason *reason) {
  H5S_class_t class = H5Sget_simple_extent_type(space);
  shape->ndim = 0;
  shape->count = 1;
  if (class == H5S_NULL) {
    shape->lengths[shape->ndim++] = 0;
    shape->count = 0;
  }
  if (class == H5S_SIMPLE && !take_lengths(space, shape, reason)) return false;
  if (class != H5S_SIMPLE && class != H5S_SCALAR && class != H5S_NULL) {
    cshm__h5_reason_words(reason, "its shape cannot be read");
    return false;
  }
  uint32_t more = type ? type->ndim : 0;
  if (shape->ndim + more > CSHM_MAX_NDIM) {
    cshm__h5_reason(reason, "it has more than %d dimensions", CSHM_MAX_NDIM);
    return false;
  }
  if (more > 0) memcpy(shape->lengths + shape->ndim, type->shape, more * sizeof *shape->lengths);
  shape->ndim += more;
  return true;
}

bool cshm__h5_shape_nbytes(const struct h5shape *shape, size_t size, uint64_t *nbytes, struct h5reason *reason) {
  *nbytes = shape->count;
  return multiply(nbytes, size, reason);
}

bool cshm__h5_shape_keep(const struct h5shape *shape, struct h5plan *plan, struct h5value *value,
                         struct h5reason *reason) {
  value->ndim = shape->ndim;
  value->shape = (const int64_t *)cshm__h5_plan_keep(plan, shape->lengths, shape->ndim * sizeof *shape->lengths);
  if (!value->shape) cshm__h5_reason_memory(reason);
  return value->shape != NULL;
}

/* SPDX-License-Identifier: MIT */
/* h5gather: a box of an array, in any order of memory, copied into C order. Arithmetic and memcpy only. */
#ifndef CUTESHM_H5GATHER_H
#define CUTESHM_H5GATHER_H

#include <cuteshm/cuteshm.h>
#include <stddef.h>
#include <stdint.h>

/* An array, and a box of it: `start` and `count` of each dimension. In `out` the box has the lengths `lengths`, of which
 * what is behind `count` is set to zero. */
struct h5gather {
  uint32_t ndim;
  size_t itemsize;
  const unsigned char *data;
  const int64_t *strides; /* bytes */
  uint64_t start[CSHM_MAX_NDIM];
  uint64_t count[CSHM_MAX_NDIM]; /* none is 0 */
  uint64_t lengths[CSHM_MAX_NDIM];
};

/* Copies the box. `out` has room for the product of `lengths` elements. */
void cshm__h5_gather(const struct h5gather *gather, unsigned char *out);

#endif

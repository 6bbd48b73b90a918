/* SPDX-License-Identifier: MIT */
/* h5slab: cuts a dataset into boxes that fit into a buffer. Arithmetic only. */
#ifndef CUTESHM_H5SLAB_H
#define CUTESHM_H5SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define H5SLAB_MAX_NDIM 32 /* as many as HDF5 has */

/*
 * A box consists of whole chunks, as many as the budget allows but at least one, and grows from the last dimension on:
 *
 *     +----+----+----+----+        chunks of 2 x 3, room for two of them
 *     | 1    1  | 2    2  |
 *     +----+----+----+----+
 *     | 3    3  | 4    4  |
 *     +----+----+----+----+
 *
 * so every chunk is read, and inflated, once. In memory a box is in C order. Its elements lie in the array in runs: a run is
 * what is contiguous in both.
 */
struct h5slab {
  uint32_t ndim;
  uint64_t lengths[H5SLAB_MAX_NDIM]; /* of the dataset */
  uint64_t step[H5SLAB_MAX_NDIM];    /* of a box; those at the far edges are smaller */
  uint64_t start[H5SLAB_MAX_NDIM];   /* of this box */
  uint64_t count[H5SLAB_MAX_NDIM];
  uint64_t box_elements; /* of the largest box */
  uint64_t run_elements; /* of each run in this box */
  uint64_t run_count;
};

/* Makes the first box. `chunk` NULL: no chunks. `lengths` has no 0. `budget`: elements that a box may have. */
void cshm__h5_slab_begin(struct h5slab *slab, uint32_t ndim, const uint64_t *lengths, const uint64_t *chunk,
                         uint64_t budget);

/* Goes on to the next box. False: that was the last. */
bool cshm__h5_slab_next(struct h5slab *slab);

/* Where the run-th run of this box begins in the array, in elements. In the box it begins at run * run_elements. */
uint64_t cshm__h5_slab_run(const struct h5slab *slab, uint64_t run);

#endif

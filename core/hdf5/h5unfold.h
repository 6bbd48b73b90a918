/* SPDX-License-Identifier: MIT */
/* h5unfold: undoes the filters of a chunk. Bytes to bytes, without HDF5, so by any number of threads. */
#ifndef CUTESHM_H5UNFOLD_H
#define CUTESHM_H5UNFOLD_H

#include "h5words.h"

#include <stdint.h>

enum h5filter_kind { H5FILTER_DEFLATE, H5FILTER_SHUFFLE, H5FILTER_FLETCHER32, H5FILTER_LZF };

/* The filters of a dataset, in the order in which they were applied. */
#define H5PIPELINE_MAX 32 /* as many as a chunk's mask has bits */
struct h5pipeline {
  uint32_t count;
  enum h5filter_kind kinds[H5PIPELINE_MAX];
  uint32_t element; /* bytes that `shuffle` takes for one element */
};

/* Memory to work in, of one thread. Begins as {0}. */
struct h5unfold {
  void *inflater;
  unsigned char *room[2];
  size_t capacity[2];
  unsigned char *spare; /* what the chunk was read into, when it is not needed any more */
  size_t spare_size;
};
void cshm__h5_unfold_end(struct h5unfold *unfold); /* twice is fine */

/* Whether a pipeline can be undone here: at most one filter whose result has a length of its own. */
bool cshm__h5_unfold_knows(const struct h5pipeline *pipeline);

/* Undoes the filters whose bit in `mask` is 0. `raw` is overwritten. *chunk: `wanted` bytes, in `raw` or in the memory of
 * `unfold`. False: damaged, or out of memory; see `reason`. */
bool cshm__h5_unfold(struct h5unfold *unfold, const struct h5pipeline *pipeline, uint32_t mask, unsigned char *raw,
                     size_t raw_size, size_t wanted, const unsigned char **chunk, struct h5reason *reason);

#endif

/* SPDX-License-Identifier: MIT */
/* h5deflate: chunks, shuffled and deflated by several threads, and handed back in order. Nothing of HDF5. */
#ifndef CUTESHM_H5DEFLATE_H
#define CUTESHM_H5DEFLATE_H

#include "error.h"
#include "h5gather.h"
#include "h5savetext.h"

#include <stdbool.h>

/* A chunk that is done. Borrowed until the next call. */
struct h5deflated {
  const void *data;
  size_t nbytes;
  bool stored;    /* it did not become smaller: shuffled only */
  bool no_memory; /* nothing came of it */
  uint64_t start[CSHM_MAX_NDIM];
};

struct h5deflate; /* the threads, and two chunks in work for each of them */

/* Starts `threads` threads; 0: as many as there are cores. For one, or where none can be started, the caller does the work itself.
 * CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_deflate_begin(struct h5deflate **workers, uint32_t threads, cshm_error *err);

/* Sets how the chunks are made that are put from now on; none is in work. Level 0: they are only gathered. `nbytes` is a chunk's
 * size before strings are packed, see h5savetext.h. False: no memory. */
bool cshm__h5_deflate_style(struct h5deflate *workers, uint32_t level, bool shuffle, size_t nbytes,
                            const struct h5pack *pack);

/* Whether a chunk more can be put before one is taken. */
bool cshm__h5_deflate_has_room(const struct h5deflate *workers);

/* Hands a chunk to the threads. */
void cshm__h5_deflate_put(struct h5deflate *workers, const struct h5gather *chunk);

/* Waits for the chunk that was put first. False: none is in work. */
bool cshm__h5_deflate_take(struct h5deflate *workers, struct h5deflated *chunk);

/* Stops the threads. NULL is fine. */
void cshm__h5_deflate_end(struct h5deflate *workers);

#endif

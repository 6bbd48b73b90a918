/* SPDX-License-Identifier: MIT */
/* h5flow: elements as they were read flow into their columns, whose parts are counted, or written. */
#ifndef CUTESHM_H5FLOW_H
#define CUTESHM_H5FLOW_H

#include "h5column.h"
#include "h5values.h"

/* A pass over all elements. */
struct h5stream {
  struct h5plan *plan;
  struct h5raw *raw;
  struct h5progress *progress;
  cshm_builder builder; /* id 0: nothing is written, it is counted only, */
  bool in_memory;       /* unless it goes to `data` and `offset_data` of the columns */
  cshm_error *err;
  struct h5reason *reason;
  uint64_t missing; /* references that lead nowhere */
};

/* What a column needs on a pass. */
struct h5flow {
  uint64_t count; /* as in h5column, so far */
  uint64_t value_count;
  struct h5values values;
  struct h5values offsets;
  unsigned char *items; /* of a sequence whose items are no plain data */
  unsigned char *background;
  size_t capacity;
};

/* Begins a pass over open columns; ended by cshm__h5_flow_end, whatever this returns. CSHM_ERR_NO_MEMORY, and as below. */
cshm_status cshm__h5_flow_begin(struct h5stream *stream, struct h5column *column);
void cshm__h5_flow_end(struct h5column *column);

/* Puts `count` elements (array types and all), `stride` bytes apart. An empty reason afterwards means that all is well.
 * CSHM_ERR_CANCELLED, and what cshm_builder_write may give. */
cshm_status cshm__h5_flow_put(struct h5stream *stream, struct h5column *column, const unsigned char *elements,
                              size_t stride, uint64_t count);

/* The same for elements that are all empty, as what was never written. Nothing has to be written for them. */
void cshm__h5_flow_nothing(struct h5column *column, uint64_t count);

/* Writes what is left in the buffers. */
cshm_status cshm__h5_flow_flush(struct h5stream *stream, struct h5column *column);

/* Takes what was counted as the columns' measures; and whether it is what they have. */
void cshm__h5_flow_measure(struct h5column *column);
bool cshm__h5_flow_same(const struct h5column *column);

#endif

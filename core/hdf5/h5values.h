/* SPDX-License-Identifier: MIT */
/* h5values: what is put one after the other into an array, through a buffer; or only looked at and counted. */
#ifndef CUTESHM_H5VALUES_H
#define CUTESHM_H5VALUES_H

#include "h5progress.h"
#include "h5raw.h"

/* Where it goes. */
struct h5values {
  cshm_builder builder; /* id 0, and no memory: nowhere, it is counted only */
  uint32_t array;
  unsigned char *memory; /* or memory of the caller's, with room for all */
  uint64_t room;         /* bytes of the array */
  size_t budget;         /* bytes of the buffer */
  struct h5progress *progress;
  uint64_t begin; /* bytes that have been written */
  hid_t from;     /* the items in the file, and what they become; equal where both are bytes */
  hid_t to;
  size_t from_size;
  size_t to_size;
  unsigned char *buffer;
  unsigned char *background; /* what HDF5 converts compounds over */
  size_t capacity;           /* items that the buffers hold */
  size_t used;
  uint64_t count;        /* items that have been put */
  bool is_utf8;          /* so far */
  unsigned char tail[4]; /* of a character that is not whole yet */
  size_t tail_size;
};

/* Begins, with builder or memory, array, room, budget and progress set, and all else zero. `from` and `to` are borrowed; 0 for both: single bytes.
 * CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_values_begin(struct h5values *values, hid_t from, hid_t to);
void cshm__h5_values_end(struct h5values *values); /* twice is fine */

/* Puts bytes. An empty reason afterwards means that all is well. CSHM_ERR_CANCELLED, and what cshm_builder_write may give;
 * so all that follow. */
cshm_status cshm__h5_values_bytes(struct h5values *values, const void *data, size_t nbytes, struct h5reason *reason,
                                  cshm_error *err);

/* Puts the first `nbytes` bytes of an object: a string up to its first NUL, or whole items. */
cshm_status cshm__h5_values_string(struct h5values *values, const struct h5heap *heap, const struct h5object *object,
                                   uint64_t nbytes, struct h5reason *reason, cshm_error *err);
cshm_status cshm__h5_values_items(struct h5values *values, const struct h5heap *heap, const struct h5object *object,
                                  uint64_t nbytes, struct h5reason *reason, cshm_error *err);

/* Writes what is left in the buffer. */
cshm_status cshm__h5_values_flush(struct h5values *values, struct h5reason *reason, cshm_error *err);

#endif

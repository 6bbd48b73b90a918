/* SPDX-License-Identifier: MIT */
/* h5chunk: chunked datasets whose filters are undone here, by several threads, in place of by HDF5. */
#ifndef CUTESHM_H5CHUNK_H
#define CUTESHM_H5CHUNK_H

#include "h5hands.h"
#include "h5plan.h"

/* An open dataset, and what is known of it. Types are borrowed. */
struct h5chunked {
  const struct h5node *node;
  hid_t dataset;
  hid_t plist;
  hid_t space;
  hid_t file_type;
  hid_t memory;
};

/* Whether the dataset is of that kind: chunked, no conversion, and filters that h5unfold knows. */
bool cshm__h5_chunk_suits(const struct h5chunked *chunked);

/* Fills its array. Where a chunk lies HDF5 tells, and reads it as it is: with the calls of 1.10 that take O(log n), where
 * H5Dget_chunk_info goes through all chunks for each one. *reason is set where it cannot be read.
 * CSHM_ERR_CANCELLED, CSHM_ERR_NO_MEMORY, and what cshm_builder_write may give. */
cshm_status cshm__h5_chunks(struct h5hands *hands, const struct h5chunked *chunked, struct h5reason *reason,
                            cshm_error *err);

#endif

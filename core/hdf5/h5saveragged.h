/* SPDX-License-Identifier: MIT */
/* h5saveragged: a ragged array (docs/format.md) into a dataset of strings or sequences of any length. */
#ifndef CUTESHM_H5SAVERAGGED_H
#define CUTESHM_H5SAVERAGGED_H

#include "h5progress.h"
#include "h5savefile.h"

#define H5SAVERAGGED_ATTRIBUTES 2 /* of the group, that HDF5's type and shape say */

struct h5saveragged {
  const char *kind; /* "utf8", "bytes" or "sequence" */
  uint32_t ndim;
  const int64_t *shape;
  uint64_t count; /* elements */
  uint64_t longest;
  cshm_array_view offsets;
  cshm_array_view values;
};

/* Looks at a group. False: loaded again, it would not come out the same as a dataset; it is then a group like any other. Such is
 * one of strings that hold a NUL, and one whose offsets are not in order. */
bool cshm__h5_saveragged_begin(struct h5saveragged *ragged, cshm_attachment attachment, const cshm_node *node);

/* Whether the elements are what kind and offsets say. Goes through all of them, and sets `longest`. */
bool cshm__h5_saveragged_check(struct h5saveragged *ragged);

/* Makes the dataset. The caller closes it. Negative: see `reason`. */
hid_t cshm__h5_saveragged_create(const struct h5saveragged *ragged, hid_t group, const char *name, hid_t link,
                                 hid_t creation, struct h5reason *reason);

/* Writes all elements. CSHM_ERR_HDF5, CSHM_ERR_NO_MEMORY, CSHM_ERR_CANCELLED, and what a failed write means. */
cshm_status cshm__h5_saveragged_write(const struct h5saveragged *ragged, hid_t dataset, const struct h5savefile *file,
                                      struct h5progress *progress, struct h5reason *reason, cshm_error *err);

#endif

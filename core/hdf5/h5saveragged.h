/* SPDX-License-Identifier: MIT */
/* h5saveragged: a ragged array (docs/format.md) into a dataset of strings or sequences of any length. */
#ifndef CUTESHM_H5SAVERAGGED_H
#define CUTESHM_H5SAVERAGGED_H

#include "h5savedata.h"
#include "h5savemark.h"
#include "h5saverefs.h"

#define H5SAVERAGGED_ATTRIBUTES 2 /* of the group, that HDF5's type and shape say */

struct h5saveragged {
  const char *kind; /* "utf8", "bytes" or "sequence" */
  uint32_t ndim;
  const int64_t *shape;
  uint64_t count; /* elements */
  uint64_t longest;
  uint64_t item_size; /* bytes of a value */
  cshm_array_view offsets;
  cshm_array_view values;
  bool has_marks; /* its attributes may say what else it is: see h5savemark.h */
  bool has_paths; /* they say that its strings are references */
  struct h5savemarks marks;
  /* Once the dataset has been made: */
  bool is_references; /* they are */
  uint32_t taken;     /* attributes, the last ones, that loading makes of the type again */
};

/* Looks at a group. False: loaded again, it would not come out the same as a dataset; it is then a group like any other. Such is
 * one of strings that hold a NUL, and one whose offsets are not in order. */
bool cshm__h5_saveragged_begin(struct h5saveragged *ragged, cshm_attachment attachment, const cshm_node *node);

/* Whether the elements are what kind and offsets say. Goes through all of them, and sets `longest`. */
bool cshm__h5_saveragged_check(struct h5saveragged *ragged);

/* Whether all of its paths lead to objects of the file. */
bool cshm__h5_saveragged_all_lead(const struct h5saveragged *ragged, const struct h5savetree *tree);

/* Makes the dataset. The caller closes it. Negative: see `reason`. */
hid_t cshm__h5_saveragged_create(struct h5saveragged *ragged, const struct h5savetarget *target,
                                 const struct h5savetree *tree, struct h5reason *reason);

/* Writes all elements; of references when all objects are there, which `refs` then knows, or NULL. CSHM_ERR_HDF5, CSHM_ERR_NO_MEMORY, CSHM_ERR_CANCELLED, and what a failed write means. */
cshm_status cshm__h5_saveragged_write(const struct h5saveragged *ragged, hid_t dataset, struct h5saverefs *refs,
                                      const struct h5savetarget *target, struct h5reason *reason, cshm_error *err);

#endif

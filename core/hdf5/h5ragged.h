/* SPDX-License-Identifier: MIT */
/* h5ragged: datasets of strings, sequences or references, or of compounds with them, which become ragged arrays (docs/format.md). */
#ifndef CUTESHM_H5RAGGED_H
#define CUTESHM_H5RAGGED_H

#include "h5column.h"
#include "h5progress.h"
#include "h5raw.h"
#include "h5type.h"

#define H5RAGGED_OFFSETS "offsets"
#define H5RAGGED_VALUES "values"

/*
 * Elements are read twice, in the order of the array: once for how much there is, which must be known before memory is
 * reserved, and once to move it. Nothing is kept in between. What is found the second time is held against the first.
 */
struct h5ragged_work {
  hid_t file;
  struct h5plan *plan;
  struct h5raw *raw;
  struct h5type *type; /* room to work in */
  struct h5progress *progress;
  cshm_builder builder; /* the second time */
  cshm_error *err;
};

/* Plans a dataset with such elements as a ragged array; how much there is remains to be measured. False: it cannot be one,
 * see `reason`. */
bool cshm__h5_ragged(struct h5plan *plan, const struct h5raw *raw, hid_t file_type, hid_t space, struct h5type *type,
                     struct h5node *node, struct h5reason *reason);

/* Measures all ragged arrays of a plan when all objects have been entered, and drops those that are damaged.
 * CSHM_ERR_CANCELLED, CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_ragged_measure(struct h5ragged_work *work);

/* Fills the arrays of a node. An empty reason afterwards means that they are whole. CSHM_ERR_CANCELLED,
 * CSHM_ERR_NO_MEMORY, and what cshm_builder_write may give. */
cshm_status cshm__h5_ragged_fill(struct h5ragged_work *work, const struct h5node *node, struct h5reason *reason);

/* Whether the paths of all arrays are short enough, below this one. */
bool cshm__h5_ragged_path_fits(const char *path, const struct h5column *column, struct h5reason *reason);

#endif

/* SPDX-License-Identifier: MIT */
/* h5select: what of a file is asked for, and what is the largest of it. */
#ifndef CUTESHM_H5SELECT_H
#define CUTESHM_H5SELECT_H

#include "h5plan.h"

/* The options of the same names, see hdf5.h and h5glob.h. */
struct h5select {
  const char *select;
  const char *exclude;
  uint64_t max_nbytes;
};

/* Whether a new node is excluded: then it is not even looked at, nor what is in it. */
bool cshm__h5_select_excludes(struct h5plan *plan, size_t node);

/* When the whole file was seen: leaves out what is not selected, and forgets what was skipped of that. A pattern that matches a
 * group takes all that is in it; groups on the way to something stay. A dataset that is selected by another path than its first
 * has its data there. CSHM_ERR_NOT_FOUND: nothing was; CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_select(struct h5plan *plan, const struct h5select *select, cshm_error *err);

/* When all sizes are known: leaves out what is larger than may be. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_select_small(struct h5plan *plan, const struct h5select *select);

/* Adds to a failure for lack of space which datasets are the largest, and how to leave them out. Returns `said`'s status. */
cshm_status cshm__h5_select_advise(struct h5plan *plan, const cshm_error *said, cshm_error *err);

#endif

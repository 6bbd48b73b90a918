/* SPDX-License-Identifier: MIT */
/* h5virtual: where the data of virtual datasets lies: which of their sources are there, and whether they may be read. */
#ifndef CUTESHM_H5VIRTUAL_H
#define CUTESHM_H5VIRTUAL_H

#include "h5plan.h"
#include "h5words.h"

/* What there is to know about the sources of a virtual dataset, and the sources of these. Begins as {0}. */
struct h5sources {
  bool elsewhere;  /* some are in other files */
  size_t absent;   /* so many are not there: HDF5 gives the fill value in their place */
  char names[400]; /* of these, as many as there is room for */
};

/* Looks at all sources of a dataset with this creation property list in this file. False: one is there that may not be read, or
 * cannot be; see `reason`. */
bool cshm__h5_virtual_allowed(const struct h5plan *plan, hid_t file, hid_t plist, struct h5sources *sources,
                              struct h5reason *reason);

#endif

/* SPDX-License-Identifier: MIT */
/* h5saveattr: attributes of a project into an HDF5 file. */
#ifndef CUTESHM_H5SAVEATTR_H
#define CUTESHM_H5SAVEATTR_H

#include "h5saverefs.h"

/* HDF5 has no attribute without a name: one that has none is given this. */
#define H5SAVE_NAMELESS "cute_shm.nameless"

/* The attributes of a node that are written to an object: from number `first` up to `end`. */
struct h5saveattrs {
  const struct h5savetree *tree;
  const cshm_node *node;
  hid_t object;
  uint32_t first;
  uint32_t end;
};

/* Writes them, and sets *has_references where some hold references: these are made, and get their values later. False: see
 * `reason`. */
bool cshm__h5_saveattr(const struct h5saveattrs *attrs, bool *has_references, struct h5reason *reason);

/* Writes the values that wait for it, when all objects are in the file. False: see `reason`. */
bool cshm__h5_saveattr_references(const struct h5saveattrs *attrs, struct h5saverefs *refs, struct h5reason *reason);

#endif

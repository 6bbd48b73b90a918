/* SPDX-License-Identifier: MIT */
/* h5walk: goes through an HDF5 file, link by link, and plans what will be loaded. Nothing but the file is touched. */
#ifndef CUTESHM_H5WALK_H
#define CUTESHM_H5WALK_H

#include "h5raw.h"
#include "h5words.h"

/* How to go, and what came of it, where that is not in the plan. */
struct h5walk {
  struct h5raw *raw;     /* in: of the file */
  bool attributes;       /* in: whether to read them */
  size_t datasets;       /* that will be loaded; other paths to them not counted */
  struct h5reason newer; /* of the last object that needs a newer HDF5; `newer.newer` is empty where none does */
};

/*
 * Fills a plan that was begun. Breadth first, so that no depth of groups can use up the stack, and each object is opened
 * once. Links of a group come in the order of their creation where the group keeps it, else by name.
 *
 * Objects are known by their address: the second path to a dataset is an alias; the second path to a group is a group with
 * all that is in it by second paths, or is skipped where it lies in that group, which is how cycles look. Soft links are
 * resolved when all else is known. Links into other files are followed where the plan allows it; else they are skipped, also
 * when they hide in the middle of a soft link's path. Left to be done when all objects are known: what references lead to,
 * attributes that are later, and how much there is in datasets of elements of any length.
 * Returns CSHM_OK, also for a file of which much is skipped; CSHM_ERR_HDF5: not even the root can be read;
 * CSHM_ERR_NO_MEMORY.
 */
cshm_status cshm__h5_walk(hid_t file, struct h5plan *plan, struct h5walk *walk, cshm_error *err);

#endif

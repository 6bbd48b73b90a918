/* SPDX-License-Identifier: MIT */
/* h5saverefs: paths made into references, when the objects that they lead to are in the file. */
#ifndef CUTESHM_H5SAVEREFS_H
#define CUTESHM_H5SAVEREFS_H

#include "h5savetree.h"
#include "h5words.h"

struct h5saverefs {
  const struct h5savetree *tree;
  hid_t file;
  hobj_ref_t *known; /* of each node, once it has been asked for; else 0 */
};

/* Begins for a file in which all objects are. The caller ends it, whatever this returns. False: out of memory. */
bool cshm__h5_saverefs_begin(struct h5saverefs *refs, const struct h5savetree *tree, hid_t file);
void cshm__h5_saverefs_end(struct h5saverefs *refs);

/* The reference for a path, which has been looked at with cshm__h5_savetree_target. False: see `reason`. */
bool cshm__h5_saverefs_put(struct h5saverefs *refs, const char *path, hobj_ref_t *reference, struct h5reason *reason);

/* Whether all of these strings are such paths. */
bool cshm__h5_saverefs_lead(const struct h5savetree *tree, char *const *strings, uint64_t count);

#endif

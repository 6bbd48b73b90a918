/* SPDX-License-Identifier: MIT */
/* h5savetree: what each node of a project becomes in an HDF5 file. Nothing of HDF5 is called. */
#ifndef CUTESHM_H5SAVETREE_H
#define CUTESHM_H5SAVETREE_H

#include "error.h"

#include <stdbool.h>
#include <stdint.h>

enum h5form {
  H5FORM_GROUP = 0,
  H5FORM_ARRAY = 1,  /* a dataset */
  H5FORM_RAGGED = 2, /* a group that becomes a dataset of elements of any length */
  H5FORM_LINK = 3,   /* a hard link to the node `first` of it */
  H5FORM_NONE = 4    /* lies in a ragged one */
};

struct h5savetree {
  cshm_attachment attachment; /* borrowed */
  uint32_t count;
  unsigned char *form; /* an h5form of each node */
  /* Of an array: the first node with the same bytes; of a ragged one: the first with the same arrays. */
  uint32_t *first;
  uint32_t *shortest; /* of such a first node: which of its paths loading will call the object by */
  char *path;         /* room for the longest, and its slash */
  uint64_t nbytes;    /* that will be written */
};

/* Looks at all nodes. The caller ends it with cshm__h5_savetree_end, whatever this returns.
 *
 * Arrays without bytes are each a dataset of its own: which of them are one array cannot be told. A ragged array is one only where
 * all paths to its two arrays lead through groups that are alike; else it stays a group. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_savetree_begin(struct h5savetree *tree, cshm_attachment attachment, cshm_error *err);
/* The node that a reference leads to by its path in the file, "/a/b"; H5SAVETREE_NULL for "". False: nothing is there, or loading
 * would call it by another path. */
bool cshm__h5_savetree_target(const struct h5savetree *tree, const char *path, uint32_t *node);
#define H5SAVETREE_NULL UINT32_MAX

void cshm__h5_savetree_end(struct h5savetree *tree);

#endif

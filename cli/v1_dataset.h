/* SPDX-License-Identifier: MIT */
/* v1_dataset: what was one dataset of an HDF5 file: an array, or a ragged array (cli_ragged.h). */
#ifndef CUTESHM_V1_DATASET_H
#define CUTESHM_V1_DATASET_H

#include "cli_tree.h"

struct v1_dataset {
  const char *path;
  const char *dtype; /* "object" where elements are of variable length, as in h5py */
  uint32_t node;     /* whose attributes it has */
  uint32_t part;     /* of a ragged array: the first of its two arrays, which are the nodes after it; else 0 */
  uint32_t ndim;
  const int64_t *shape;
  uint64_t nbytes;
};

/* The next one from node *number on, which then goes on behind it. False: there is none. */
bool v1_dataset_next(const struct cli_tree *tree, uint32_t *number, struct v1_dataset *dataset);

/* How many there are. One that has two paths counts once. */
uint32_t v1_dataset_count(const struct cli_tree *tree);

#endif

/* SPDX-License-Identifier: MIT */
/* h5dataset: whether a dataset can be loaded, and as what. */
#ifndef CUTESHM_H5DATASET_H
#define CUTESHM_H5DATASET_H

#include "h5raw.h"
#include "h5type.h"

/* Fills `node` (value, ragged and chunk_nbytes; what it points to is in the plan's memory); the data, too, where the dataset
 * is one variable-length string. `plist` is its creation property list, `type` is room to work in. False: it cannot be
 * represented, see `reason`. */
bool cshm__h5_dataset(struct h5plan *plan, struct h5raw *raw, hid_t dataset, hid_t plist, struct h5type *type,
                      struct h5node *node, struct h5reason *reason);

#endif

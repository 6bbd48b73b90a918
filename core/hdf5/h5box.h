/* SPDX-License-Identifier: MIT */
/* h5box: reads one box of a dataset. */
#ifndef CUTESHM_H5BOX_H
#define CUTESHM_H5BOX_H

#include "h5slab.h"
#include "h5words.h"

/* Reads the slab's box, as elements of type `memory` in C order. `space` is the dataset's, and its selection is changed.
 * False: see `reason`. */
bool cshm__h5_box_read(hid_t dataset, hid_t memory, hid_t space, const struct h5slab *slab, void *data,
                       struct h5reason *reason);

#endif

/* SPDX-License-Identifier: MIT */
/* h5copy: datasets whose bytes lie in the file as they will in memory, one after the other. */
#ifndef CUTESHM_H5COPY_H
#define CUTESHM_H5COPY_H

#include "h5hands.h"
#include "h5raw.h"

/* Where they lie in the file; 0: not so. `memory` is the type to read with. */
uint64_t cshm__h5_copy_find(const struct h5raw *raw, hid_t dataset, hid_t plist, hid_t file_type, hid_t memory,
                            uint64_t nbytes);

/* Whether elements of a type of the file can be taken as they are. */
bool cshm__h5_copy_is_same(hid_t file_type, hid_t memory);

/* Copies the dataset of a node that has an extent in the file of a descriptor. *reason is set where it cannot be read.
 * CSHM_ERR_CANCELLED, CSHM_ERR_NO_MEMORY, and what cshm_builder_write may give. */
cshm_status cshm__h5_copy(struct h5hands *hands, int file, const struct h5node *node, struct h5reason *reason,
                          cshm_error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* h5fill: moves the data of planned datasets into a builder, through buffers of a few MiB, by several threads where
 * that is possible without HDF5. */
#ifndef CUTESHM_H5FILL_H
#define CUTESHM_H5FILL_H

#include "h5progress.h"
#include "h5raw.h"

/* Fills the arrays of an allocated builder by so many threads (0: as many as there are cores). A dataset that cannot be read is dropped from the plan, and *unreadable set:
 * the builder has a hole then and must not be published.
 * CSHM_ERR_CANCELLED, CSHM_ERR_NO_MEMORY, and what cshm_builder_write may give. */
cshm_status cshm__h5_fill(hid_t file, struct h5plan *plan, struct h5raw *raw, cshm_builder builder,
                          struct h5progress *progress, unsigned threads, bool *unreadable, cshm_error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* h5double: names that a damaged file has twice in a group. Plain data, no HDF5. */
#ifndef CUTESHM_H5DOUBLE_H
#define CUTESHM_H5DOUBLE_H

#include "h5plan.h"

/* Drops all but the first of the nodes that have one path, with all that lies below them. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_doubles(struct h5plan *plan);

#endif

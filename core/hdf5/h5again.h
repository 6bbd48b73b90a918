/* SPDX-License-Identifier: MIT */
/* h5again: groups that are met by a second path. */
#ifndef CUTESHM_H5AGAIN_H
#define CUTESHM_H5AGAIN_H

#include "h5plan.h"

/* Whether a node lies in the group with this address. */
bool cshm__h5_again_lies_in(const struct h5plan *plan, size_t node, uint64_t address);

/* Makes `node` the group `first` by a second path, with all that is in that by second paths. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_again(struct h5plan *plan, size_t node, size_t first);

#endif

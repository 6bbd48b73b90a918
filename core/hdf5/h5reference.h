/* SPDX-License-Identifier: MIT */
/* h5reference: references become the paths of what they lead to. */
#ifndef CUTESHM_H5REFERENCE_H
#define CUTESHM_H5REFERENCE_H

#include "h5plan.h"

/* The node at an address, or H5PLAN_NONE, also for address 0. Its path is the first to the object, breadth first. */
size_t cshm__h5_reference_node(const struct h5plan *plan, uint64_t address);

/* Notes that of `count` references in `path` (and `attribute` of it, or NULL) `missing` lead nowhere; nothing where that is
 * 0. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_reference_note(struct h5plan *plan, const char *path, const char *attribute, uint64_t missing,
                                    uint64_t count);

/* Makes the values of all attributes that have targets, when all objects have been entered: paths beginning with "/", as
 * strings; those of a REFERENCE_LIST as pairs of a path and a dimension. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_references(struct h5plan *plan);

#endif

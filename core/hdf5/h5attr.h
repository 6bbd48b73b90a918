/* SPDX-License-Identifier: MIT */
/* h5attr: the attributes of a group or a dataset. */
#ifndef CUTESHM_H5ATTR_H
#define CUTESHM_H5ATTR_H

#include "h5raw.h"
#include "h5type.h"

/* Reads all attributes of an open object into its node, in the order of their creation where the object keeps it, else
 * by name; of references the targets only. Those that cannot be represented are noted as skipped. `type` is room to work in. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_attributes(struct h5plan *plan, struct h5raw *raw, size_t node, hid_t object, bool by_creation,
                                struct h5type *type);

#endif

/* SPDX-License-Identifier: MIT */
/* h5bundle: attributes with strings, sequences or references inside of other types, made into plain ones. */
#ifndef CUTESHM_H5BUNDLE_H
#define CUTESHM_H5BUNDLE_H

#include "h5plan.h"
#include "h5raw.h"
#include "h5type.h"

/*
 *     compound with others in it   structured
 *     one sequence                 an array of its items
 *     sequences of any shape       an array of all their items; beside it cute_shm.offsets@NAME, where they begin and end, and
 *                                  unless they have one dimension cute_shm.shape@NAME
 *
 * What is inside of these: see h5pack.h.
 */

/* Whether an attribute of this type, and this many dimensions, is one of those. */
bool cshm__h5_bundle_is_one(hid_t file_type, hid_t space);

/* Reads all attributes of a plan that are, when all objects have been entered; those that cannot be are skipped.
 * CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_bundles(hid_t file, struct h5plan *plan, struct h5raw *raw, struct h5type *type);

#endif

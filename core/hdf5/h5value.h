/* SPDX-License-Identifier: MIT */
/* h5value: small values, read as a whole: attributes, and datasets that are one variable-length string. */
#ifndef CUTESHM_H5VALUE_H
#define CUTESHM_H5VALUE_H

#include "h5raw.h"
#include "h5type.h"

/* An attribute is small; a damaged or hostile file may say otherwise. */
#define H5VALUE_MAX_ATTRIBUTE (UINT64_C(64) << 20)

/* Whether an attribute of so many bytes is too large; then see `reason`. */
bool cshm__h5_value_too_large(uint64_t nbytes, struct h5reason *reason);

/* Reads an attribute into the plan's memory; of references the targets only. `type` is room to work in. False: see
 * `reason`. */
bool cshm__h5_value_attribute(struct h5plan *plan, struct h5raw *raw, hid_t attribute, const char *name,
                              struct h5type *type, struct h5value *value, struct h5reason *reason);

/* Reads a dataset that holds one variable-length string. False: see `reason`. */
bool cshm__h5_value_string(struct h5plan *plan, struct h5raw *raw, hid_t dataset, struct h5value *value,
                           struct h5reason *reason);

#endif

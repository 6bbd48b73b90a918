/* SPDX-License-Identifier: MIT */
/* h5value: small values, read as a whole: attributes, and datasets that are one variable-length string. */
#ifndef CUTESHM_H5VALUE_H
#define CUTESHM_H5VALUE_H

#include "h5plan.h"
#include "h5type.h"

/* An attribute is small; a damaged or hostile file may say otherwise. */
#define H5VALUE_MAX_ATTRIBUTE (UINT64_C(64) << 20)

/* Reads an attribute into the plan's memory. `type` is room to work in. False: see `reason`. */
bool cshm__h5_value_attribute(struct h5plan *plan, hid_t attribute, struct h5type *type, struct h5value *value,
                              struct h5reason *reason);

/* Reads a dataset that holds one variable-length string. False: see `reason`. */
bool cshm__h5_value_string(struct h5plan *plan, hid_t dataset, struct h5value *value, struct h5reason *reason);

#endif

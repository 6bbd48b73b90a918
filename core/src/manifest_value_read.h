/* SPDX-License-Identifier: MIT */
/* manifest_value_read: an attribute's value, as a document has it, back to bytes. The inverse of manifest_value. */
#ifndef CUTESHM_MANIFEST_VALUE_READ_H
#define CUTESHM_MANIFEST_VALUE_READ_H

#include "document.h"

/* Reads a node as elements of a dtype (one that cshm__dtype_parse accepts) in nested lists as the shape says; without elements it
 * is `[]` whatever the shape. `nbytes` are what dtype and shape make: so many of `data` are written, in C order, padding as zeros;
 * where `data` is NULL the value is only checked. Where a string is wanted, any single value stands for its text, since other
 * programs write strings such as 1e3 without quotes. CSHM_ERR_CORRUPT: another kind or number of values, one that its type does not
 * hold; CSHM_ERR_LIMIT: a list of fields of absurd length for that many elements; both with line and column. */
cshm_status cshm__manifest_value_read(const struct document *document, uint32_t node, const char *dtype,
                                      size_t dtype_length, uint32_t ndim, const int64_t *shape, unsigned char *data,
                                      uint64_t nbytes, cshm_error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* h5text: variable-length strings made into fixed-width ones. */
#ifndef CUTESHM_H5TEXT_H
#define CUTESHM_H5TEXT_H

#include "h5plan.h"
#include "h5words.h"

/* Makes `count` strings (NULL is "") into values of `<U` of the longest, or of `|S` when one of them is not UTF-8; at least
 * one character wide. Sets dtype, nbytes and data of *value, in the plan's memory. False: more than `limit` bytes, or no
 * memory; see `reason`. */
bool cshm__h5_text(struct h5plan *plan, char *const *strings, size_t count, uint64_t limit, struct h5value *value,
                   struct h5reason *reason);

#endif

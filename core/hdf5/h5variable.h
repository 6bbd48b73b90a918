/* SPDX-License-Identifier: MIT */
/* h5variable: elements of any length, of an attribute or of another small thing, made into values. */
#ifndef CUTESHM_H5VARIABLE_H
#define CUTESHM_H5VARIABLE_H

#include "h5raw.h"
#include "h5type.h"

/* Maps the items of a sequence type: they are of one size, and not arrays. The caller ends *type and closes the item's type
 * in the file, which is returned. Negative: see `reason`. */
hid_t cshm__h5_variable_item(hid_t sequence, struct h5type *type, struct h5reason *reason);

/* Makes `count` elements of variable-length strings into C strings, each up to its first NUL; the caller frees them all with
 * one free(). NULL: damaged, more than `limit` bytes, or no memory; see `reason`. */
char **cshm__h5_variable_strings(struct h5raw *raw, const unsigned char *elements, size_t count, uint64_t limit,
                                 struct h5reason *reason);

/* Makes one sequence into an array of one dimension; of object references its targets only. `type` is room to work in. */
bool cshm__h5_variable_array(struct h5plan *plan, struct h5raw *raw, const unsigned char *element, hid_t sequence,
                             struct h5type *type, struct h5value *value, struct h5reason *reason);

/* Room for targets, in the plan's memory. NULL: there is none; see `reason`. */
struct h5targets *cshm__h5_variable_targets(struct h5plan *plan, size_t count, struct h5reason *reason);

/* Reads the sequence of object references that an object of the heap is. */
bool cshm__h5_variable_addresses(struct h5raw *raw, const struct h5object *object, size_t count, uint64_t *addresses,
                                 struct h5reason *reason);

#endif

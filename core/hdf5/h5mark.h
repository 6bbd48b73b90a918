/* SPDX-License-Identifier: MIT */
/* h5mark: attributes of ours beside those of the file, which tell what a dtype and a shape cannot. */
#ifndef CUTESHM_H5MARK_H
#define CUTESHM_H5MARK_H

#include "h5plan.h"
#include "h5type.h"

/*
 *     cute_shm.null        |b1   true: a null dataspace; the array has one dimension of length 0
 *     cute_shm.enum              the members: an array of [["name","<U3"],["value","<i8"]]
 *     cute_shm.hdf5_type   <U    of numbers that were made longer or shorter, and of bitfields: what they are in the file
 *     cute_shm.reference   <U    of paths that are references in the file: "object" or "region"
 *     cute_shm.datatype    <U    a named datatype, which becomes an empty group: its dtype; "" where it has none. Beside it
 *                                cute_shm.shape, where it is an array type
 *     cute_shm.offsets     <i8   of an attribute of several sequences: where they begin and end in it
 *     cute_shm.shape       <i8   of such a one: the shape, where that is not of one dimension
 *     cute_shm.values            the items of sequences that are inside of an attribute's elements
 *
 * A name goes on with "@units" where an attribute is meant, and with ":a.b" for a field of a compound.
 */
#define H5MARK_FIELD_SIZE 1024 /* of "a.b", with its NUL: what is longer is cut */

#define H5MARK_NULL "cute_shm.null"
#define H5MARK_ENUM "cute_shm.enum"
#define H5MARK_TYPE "cute_shm.hdf5_type"
#define H5MARK_REFERENCE "cute_shm.reference"
#define H5MARK_OBJECT "object"
#define H5MARK_DATATYPE "cute_shm.datatype"
#define H5MARK_OFFSETS "cute_shm.offsets"
#define H5MARK_SHAPE "cute_shm.shape"
#define H5MARK_VALUES "cute_shm.values"

/* Adds to `node` the marks for a value of this type: the node's own, or those of its `attribute`. `space` may be negative.
 * CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_mark(struct h5plan *plan, size_t node, const char *attribute, hid_t type, hid_t space);

/* Adds to the node of a named datatype what it stands for. `room` is room to work in. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_mark_datatype(struct h5plan *plan, size_t node, hid_t datatype, struct h5type *room);

/* Adds an attribute that is one string. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_mark_text(struct h5plan *plan, size_t node, const char *name, const char *text);

/* Adds whole numbers, as an array of one dimension. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_mark_numbers(struct h5plan *plan, size_t node, const char *name, const int64_t *numbers,
                                  size_t count);

/* `mark`@`attribute`, or just the mark where there is none, in the plan's memory. NULL: out of memory. */
const char *cshm__h5_mark_name(struct h5plan *plan, const char *mark, const char *attribute);

#endif

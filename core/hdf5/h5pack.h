/* SPDX-License-Identifier: MIT */
/* h5pack: columns of elements of any length, in memory, packed into values of attributes: all elements of one size. */
#ifndef CUTESHM_H5PACK_H
#define CUTESHM_H5PACK_H

#include "h5column.h"
#include "h5plan.h"
#include "h5words.h"

/*
 *     STRING, OBJECT, REGION   text of the longest
 *     SEQUENCE                 two numbers: where the sequence begins and ends in a further attribute, cute_shm.values@NAME:PATH,
 *                              which has the items of all of them
 *     RECORD                   structured
 *
 * PATH is "a.b" for field b of field a. A sequence in the sequences of `a` is "a.values".
 */
struct h5pack {
  struct h5plan *plan;
  const char *name;         /* of the attribute */
  struct h5attribute *more; /* out: those that go with it, in their order */
  struct h5attribute **more_end;
  struct h5reason *reason;
};

void cshm__h5_pack_begin(struct h5pack *pack, struct h5plan *plan, const char *name, struct h5reason *reason);

/* Packs all elements of a column that lies at `path`, with data and offsets in memory. The shape of *value is that of one
 * element, behind the column's array type, which is not in it. False: see the reason. */
bool cshm__h5_pack(struct h5pack *pack, const struct h5column *column, const char *path, struct h5value *value);

/* Gives a value the shape of many elements: these lengths, those of the column's array type, those of an element. */
bool cshm__h5_pack_shape(struct h5pack *pack, uint32_t ndim, const int64_t *lengths, const struct h5column *column,
                         struct h5value *value);

/* Adds the attribute MARK@NAME, or MARK@NAME:PATH, to those that go with it. */
bool cshm__h5_pack_more(struct h5pack *pack, const char *mark, const char *path, const struct h5value *value);

#endif

/* SPDX-License-Identifier: MIT */
/* h5type: from an HDF5 type to a dtype and to the type to read it with, as h5py maps them. */
#ifndef CUTESHM_H5TYPE_H
#define CUTESHM_H5TYPE_H

#include "h5descr.h"
#include "h5words.h"

/*
 * Scalars: see h5scalar.h. Compounds become a descr list that keeps the file's offsets, with padding where fields leave
 * gaps; {r, i} of two equal floats is complex. An array inside of a compound is a sub-array; an array at the top has its
 * own dimensions, which follow those of the dataset.
 */
struct h5type {
  bool native; /* in: big-endian numbers become those of the machine */
  struct h5descr dtype;
  hid_t memory;  /* to read with: one element of the dataset, an array at the top included */
  uint32_t ndim; /* of the array at the top; else 0 */
  int64_t shape[CSHM_MAX_NDIM];
};

/* Room for one, which the caller frees. NULL: out of memory. */
struct h5type *cshm__h5_type_room(bool native);

/* On success the caller ends `type` with cshm__h5_type_end. False: it cannot be represented, see `reason`. */
bool cshm__h5_type_begin(hid_t file_type, struct h5type *type, struct h5reason *reason);
void cshm__h5_type_end(struct h5type *type);

#endif

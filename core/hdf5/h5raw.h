/* SPDX-License-Identifier: MIT */
/* h5raw: elements that do not have their data with them, read as they are in the file: how long, and where in a heap. */
#ifndef CUTESHM_H5RAW_H
#define CUTESHM_H5RAW_H

#include "h5heap.h"
#include "h5plan.h"

/*
 *     strings, sequences   length (4 bytes; of items), then a place in a heap: address, index (4)
 *     object references    the address of the object's header (8)
 *     region references    a place in a heap, where first of all the object's address is
 */
struct h5raw {
  uint64_t
      base;   /* what is added to the addresses of objects: 0, or the file's where it is not the one that is loaded */
  hid_t type; /* to read strings and sequences with: they stay as they are */
  size_t size;
  struct h5heap heap;
};

/* Begins for a file that is open; HDF5's lock is held. False: out of memory, or HDF5 does not tell; see `reason`. */
bool cshm__h5_raw_begin(struct h5raw *raw, hid_t file, struct h5reason *reason);
void cshm__h5_raw_end(struct h5raw *raw); /* twice is fine */

/* `raw`, or, where an open object with this address is in another file, *other, which is begun for that file. The caller ends
 * *other while the object is open, whatever this returns. NULL: see `reason`. */
struct h5raw *cshm__h5_raw_of(struct h5raw *raw, struct h5raw *other, hid_t object, uint64_t address,
                              struct h5reason *reason);

/* What a dataset or an attribute of this type has in place of data; H5CONTENT_FIXED where it has data. */
enum h5content cshm__h5_raw_content(hid_t file_type);

/* The type to read elements of this content with, borrowed, and the bytes of each. */
hid_t cshm__h5_raw_type(const struct h5raw *raw, enum h5content content);
size_t cshm__h5_raw_size(const struct h5raw *raw, enum h5content content);

/* Finds the data of a string or a sequence of items of `item` bytes: *nbytes of it, 0 where there is none. False: it is
 * damaged. */
bool cshm__h5_raw_find(struct h5raw *raw, const unsigned char *element, size_t item, struct h5object *object,
                       uint64_t *nbytes, struct h5reason *reason);

/* The address that a reference leads to; 0: a null reference. False: it is damaged. */
bool cshm__h5_raw_target(struct h5raw *raw, enum h5content content, const unsigned char *element, uint64_t *address,
                         struct h5reason *reason);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * h5heap: HDF5's global heaps, where elements of variable length lie, read without HDF5.
 *
 * HDF5 1.10 copies what the heap holds, whatever length the element declares: in a damaged file that is beyond the end of
 * one buffer or the other. Here each length is held against the other, and data is read piece by piece.
 */
#ifndef CUTESHM_H5HEAP_H
#define CUTESHM_H5HEAP_H

#include "h5words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where an object's bytes are: 0 bytes, where there is no object. */
struct h5object {
  uint64_t offset; /* in the file */
  uint64_t nbytes;
};

struct h5heap {
  int fd;             /* borrowed */
  uint64_t base;      /* what addresses count from: a user block's size */
  uint64_t file_size; /* bytes */
  size_t address_size;
  size_t length_size;
  uint64_t collection; /* whose objects are at hand; UINT64_MAX: none */
  struct h5object *objects; /* by their index */
  uint32_t object_count;    /* one more than the largest index */
  unsigned char *cache;     /* the collection's bytes, where they are few */
  uint64_t cached;
};

/* Sizes of addresses and lengths are the file's: 2, 4 or 8 (anything else cannot be read). CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_heap_begin(struct h5heap *heap, int fd, uint64_t base, uint64_t file_size, size_t address_size,
                                size_t length_size);
void cshm__h5_heap_end(struct h5heap *heap); /* twice is fine */

/* A little-endian number of up to 8 bytes, as addresses are; one of all ones, HDF5's "undefined", is 0. */
uint64_t cshm__h5_heap_number(const unsigned char *bytes, size_t size);

/* Looks up an object by its place as the file tells it: a collection's address, and an index of 4 bytes. Address 0 is no
 * object. False: the heap is damaged, see `reason`. */
bool cshm__h5_heap_find(struct h5heap *heap, const unsigned char *place, struct h5object *object,
                        struct h5reason *reason);

/* Reads bytes of an object that was found, from `at` on. False: the file is shorter than it was. */
bool cshm__h5_heap_read(const struct h5heap *heap, const struct h5object *object, uint64_t at, size_t nbytes, void *out,
                        struct h5reason *reason);

#endif

/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* pread */

#include "h5heap.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* HDF5 makes collections of 4 KiB to 64 KiB; a larger one holds a single large object, which need not be kept. */
#define CACHE_SIZE ((size_t)1 << 20)
#define MAX_OBJECTS ((size_t)1 << 16) /* an index in the heap has 16 bits */

/*
 *     collection   "GCOL", version 1, 3 bytes, size of the whole (length_size), up to a multiple of 8
 *     object       index (2; 0: from here on it is free), references (2), 4 bytes, size (length_size), up to a multiple of 8; data,
 *                  up to a multiple of 8
 */
#define SIGNATURE "GCOL\1"
#define HEAD_SIZE 8
#define STEP 8

/* The heads of both, which are as long as data is: a multiple of 8, whatever the length of lengths. */
static size_t head_size_of(const struct h5heap *heap) {
  return HEAD_SIZE + (heap->length_size + STEP - 1) / STEP * STEP;
}

cshm_status cshm__h5_heap_begin(struct h5heap *heap, int fd, uint64_t base, uint64_t file_size, size_t address_size,
                                size_t length_size) {
  memset(heap, 0, sizeof *heap);
  heap->fd = fd;
  heap->base = base;
  heap->file_size = file_size;
  heap->address_size = address_size;
  heap->length_size = length_size;
  heap->collection = UINT64_MAX;
  heap->objects = (struct h5object *)calloc(MAX_OBJECTS, sizeof *heap->objects);
  heap->cache = (unsigned char *)malloc(CACHE_SIZE);
  if (heap->objects && heap->cache) return CSHM_OK;
  cshm__h5_heap_end(heap);
  return CSHM_ERR_NO_MEMORY;
}

void cshm__h5_heap_end(struct h5heap *heap) {
  free(heap->objects);
  free(heap->cache);
  heap->objects = NULL;
  heap->cache = NULL;
}

uint64_t cshm__h5_heap_number(const unsigned char *bytes, size_t size) {
  uint64_t number = 0;
  bool undefined = true;
  for (size_t i = 0; i < size && i < sizeof number; i++) {
    number |= (uint64_t)bytes[i] << (8 * i);
    undefined = undefined && bytes[i] == 0xFF;
  }
  return undefined ? 0 : number;
}

/* Bytes of the file. */
static bool read_file(const struct h5heap *heap, uint64_t offset, size_t nbytes, unsigned char *out) {
  while (nbytes > 0) {
    ssize_t got = pread(heap->fd, out, nbytes, (off_t)offset);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out += got;
    offset += (uint64_t)got;
    nbytes -= (size_t)got;
  }
  return true;
}

/* Bytes of the collection at hand, which begins at `start` in the file. */
static bool read_part(const struct h5heap *heap, uint64_t start, uint64_t at, size_t nbytes, unsigned char *out) {
  if (at > heap->cached || nbytes > heap->cached - at) return read_file(heap, start + at, nbytes, out);
  memcpy(out, heap->cache + at, nbytes);
  return true;
}

/* Enters the objects of a collection of `size` bytes; ends where the rest makes no sense. */
static void list_objects(struct h5heap *heap, uint64_t start, uint64_t size) {
  unsigned char head[HEAD_SIZE + sizeof(uint64_t)] = {0};
  size_t head_size = head_size_of(heap);
  uint64_t at = head_size;
  for (size_t count = 0; count < MAX_OBJECTS && size - at >= head_size; count++) {
    if (!read_part(heap, start, at, head_size, head)) return;
    size_t index = head[0] | (size_t)head[1] << 8;
    uint64_t nbytes = cshm__h5_heap_number(head + HEAD_SIZE, heap->length_size);
    at += head_size;
    if (index == 0 || nbytes > size - at) return;
    heap->objects[index] = (struct h5object){start + at, nbytes};
    if (index >= heap->object_count) heap->object_count = (uint32_t)index + 1;
    uint64_t padded = nbytes + (STEP - nbytes % STEP) % STEP;
    if (padded > size - at) return;
    at += padded;
  }
}

/* Makes a collection the one at hand. */
static bool load(struct h5heap *heap, uint64_t address) {
  unsigned char head[HEAD_SIZE + sizeof(uint64_t)] = {0};
  size_t head_size = head_size_of(heap);
  memset(heap->objects, 0, heap->object_count * sizeof *heap->objects);
  heap->object_count = 0;
  heap->collection = UINT64_MAX;
  heap->cached = 0;
  if (heap->file_size < heap->base + head_size || address > heap->file_size - heap->base - head_size) return false;
  uint64_t start = heap->base + address;
  if (!read_file(heap, start, head_size, head) || memcmp(head, SIGNATURE, strlen(SIGNATURE)) != 0) return false;
  uint64_t size = cshm__h5_heap_number(head + HEAD_SIZE, heap->length_size);
  if (size < head_size || size > heap->file_size - start) return false;
  if (size <= CACHE_SIZE) {
    if (!read_file(heap, start, (size_t)size, heap->cache)) return false;
    heap->cached = size;
  }
  list_objects(heap, start, size);
  heap->collection = address;
  return true;
}

bool cshm__h5_heap_find(struct h5heap *heap, const unsigned char *place, struct h5object *object,
                        struct h5reason *reason) {
  uint64_t address = cshm__h5_heap_number(place, heap->address_size);
  uint64_t index = cshm__h5_heap_number(place + heap->address_size, 4);
  *object = (struct h5object){0, 0};
  if (address == 0) return true;
  if (address != heap->collection && !load(heap, address)) {
    cshm__h5_reason(reason, "it is damaged: there is no heap at byte %" PRIu64, address);
    return false;
  }
  if (index < heap->object_count) *object = heap->objects[index];
  if (object->offset != 0) return true;
  cshm__h5_reason(reason, "it is damaged: the heap at byte %" PRIu64 " has no object %" PRIu64, address, index);
  return false;
}

bool cshm__h5_heap_read(const struct h5heap *heap, const struct h5object *object, uint64_t at, size_t nbytes, void *out,
                        struct h5reason *reason) {
  uint64_t start = heap->collection == UINT64_MAX ? 0 : heap->base + heap->collection;
  uint64_t offset = object->offset + at;
  if (nbytes == 0) return true;
  unsigned char *bytes = (unsigned char *)out;
  /* Another collection may have become the one at hand since the object was found. */
  bool good =
      at <= object->nbytes && nbytes <= object->nbytes - at &&
      (offset < start ? read_file(heap, offset, nbytes, bytes) : read_part(heap, start, offset - start, nbytes, bytes));
  if (!good) cshm__h5_reason(reason, "it cannot be read: the file ends before byte %" PRIu64, offset + nbytes);
  return good;
}

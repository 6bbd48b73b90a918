/* SPDX-License-Identifier: MIT */
/* index: the table of contents of a segment. Validated once; after that, every number in it is trusted. */
#ifndef CUTESHM_INDEX_H
#define CUTESHM_INDEX_H

#include "format.h"

#include <cuteshm/cuteshm.h>
#include <stddef.h>

/* A validated index: pointers into the bytes it was opened on, which must outlive it. */
struct index {
  const unsigned char *base; /* the segment's first byte */
  const struct format_header *header;
  const struct format_node *nodes;
  const struct format_array *arrays;
  const struct format_dtype *dtypes;
  const struct format_attribute *attributes;
  const struct format_note *notes;
  const int64_t *extents;
  const uint32_t *slots;
  const char *strings;
  const unsigned char *blobs;
  uint32_t node_count;
  uint32_t array_count;
  uint32_t dtype_count;
  uint32_t attribute_count;
  uint32_t note_count;
  uint32_t slot_mask;
  uint64_t extent_count;
  uint64_t string_size;
  uint64_t blob_size;
};

/* Checks a segment's header: magic, version, checksum, the places of its parts against `size`, its strings.
 * `size` is the real size of the file, `name` the segment's name for messages. Reads 4096 bytes at most.
 * CSHM_ERR_CORRUPT, CSHM_ERR_VERSION. */
cshm_status cshm__header_check(const struct format_header *header, uint64_t size, const char *name, cshm_error *err);

/* Checks header and index of a segment that lies at `base` (4096-byte aligned, `size` bytes) and fills *index.
 * CSHM_ERR_CORRUPT, CSHM_ERR_VERSION. */
cshm_status cshm__index_open(const void *base, uint64_t size, const char *name, struct index *index, cshm_error *err);

/* The node at a path, or FORMAT_NONE. One leading "/" is ignored. */
uint32_t cshm__index_find(const struct index *index, const char *path);

#endif

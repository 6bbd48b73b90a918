/* SPDX-License-Identifier: MIT */
/* manifest_value: an attribute's bytes as numbers, strings and lists of them. */
#ifndef CUTESHM_MANIFEST_VALUE_H
#define CUTESHM_MANIFEST_VALUE_H

#include "manifest_emit.h"

#include <stdint.h>

/* Values of more bytes, and such as nest deeper than this, are not written down: the segment has them. */
#define MANIFEST_MAX_VALUE 65536
#define MANIFEST_MAX_VALUE_DEPTH 32

/* The list of fields is read again for each element: bytes that this may come to. Only names of absurd length reach it. */
#define MANIFEST_MAX_WALK (16u << 20)

/* A value: its dtype (one that cshm__dtype_parse accepts), shape, and bytes in C order. */
struct manifest_value {
  const char *dtype;
  size_t dtype_length;
  uint32_t ndim;
  const int64_t *shape;
  const unsigned char *data;
  uint64_t nbytes;
  bool whole; /* is written whatever its size and depth */
};

/* Adds the value; false, with nothing added, where it is one that is not written down. */
bool cshm__manifest_value(const struct manifest_dialect *dialect, const struct manifest_value *value,
                          struct text *text);

#endif

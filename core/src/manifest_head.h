/* SPDX-License-Identifier: MIT */
/* manifest_head: what the head of a manifest must say, whatever the syntax. */
#ifndef CUTESHM_MANIFEST_HEAD_H
#define CUTESHM_MANIFEST_HEAD_H

#include "manifest.h"

#include <stdbool.h>

#define HEAD_QUOTED_SIZE 64
#define HEAD_LIFETIMES 3
#define HEAD_OPTIONAL "lifetime" /* the one key that need not be there */

/* A key's value, as the syntax has it. */
struct head_value {
  const char *text; /* UTF-8, need not end with a NUL */
  size_t length;
  bool is_number; /* written as a number could be: in YAML not quoted, in TOML an integer */
};

/* A head being read. Begins as {0}. */
struct head_reader {
  struct manifest_head head;
  unsigned seen; /* a bit for each key */
};

/* A lifetime's name in manifests. */
const char *cshm__head_lifetime(uint32_t lifetime);

/* Number of a key of the head, or -1. */
int cshm__head_key(const char *text, size_t length);

/* Takes a key's value. *wanted are words for a message where it is not good: CSHM_ERR_CORRUPT, CSHM_ERR_VERSION. */
cshm_status cshm__head_take(struct head_reader *reader, int key, const struct head_value *value, const char **wanted);

/* The name of a key that was not seen yet, or NULL: the head is whole. */
const char *cshm__head_missing(const struct head_reader *reader);

/* ---- messages ---- */

/* A place in a manifest; line and column count from 1. */
struct head_place {
  const char *file;
  size_t line;
  size_t column;
};

/* "manifest f.yaml:1:11: wanted ..., found ...". Returns `status`. */
cshm_status cshm__head_fail(cshm_error *err, cshm_status status, struct head_place place, const char *wanted,
                            const char *found);

/* "'text'" for a message, cut where it is long. Returns `out`. */
const char *cshm__head_quoted(const struct head_value *value, char out[HEAD_QUOTED_SIZE]);

#endif

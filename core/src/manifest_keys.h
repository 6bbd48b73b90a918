/* SPDX-License-Identifier: MIT */
/* manifest_keys: the keys of a map in a manifest or layout, and values of the kind that is wanted under them. */
#ifndef CUTESHM_MANIFEST_KEYS_H
#define CUTESHM_MANIFEST_KEYS_H

#include "document.h"

/* A text in the document, with a NUL behind it and none in it. */
struct keys_text {
  const char *data;
  size_t length;
};

/* CSHM_ERR_CORRUPT where the map has a key that is none of `names` ("path, dtype, shape"); the message tells these, and the near one.
 * `what` is what the map describes: "an array". */
cshm_status cshm__keys_known(const struct document *document, uint32_t map, const char *what, const char *names,
                             cshm_error *err);

/* What is under a key that must be there. */
cshm_status cshm__keys_need(const struct document *document, uint32_t map, const char *key, uint32_t *node,
                            cshm_error *err);

/* CSHM_ERR_CORRUPT unless it is of that kind. */
cshm_status cshm__keys_kind(const struct document *document, uint32_t node, uint32_t kind, const char *wanted,
                            cshm_error *err);

/* A single value as a string. */
cshm_status cshm__keys_text(const struct document *document, uint32_t node, const char *wanted, struct keys_text *text,
                            cshm_error *err);

/* A whole number from 0 to 2^63 - 1. */
cshm_status cshm__keys_number(const struct document *document, uint32_t node, const char *wanted, uint64_t *number,
                              cshm_error *err);

/* A list of at most CSHM_MAX_NDIM lengths. */
cshm_status cshm__keys_shape(const struct document *document, uint32_t node, uint32_t *ndim, int64_t *shape,
                             cshm_error *err);

/* Puts file, line and column before what a failed call said. Returns `status`, which must be that call's. */
cshm_status cshm__keys_about(const struct document *document, uint32_t node, cshm_status status, cshm_error *err);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * adopt: a project of which the manifest is gone, found by its segment. Cleaners sweep /tmp, and private mounts hide it: but a
 * segment says whose it is, and a manifest can be written anew from it.
 */
#ifndef CUTESHM_ADOPT_H
#define CUTESHM_ADOPT_H

#include "format.h"
#include "store.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>

/* A segment that a manifest could be written of. */
struct candidate {
  char segment[STORE_NAME_SIZE];
  uint64_t generation;
  uint64_t created_ns;
  uint64_t nbytes;
  uint32_t lifetime;
  uint32_t state;
};

/* The newest segment of a project that no manifest of another prefix points to: one that is PUBLISHED, and no orphan; else,
 * where there are such texts, one of any state of which the name stands in one of them. CSHM_ERR_NOT_FOUND without words: there
 * is none; any other failure keeps from looking. */
cshm_status cshm__adopt_find(const struct store *store, int directory, const char *name, const char *const *texts,
                             struct candidate *found, cshm_error *err);

/* Writes the manifest of a segment, in the store's syntax, and removes one of another. The store must be locked.
 * CSHM_ERR_CORRUPT, CSHM_ERR_PERMISSION, CSHM_ERR_NOT_FOUND: the segment is gone. */
cshm_status cshm__adopt_segment(const struct store *store, int directory, const char *name,
                                const struct candidate *candidate, cshm_error *err);

/* Both, of a project that has no manifest, where it is PUBLISHED. The store must be locked. CSHM_ERR_NOT_FOUND without words:
 * there is no such segment. */
cshm_status cshm__adopt(const struct store *store, int directory, const char *name, cshm_error *err);

/* The same with the store's lock taken and its directory made, where there is such a segment; what is garbage of the project is
 * removed on the way. `directory`: for near names, or -1. CSHM_ERR_NOT_FOUND in words: there is none, or it may not be done. */
cshm_status cshm__adopt_locking(const struct store *store, int directory, const char *name, cshm_error *err);

/* Hands on what was said of a manifest that cannot be read, with the cure where the segment is there. */
cshm_status cshm__adopt_hint(const struct store *store, int directory, const char *name, const cshm_error *said,
                             cshm_error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* project_remove: how a project ends: by unlinking, or because the last one died for whom it was there. */
#ifndef CUTESHM_PROJECT_REMOVE_H
#define CUTESHM_PROJECT_REMOVE_H

#include "store.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>

/* Removes manifest and segment, however damaged, and both if there are two. The store must be locked. `only`: not 0: those
 * of another generation stay. CSHM_ERR_NOT_FOUND, CSHM_ERR_PERMISSION. */
cshm_status cshm__project_remove(const struct store *store, int directory, const char *name, uint64_t only,
                                 cshm_error *err);

/* The same with the store's lock taken. */
cshm_status cshm__project_unlink(const struct store *store, const char *name, uint64_t only, cshm_error *err);

/* Why a segment of that lifetime is an orphan, in words, or NULL: its owner is dead, or nobody uses it. The publisher holds a
 * share from before the project is visible. */
const char *cshm__project_orphaned(int segment, uint32_t lifetime);

/* An orphan, by its manifest. */
struct orphan {
  const char *project;
  const char *segment;
  uint64_t generation;
  uint32_t lifetime;
};

/* Removes an orphan, holding alone, meanwhile, the lease that tells it is one, so that nobody attaches what is going away. The
 * store must be locked. *gone: false where a user came after all. */
cshm_status cshm__project_reap(const struct store *store, int directory, const struct orphan *orphan, bool *gone,
                               cshm_error *err);

/* The same with the store's lock taken, or CSHM_ERR_TIMEOUT where that is not free and `wait` is false. */
cshm_status cshm__project_reap_locking(const struct store *store, const struct orphan *orphan, bool wait,
                                       cshm_error *err);

/* Ends a share of the users' lease, closing `lease`, and removes the project if nobody else has one: only that generation, of
 * which `segment` is the name. False: nobody uses it, but the store is locked and `wait` is false. */
bool cshm__project_let_go(const struct store *store, const char *name, const char *segment, uint64_t generation,
                          int lease, bool wait);

#endif

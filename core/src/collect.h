/* SPDX-License-Identifier: MIT */
/*
 * collect: what the dead have left in a store. This is where it is decided what is garbage:
 *   - a project that is an orphan: its owner has ended, or its last user is gone
 *   - a manifest of which the segment is gone
 *   - a segment of this store that no manifest points to and that is half-built, FILLED or RETIRED, while nobody holds its
 *     builder's lease; or PUBLISHED, and an orphan
 *   - a file that was to become a manifest: it has another name only while the store is locked
 * All is done under the store's lock, and what a lease tells is removed while that is held alone.
 * A PUBLISHED persistent segment that no manifest points to is none, but a project that has lost its manifest: see adopt.h.
 */
#ifndef CUTESHM_COLLECT_H
#define CUTESHM_COLLECT_H

#include "listing.h"
#include "store.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>

/* What cshm_store_collect says. `told`: of what was removed, or would be; or NULL. */
cshm_status cshm__collect(const struct store *store, bool dry_run, struct listing *told, cshm_error *err);

/* Removes the segments of a project that are garbage. The store must be locked. */
void cshm__collect_project(const struct store *store, int directory, const char *name);

/* Whether there are any, or of all projects, where `name` is NULL. `directory` may be -1: the store has none. */
bool cshm__collect_has(const struct store *store, int directory, const char *name);

#endif

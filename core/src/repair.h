/* SPDX-License-Identifier: MIT */
/*
 * repair: manifests written anew from the segments, where they are gone, damaged, doubled, or do not agree with their segment.
 * Which segment is the project's: the newest PUBLISHED one. Where there is none, one of another state that the manifests name:
 * a publication that was killed at its switch has left the old one RETIRED, or the new one FILLED, and the manifest was
 * damaged after that. It is marked PUBLISHED then.
 */
#ifndef CUTESHM_REPAIR_H
#define CUTESHM_REPAIR_H

#include "listing.h"
#include "store.h"

#include <cuteshm/cuteshm.h>

/* What cshm_store_repair says. `project`: NULL for all. */
cshm_status cshm__repair(const struct store *store, const char *project, struct listing *told, cshm_error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* lease: the projects that this process owns, and that end with it. */
#ifndef CUTESHM_LEASE_H
#define CUTESHM_LEASE_H

#include "store.h"

#include <cuteshm/cuteshm.h>

/* Makes sure that a lease can be kept later without failing: a place for it, and the hooks for exit and fork. */
cshm_status cshm__lease_prepare(cshm_error *err);

/* Keeps the lease `segment`, a descriptor, until the process ends, and unlinks the project then, unless
 * it is another generation by then. A child of fork() keeps nothing. cshm__lease_prepare came before. */
void cshm__lease_keep(const struct store *store, const char *project, uint64_t generation, int segment);

/* Lets go of the projects that were overwritten or unlinked, by whomever, so that their memory is not held. */
void cshm__lease_sweep(void);

#endif

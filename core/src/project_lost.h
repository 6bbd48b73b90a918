/* SPDX-License-Identifier: MIT */
/* project_lost: a manifest that points to a segment which is gone, and what may have happened to that. */
#ifndef CUTESHM_PROJECT_LOST_H
#define CUTESHM_PROJECT_LOST_H

#include "project.h"

/* CSHM_ERR_NOT_FOUND in words. What was to end with its owner or last user has ended: its manifest is removed, as far as that is
 * permitted, and project->syntax is then NULL. A persistent one's stays, so that its user learns what happened. */
cshm_status cshm__project_lost(const struct store *store, int directory, const char *name, struct project *project,
                               cshm_error *err);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * project_manifest: which manifest a project has. There should be one, in any syntax. Where there are two, one has lost if
 * its segment is retired or gone: that is what a process leaves which is killed while it overwrites a project and changes
 * the syntax. If none has lost, or one cannot be read, nobody can say which is right.
 */
#ifndef CUTESHM_PROJECT_MANIFEST_H
#define CUTESHM_PROJECT_MANIFEST_H

#include "store.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>

/* Reads the head of the manifest that counts. *syntax is its syntax, also where it is damaged; NULL where there is none,
 * or where there are two of which neither has lost (CSHM_ERR_CORRUPT, naming both).
 * CSHM_ERR_NOT_FOUND without further words: no manifest. CSHM_ERR_CORRUPT, CSHM_ERR_VERSION, CSHM_ERR_PERMISSION. */
cshm_status cshm__project_manifest(const struct store *store, int directory, const char *name,
                                   struct manifest_head *head, const struct manifest_syntax **syntax, cshm_error *err);

/* The syntax of the manifest that has lost, where there are two and the other counts; or NULL. */
const struct manifest_syntax *cshm__project_manifest_lost(const struct store *store, int directory, const char *name);

/* Removes that. The store must be locked. */
void cshm__project_manifest_tidy(const struct store *store, int directory, const char *name);

/* Whether a manifest of a project of that name points to the segment: also one under another prefix, since the names of segments
 * do not tell that; `others`: only such a one. True where that cannot be found out. */
bool cshm__project_manifest_points(const struct store *store, int directory, const char *name, const char *segment,
                                   bool others);

#endif

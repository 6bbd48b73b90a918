/* SPDX-License-Identifier: MIT */
/* project: a manifest and the segment it points to, together. */
#ifndef CUTESHM_PROJECT_H
#define CUTESHM_PROJECT_H

#include "format.h"
#include "store.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>

/* What a project is opened for. */
enum project_use {
  PROJECT_LOOK, /* to be told what it is */
  PROJECT_READ, /* to be mapped: of a last-user project the segment's descriptor then holds a share of the users' lease */
  PROJECT_WRITE /* the same, writable */
};

/* An open project. Ends with cshm__project_close. */
struct project {
  struct manifest_head head;
  const struct manifest_syntax *syntax;
  int segment;                 /* descriptor */
  bool foreign;                /* the segment is of another project, store or generation: not to be touched */
  uint64_t size;               /* real size of the segment */
  struct format_header header; /* checked */
};

/* Opens the store's directory for a look at a project. Where the directory is gone, but not the project's segment, both are
 * made anew. CSHM_ERR_NOT_FOUND in words: there is no such project. */
cshm_status cshm__project_directory(const struct store *store, const char *name, int *directory, cshm_error *err);

/* Reads the manifest, opens the segment, checks its header and that both are of one generation. An overwrite that happens
 * meanwhile is waited out: the result is whole, old or new. A project whose owner died, or of which the last user left
 * without a word, is removed, and not found, whether that is permitted or not; one of which only the manifest is gone gets a
 * new one. After a failure project->syntax and ->head tell what could be read of the manifest, if there is one that counts.
 * CSHM_ERR_NOT_FOUND, CSHM_ERR_CORRUPT, CSHM_ERR_VERSION, CSHM_ERR_GENERATION, CSHM_ERR_PERMISSION. */
cshm_status cshm__project_open(const struct store *store, int directory, const char *name, enum project_use use,
                               struct project *project, cshm_error *err);
void cshm__project_close(struct project *project);

/* Whether a status tells of a project that is there but damaged; any other failure tells of the look at it. */
bool cshm__project_is_damaged(cshm_status status);

/* The same at one look, of whatever is there: nothing is waited for, removed or made. CSHM_ERR_NOT_FOUND: no segment, or,
 * where project->syntax is NULL and there are no words, no manifest. */
cshm_status cshm__project_look(const struct store *store, int directory, const char *name, struct project *project,
                               cshm_error *err);

/* What a publish finds in its place, under the store's lock. `live` is false when nothing is there, or only what is left of
 * a project of which the segment is gone, or the owner dead, or that nobody uses any more; then who attaches that one waits
 * until it is let go. What can be told of it is in *project: head.segment is "" where the manifest does not tell, segment is
 * -1 where that is damaged or gone. CSHM_ERR_CORRUPT: two manifests; and whatever keeps from looking. Ends with
 * cshm__project_let_previous_go. */
cshm_status cshm__project_previous(const struct store *store, int directory, const char *name, struct project *project,
                                   bool *live, cshm_error *err);
void cshm__project_let_previous_go(struct project *project);

/* CSHM_ERR_EXISTS in words. */
cshm_status cshm__project_exists(const struct store *store, const char *name, cshm_error *err);

/* Whether a segment is this store's. It may have been moved, or have another path in another container: so a segment that tells of
 * a directory that is not there is believed. One that tells of another directory is that store's, whoever wrote our manifest. */
bool cshm__project_is_of(const struct store *store, int directory, const struct format_header *header);

/* Whether a segment has a header that can be trusted, whatever its state. */
bool cshm__project_read_header(int segment, uint64_t size, const char *name, struct format_header *header);

/* The same for who must tell a damaged header, *good false, from one that could not be read for the moment: a failure. */
cshm_status cshm__project_try_header(int segment, uint64_t size, const char *name, struct format_header *header,
                                     bool *good, cshm_error *err);

/* Writes a state into a segment's header. */
cshm_status cshm__project_set_state(int segment, enum format_state state, cshm_error *err);

/* Wakes those who wait for the segment's state to change: called once nobody can find it any more. */
void cshm__project_wake(int segment);

#endif

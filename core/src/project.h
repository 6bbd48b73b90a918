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

/* Reads the manifest, opens the segment, checks its header and that both are of one generation. An overwrite that happens
 * meanwhile is waited out: the result is whole, old or new. A project whose owner died, or of which the last user left
 * without a word, is removed, and not found. After a failure project->syntax and ->head tell what could be read of the
 * manifest, if there is one that counts.
 * CSHM_ERR_NOT_FOUND, CSHM_ERR_CORRUPT, CSHM_ERR_VERSION, CSHM_ERR_GENERATION, CSHM_ERR_PERMISSION. */
cshm_status cshm__project_open(const struct store *store, int directory, const char *name, enum project_use use,
                               struct project *project, cshm_error *err);
void cshm__project_close(struct project *project);

/* What a publish finds in its place, under the store's lock. `live` is false when nothing is there, or only what is left of
 * a project of which the segment is gone, or the owner dead, or that nobody uses any more; then who attaches that one waits
 * until it is closed. What can be told of it is in *project: head.segment is "" where the manifest does not tell, segment is
 * -1 where it cannot be opened for writing. CSHM_ERR_CORRUPT: two manifests. */
cshm_status cshm__project_previous(const struct store *store, int directory, const char *name, struct project *project,
                                   bool *live, cshm_error *err);

/* CSHM_ERR_EXISTS in words. */
cshm_status cshm__project_exists(const struct store *store, const char *name, cshm_error *err);

/* Whether a segment has a header that can be trusted, whatever its state. */
bool cshm__project_read_header(int segment, uint64_t size, const char *name, struct format_header *header);

/* Writes a state into a segment's header. */
cshm_status cshm__project_set_state(int segment, enum format_state state, cshm_error *err);

/* Wakes those who wait for the segment's state to change: called once nobody can find it any more. */
void cshm__project_wake(int segment);

/* Removes manifest and segment, however damaged, and both if there are two. The store must be locked. `only`: not 0: those
 * of another generation stay. CSHM_ERR_NOT_FOUND, CSHM_ERR_PERMISSION. */
cshm_status cshm__project_remove(const struct store *store, int directory, const char *name, uint64_t only,
                                 cshm_error *err);

/* Removes what someone who was killed while publishing or unlinking this project has left: segments of it that no manifest
 * points to and that are not PUBLISHED. The store must be locked, so nobody is in the midst of publishing. */
void cshm__project_sweep(const struct store *store, int directory, const char *name);

/* cshm__project_remove with the store's lock taken, or CSHM_ERR_TIMEOUT where that is not free and `wait` is false. */
cshm_status cshm__project_unlink(const struct store *store, const char *name, uint64_t only, bool wait,
                                 cshm_error *err);

/* Ends a share of the users' lease, closing `lease`, and removes the project if nobody else has one: only that generation, of
 * which `segment` is the name. The lease is held alone while that is done, so that nobody attaches what is going away.
 * False: nobody uses it, but the store is locked and `wait` is false. */
bool cshm__project_let_go(const struct store *store, const char *name, const char *segment, uint64_t generation,
                          int lease, bool wait);

#endif

/* SPDX-License-Identifier: MIT */
#include "project.h"

#include "adopt.h"
#include "error.h"
#include "index.h"
#include "platform.h"
#include "project_lost.h"
#include "project_manifest.h"
#include "project_remove.h"

#include <string.h>

#define MAX_TURNS 1000 /* overwrites that one open waits out; each turn is one whole overwrite by someone else */

void cshm__project_close(struct project *project) {
  cshm__platform_close(project->segment);
  project->segment = -1;
}

bool cshm__project_is_of(const struct store *store, int directory, const struct format_header *header) {
  return strcmp(header->root, store->root) == 0 || !cshm__platform_directory_is_another(directory, header->root);
}

static cshm_status check_identity(const struct store *store, int directory, struct project *project, const char *name,
                                  cshm_error *err) {
  const struct manifest_head *head = &project->head;
  project->foreign = true;
  if (project->header.generation != head->generation)
    return cshm__fail(
        err, CSHM_ERR_GENERATION, 0,
        "project \"%s\": its manifest is of generation %016llx and segment %s of %016llx; run `cute-shm repair %s`, or "
        "unlink the project and create it again",
        name, (unsigned long long)head->generation, head->segment, (unsigned long long)project->header.generation,
        name);
  if (strcmp(project->header.project, name) != 0)
    return cshm__fail(err, CSHM_ERR_CORRUPT, 0, "segment %s belongs to project \"%s\", not to \"%s\"", head->segment,
                      project->header.project, name);
  if (!cshm__project_is_of(store, directory, &project->header))
    return cshm__fail(
        err, CSHM_ERR_CORRUPT, 0,
        "segment %s belongs to store %.400s, not to %.400s: the manifest was copied; unlink the project here, "
        "which leaves the other one alone",
        head->segment, project->header.root, store->root);
  project->foreign = false;
  if (project->header.segment_size != head->nbytes)
    return cshm__fail(
        err, CSHM_ERR_CORRUPT, 0,
        "project \"%s\": its manifest tells of %llu bytes and segment %s of %llu; run `cute-shm repair %s`, or unlink "
        "the project and create it again",
        name, (unsigned long long)head->nbytes, head->segment, (unsigned long long)project->header.segment_size, name);
  if (project->header.flags & FORMAT_SEALED)
    return cshm__fail(err, CSHM_ERR_CORRUPT, 0,
                      "segment %s says that it is a sealed one, and those are in no store: someone has put it there",
                      head->segment);
  return CSHM_OK;
}

/* Opens the segment that project->head points to. CSHM_ERR_NOT_FOUND: it is gone. */
static cshm_status open_segment(const struct store *store, int directory, struct project *project, const char *name,
                                bool writable, cshm_error *err) {
  const char *segment = project->head.segment;
  project->foreign = false;
  cshm_status status =
      cshm__platform_segment_open(segment, &store->share, writable, &project->segment, &project->size, err);
  if (status) return status;
  if (project->size < sizeof project->header)
    status =
        cshm__fail(err, CSHM_ERR_CORRUPT, 0, "segment %s is truncated: it has %llu bytes, and a header alone has %zu",
                   segment, (unsigned long long)project->size, sizeof project->header);
  if (!status) status = cshm__platform_segment_read(project->segment, 0, &project->header, sizeof project->header, err);
  if (!status) status = cshm__header_check(&project->header, project->size, segment, err);
  if (!status) status = check_identity(store, directory, project, name, err);
  if (status) cshm__project_close(project);
  return status;
}

/* Makes this process a user. CSHM_ERR_NOT_FOUND: the last one left, and took the segment's name away. */
static cshm_status join(const struct project *project, enum project_use use, cshm_error *err) {
  if (use == PROJECT_LOOK || project->header.lifetime != CSHM_LAST_USER) return CSHM_OK;
  cshm_status status = cshm__platform_lease_join(project->segment, true, err);
  if (status || cshm__platform_segment_is_named(project->segment)) return status;
  return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "segment %s is gone with its last user", project->head.segment);
}

cshm_status cshm__project_directory(const struct store *store, const char *name, int *directory, cshm_error *err) {
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = cshm__platform_directory_open(store->root, &store->share, false, directory, &said);
  if (status == CSHM_ERR_NOT_FOUND) {
    status = cshm__adopt_locking(store, -1, name, err);
    if (status) return status;
    status = cshm__platform_directory_open(store->root, &store->share, false, directory, &said);
  }
  return status ? cshm__fail_said(err, &said) : CSHM_OK;
}

/* Removes an orphan. Where that may not be done, or by someone else, the project is not found all the same. */
static cshm_status reap(const struct store *store, const char *name, struct project *project, bool *again,
                        cshm_error *err) {
  const struct orphan orphan = {name, project->head.segment, project->header.generation, project->header.lifetime};
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = cshm__project_reap_locking(store, &orphan, true, &said);
  *again = status == CSHM_OK || status == CSHM_ERR_NOT_FOUND;
  if (*again) return CSHM_OK;
  if (status != CSHM_ERR_PERMISSION) return cshm__fail_said(err, &said);
  project->syntax = NULL;
  return cshm__fail(
      err, CSHM_ERR_NOT_FOUND, 0,
      "no project \"%s\" in store %s: its owner or its last user has died, and what is left goes when someone "
      "who may write there uses the store",
      name, store->root);
}

/* One turn of opening. *again: something has changed since it began, so that another one is needed. */
static cshm_status open_once(const struct store *store, int directory, const char *name, enum project_use use,
                             struct project *project, bool *again, cshm_error *err) {
  *again = false;
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = open_segment(store, directory, project, name, use == PROJECT_WRITE, &said);
  if (status) return cshm__fail_said(err, &said);
  bool orphan = cshm__project_orphaned(project->segment, project->header.lifetime) != NULL;
  status = orphan ? reap(store, name, project, again, &said) : join(project, use, &said);
  if (!orphan && !status) return CSHM_OK;
  cshm__project_close(project);
  if (!orphan && status == CSHM_ERR_NOT_FOUND) *again = true;
  return *again ? CSHM_OK : cshm__fail_said(err, &said);
}

cshm_status cshm__project_open(const struct store *store, int directory, const char *name, enum project_use use,
                               struct project *project, cshm_error *err) {
  uint64_t missing = 0; /* the generation of which the segment was not there */
  bool adopted = false, again;
  project->segment = -1;
  for (int turn = 0; turn < MAX_TURNS; turn++) {
    memset(&project->head, 0, sizeof project->head);
    cshm_error said = CSHM_ERROR_INIT;
    cshm_status status = cshm__project_manifest(store, directory, name, &project->head, &project->syntax, &said);
    if (status == CSHM_ERR_NOT_FOUND) {
      if (adopted) return cshm__store_not_found(store, directory, name, err);
      status = cshm__adopt_locking(store, directory, name, err);
      if (status) return status;
      adopted = true;
      continue;
    }
    if (status) return cshm__adopt_hint(store, directory, name, &said, err);
    status = open_once(store, directory, name, use, project, &again, &said);
    if (status == CSHM_ERR_NOT_FOUND && project->syntax && project->head.generation != missing) {
      missing = project->head.generation; /* overwritten since we read the manifest? then it has changed */
      again = true;
    } else if (status == CSHM_ERR_NOT_FOUND && project->syntax) {
      return cshm__project_lost(store, directory, name, project, err);
    } else if (status) {
      return cshm__fail_said(err, &said);
    }
    if (!again) return CSHM_OK;
  }
  return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0,
                    "project \"%s\" of store %s is overwritten faster than it can be opened", name, store->root);
}

cshm_status cshm__project_look(const struct store *store, int directory, const char *name, struct project *project,
                               cshm_error *err) {
  memset(&project->head, 0, sizeof project->head);
  project->segment = -1;
  cshm_status status = cshm__project_manifest(store, directory, name, &project->head, &project->syntax, err);
  return status ? status : open_segment(store, directory, project, name, false, err);
}

/* Whether nobody has a project that is going to be replaced. One of which the last user is gone is then held alone, until it is
 * let go: who attaches it meanwhile waits, and finds the next one. */
static bool is_abandoned(const struct project *project) {
  if (project->header.lifetime == CSHM_LAST_USER)
    return cshm__platform_lease_seize(project->segment, PLATFORM_LEASE_USERS);
  return cshm__project_orphaned(project->segment, project->header.lifetime) != NULL;
}

/* The manifest, written anew where only that is gone. */
static cshm_status find_manifest(const struct store *store, int directory, const char *name, struct project *project,
                                 cshm_error *err) {
  cshm_status status = cshm__project_manifest(store, directory, name, &project->head, &project->syntax, err);
  if (status != CSHM_ERR_NOT_FOUND) return status;
  status = cshm__adopt(store, directory, name, err);
  return status ? status : cshm__project_manifest(store, directory, name, &project->head, &project->syntax, err);
}

bool cshm__project_is_damaged(cshm_status status) {
  return status == CSHM_ERR_CORRUPT || status == CSHM_ERR_VERSION || status == CSHM_ERR_GENERATION;
}

cshm_status cshm__project_previous(const struct store *store, int directory, const char *name, struct project *project,
                                   bool *live, cshm_error *err) {
  memset(project, 0, sizeof *project);
  project->segment = -1;
  *live = false;
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = find_manifest(store, directory, name, project, &said);
  if (status == CSHM_ERR_NOT_FOUND) return CSHM_OK;
  if (status && (!project->syntax || !cshm__project_is_damaged(status))) return cshm__fail_said(err, &said);
  *live = true;
  if (status) {
    project->head.segment[0] = '\0';
    return CSHM_OK;
  }
  status = open_segment(store, directory, project, name, true, &said);
  if (status && status != CSHM_ERR_NOT_FOUND && !cshm__project_is_damaged(status)) return cshm__fail_said(err, &said);
  if (project->foreign) project->head.segment[0] = '\0'; /* not this project's to remove */
  *live = status != CSHM_ERR_NOT_FOUND && (status != CSHM_OK || !is_abandoned(project));
  return CSHM_OK;
}

/* Closing alone would not end the leases: a child that another thread has forked meanwhile has the file open, too. */
void cshm__project_let_previous_go(struct project *project) {
  if (project->segment >= 0) {
    cshm__platform_lease_leave(project->segment, PLATFORM_LEASE_USERS);
    cshm__platform_lease_leave(project->segment, PLATFORM_LEASE_BUILDER);
  }
  cshm__project_close(project);
}

cshm_status cshm__project_exists(const struct store *store, const char *name, cshm_error *err) {
  return cshm__fail(
      err, CSHM_ERR_EXISTS, 0,
      "project \"%s\" exists already in store %s; it is untouched: unlink it first, or ask to overwrite it", name,
      store->root);
}

cshm_status cshm__project_set_state(int segment, enum format_state state, cshm_error *err) {
  uint32_t value = (uint32_t)state;
  return cshm__platform_segment_write(segment, offsetof(struct format_header, state), &value, sizeof value, err);
}

void cshm__project_wake(int segment) { cshm__platform_wake(segment, offsetof(struct format_header, state)); }

cshm_status cshm__project_try_header(int segment, uint64_t size, const char *name, struct format_header *header,
                                     bool *good, cshm_error *err) {
  *good = false;
  if (size < sizeof *header) return CSHM_OK;
  cshm_status status = cshm__platform_segment_read(segment, 0, header, sizeof *header, err);
  if (status == CSHM_ERR_CORRUPT) return CSHM_OK; /* cut short meanwhile */
  *good = !status && cshm__header_check(header, size, name, NULL) == CSHM_OK;
  return status;
}

bool cshm__project_read_header(int segment, uint64_t size, const char *name, struct format_header *header) {
  bool good;
  return cshm__project_try_header(segment, size, name, header, &good, NULL) == CSHM_OK && good;
}

/* SPDX-License-Identifier: MIT */
#include "project.h"

#include "error.h"
#include "index.h"
#include "platform.h"
#include "project_manifest.h"

#include <string.h>

#define MAX_TURNS 1000 /* overwrites that one open waits out; each turn is one whole overwrite by someone else */

void cshm__project_close(struct project *project) {
  cshm__platform_close(project->segment);
  project->segment = -1;
}

/* A store may have been moved, or have another path in another container: so a segment that tells of a directory that is not
 * there is believed to be of this one. One that tells of another store is that one's, whoever wrote our manifest. */
static bool is_of_store(const struct store *store, int directory, const struct format_header *header) {
  return strcmp(header->root, store->root) == 0 || !cshm__platform_directory_is_another(directory, header->root);
}

static cshm_status check_identity(const struct store *store, int directory, struct project *project, const char *name,
                                  cshm_error *err) {
  const struct manifest_head *head = &project->head;
  project->foreign = true;
  if (project->header.generation != head->generation)
    return cshm__fail(
        err, CSHM_ERR_GENERATION, 0,
        "project \"%s\": its manifest is of generation %016llx and segment %s of %016llx; unlink the project and "
        "create it again",
        name, (unsigned long long)head->generation, head->segment, (unsigned long long)project->header.generation);
  if (strcmp(project->header.project, name) != 0)
    return cshm__fail(err, CSHM_ERR_CORRUPT, 0, "segment %s belongs to project \"%s\", not to \"%s\"", head->segment,
                      project->header.project, name);
  if (!is_of_store(store, directory, &project->header))
    return cshm__fail(
        err, CSHM_ERR_CORRUPT, 0,
        "segment %s belongs to store %.400s, not to %.400s: the manifest was copied; unlink the project here, "
        "which leaves the other one alone",
        head->segment, project->header.root, store->root);
  project->foreign = false;
  if (project->header.segment_size != head->nbytes)
    return cshm__fail(
        err, CSHM_ERR_CORRUPT, 0,
        "project \"%s\": its manifest tells of %llu bytes and segment %s of %llu; unlink the project and create it "
        "again",
        name, (unsigned long long)head->nbytes, head->segment, (unsigned long long)project->header.segment_size);
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

/* A lease that is free means that the owner is dead, or that nobody uses it: the publisher holds a share from before the
 * project is visible. */
static bool is_orphan(const struct project *project) {
  uint32_t lifetime = project->header.lifetime;
  return (lifetime == CSHM_OWNER && cshm__platform_lease_is_free(project->segment, PLATFORM_LEASE_OWNER)) ||
         (lifetime == CSHM_LAST_USER && cshm__platform_lease_is_free(project->segment, PLATFORM_LEASE_USERS));
}

/* Removes an orphan, unless a user came meanwhile: who joined just before the last one left. */
static cshm_status reap(const struct store *store, const char *name, const struct project *orphan, cshm_error *err) {
  uint64_t size;
  int segment;
  cshm_status status = cshm__platform_segment_open(orphan->head.segment, &store->share, true, &segment, &size, err);
  if (status) return status;
  if (orphan->header.lifetime == CSHM_OWNER || cshm__platform_lease_seize(segment))
    status = cshm__project_unlink(store, name, orphan->head.generation, true, err);
  cshm__platform_lease_leave(segment);
  cshm__platform_close(segment);
  return status;
}

/* Makes this process a user. CSHM_ERR_NOT_FOUND: the last one left, and took the segment's name away. */
static cshm_status join(const struct project *project, enum project_use use, cshm_error *err) {
  if (use == PROJECT_LOOK || project->header.lifetime != CSHM_LAST_USER) return CSHM_OK;
  cshm_status status = cshm__platform_lease_join(project->segment, err);
  if (status || cshm__platform_segment_is_named(project->segment)) return status;
  return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "segment %s is gone with its last user", project->head.segment);
}

static cshm_status lost_segment(const struct store *store, const char *name, const char *segment, cshm_error *err) {
  return cshm__fail(
      err, CSHM_ERR_NOT_FOUND, 0,
      "project \"%s\" of store %s has lost its segment %s: the machine was restarted, or someone removed it from "
      "/dev/shm; unlink the project and create it again",
      name, store->root, segment);
}

/* It counts as gone: who may remove it will. */
static cshm_status left_orphan(const struct store *store, const char *name, struct project *project, cshm_error *err) {
  project->syntax = NULL;
  return cshm__fail(
      err, CSHM_ERR_NOT_FOUND, 0,
      "no project \"%s\" in store %s: its owner or its last user has died, and what is left goes when someone "
      "who may write there uses the store",
      name, store->root);
}

cshm_status cshm__project_open(const struct store *store, int directory, const char *name, enum project_use use,
                               struct project *project, cshm_error *err) {
  uint64_t missing = 0; /* the generation of which the segment was not there */
  project->segment = -1;
  for (int turn = 0; turn < MAX_TURNS; turn++) {
    memset(&project->head, 0, sizeof project->head);
    cshm_status status = cshm__project_manifest(store, directory, name, &project->head, &project->syntax, err);
    if (status == CSHM_ERR_NOT_FOUND) return cshm__store_not_found(store, directory, name, err);
    if (status) return status;
    if (project->head.generation == missing) return lost_segment(store, name, project->head.segment, err);
    cshm_error said = CSHM_ERROR_INIT;
    status = open_segment(store, directory, project, name, use == PROJECT_WRITE, &said);
    if (status == CSHM_ERR_NOT_FOUND) {
      missing = project->head.generation; /* overwritten since we read the manifest? then it has changed */
      continue;
    }
    if (status) return cshm__fail_said(err, &said);
    bool orphan = is_orphan(project);
    status = orphan ? reap(store, name, project, &said) : join(project, use, &said);
    if (!orphan && !status) return CSHM_OK;
    cshm__project_close(project);
    if (orphan && status == CSHM_ERR_PERMISSION) return left_orphan(store, name, project, err);
    if (status && status != CSHM_ERR_NOT_FOUND) return cshm__fail_said(err, &said);
  }
  return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0,
                    "project \"%s\" of store %s is overwritten faster than it can be opened", name, store->root);
}

/* The same of a project that is going to be replaced. One that nobody uses is then held alone, until it is closed: who attaches
 * it meanwhile waits, and finds the next one. */
static bool is_abandoned(const struct project *project) {
  if (project->header.lifetime == CSHM_LAST_USER) return cshm__platform_lease_seize(project->segment);
  return is_orphan(project);
}

cshm_status cshm__project_previous(const struct store *store, int directory, const char *name, struct project *project,
                                   bool *live, cshm_error *err) {
  memset(project, 0, sizeof *project);
  project->segment = -1;
  *live = false;
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = cshm__project_manifest(store, directory, name, &project->head, &project->syntax, &said);
  if (status == CSHM_ERR_NOT_FOUND) return CSHM_OK;
  if (status == CSHM_ERR_PERMISSION || status == CSHM_ERR_SYSTEM) return cshm__fail_said(err, &said);
  if (status && !project->syntax) return cshm__fail_said(err, &said);
  *live = true;
  if (status) {
    project->head.segment[0] = '\0';
    return CSHM_OK;
  }
  status = open_segment(store, directory, project, name, true, &said);
  if (status == CSHM_ERR_PERMISSION) return cshm__fail_said(err, &said);
  if (project->foreign) project->head.segment[0] = '\0'; /* not this project's to remove */
  *live = status != CSHM_ERR_NOT_FOUND && (status != CSHM_OK || !is_abandoned(project));
  return CSHM_OK;
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

bool cshm__project_read_header(int segment, uint64_t size, const char *name, struct format_header *header) {
  return size >= sizeof *header && cshm__platform_segment_read(segment, 0, header, sizeof *header, NULL) == CSHM_OK &&
         cshm__header_check(header, size, name, NULL) == CSHM_OK;
}

/* Retires and removes the segment that a manifest pointed to, unless it is of another generation, project or store and so
 * someone else's. A segment too damaged to tell is removed: its name says whose it is. One that is another user's loses its name
 * when that one meets it: here it is enough that it is retired. *segment is its descriptor, to be closed, or -1. */
static cshm_status remove_segment(const struct store *store, int directory, const char *name,
                                  const struct manifest_head *head, int *segment, cshm_error *err) {
  bool retired = false;
  struct format_header header;
  uint64_t size;
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = cshm__platform_segment_open(head->segment, &store->share, true, segment, &size, &said);
  if (!status && cshm__project_read_header(*segment, size, head->segment, &header)) {
    if (header.generation != head->generation || strcmp(header.project, name) != 0 ||
        !is_of_store(store, directory, &header))
      return CSHM_OK;
    status = cshm__project_set_state(*segment, FORMAT_RETIRED, &said);
    retired = !status;
  }
  if (!status) status = cshm__platform_segment_remove(head->segment, &said);
  if (retired && status == CSHM_ERR_PERMISSION) return CSHM_OK;
  return status && status != CSHM_ERR_NOT_FOUND ? cshm__fail_said(err, &said) : CSHM_OK;
}

static cshm_status cannot_tell(const char *name, const cshm_error *said, bool alone, cshm_error *err) {
  return cshm__fail(err, (cshm_status)said->status, said->sys_errno,
                    "cannot tell the segment of project \"%s\": %s; remove that file%s", name, said->message,
                    alone ? ", or overwrite the project" : "");
}

/* Reads every manifest that the project has, in the order of the syntaxes; generation 0 where there is none. */
static cshm_status read_heads(const struct store *store, int directory, const char *name,
                              struct manifest_head heads[MANIFEST_SYNTAXES], cshm_error *err) {
  cshm_error damaged = CSHM_ERROR_INIT;
  int count = 0;
  memset(heads, 0, MANIFEST_SYNTAXES * sizeof *heads);
  for (size_t i = 0; i < MANIFEST_SYNTAXES; i++) {
    cshm_error said = CSHM_ERROR_INIT;
    cshm_status status = cshm__store_read_head(store, directory, name, cshm__manifest_syntaxes[i], &heads[i], &said);
    if (status == CSHM_ERR_NOT_FOUND) continue;
    if (status) damaged = said;
    count++;
  }
  if (count == 0) return cshm__store_not_found(store, directory, name, err);
  return damaged.status ? cannot_tell(name, &damaged, count == 1, err) : CSHM_OK;
}

/* The segment first: a process that is killed in between leaves a manifest that says so, and can be unlinked again. */
static cshm_status remove_one(const struct store *store, int directory, const char *name,
                              const struct manifest_syntax *syntax, const struct manifest_head *head, cshm_error *err) {
  char file[STORE_NAME_SIZE];
  int segment = -1;
  cshm__store_manifest_name(store, name, syntax, file);
  cshm_status status = remove_segment(store, directory, name, head, &segment, err);
  if (!status) status = cshm__platform_file_remove(directory, file, err);
  if (!status && segment >= 0) cshm__project_wake(segment);
  cshm__platform_close(segment);
  return status;
}

cshm_status cshm__project_remove(const struct store *store, int directory, const char *name, uint64_t only,
                                 cshm_error *err) {
  struct manifest_head heads[MANIFEST_SYNTAXES];
  cshm__project_manifest_tidy(store, directory, name);
  cshm_status status = read_heads(store, directory, name, heads, err);
  for (size_t i = 0; i < MANIFEST_SYNTAXES && !status; i++)
    if (heads[i].generation != 0 && (only == 0 || heads[i].generation == only))
      status = remove_one(store, directory, name, cshm__manifest_syntaxes[i], &heads[i], err);
  return status;
}

struct sweep {
  const struct store *store;
  int directory;
  const char *project;
  char prefix[STORE_NAME_SIZE];
};

static bool sweep_segment(void *user, const char *name) {
  const struct sweep *sweep = user;
  struct format_header header;
  uint64_t size;
  int segment;
  if (strncmp(name, sweep->prefix, strlen(sweep->prefix)) != 0) return true;
  if (cshm__platform_segment_open(name, &sweep->store->share, false, &segment, &size, NULL) != CSHM_OK) return true;
  bool readable = cshm__project_read_header(segment, size, name, &header);
  cshm__platform_close(segment);
  if (readable && header.state != FORMAT_PUBLISHED && strcmp(header.project, sweep->project) == 0 &&
      strcmp(header.root, sweep->store->root) == 0 &&
      !cshm__project_manifest_points(sweep->store, sweep->directory, sweep->project, name))
    cshm__platform_segment_remove(name, NULL);
  return true;
}

void cshm__project_sweep(const struct store *store, int directory, const char *name) {
  struct sweep sweep = {.store = store, .directory = directory, .project = name};
  struct manifest_head head;
  const struct manifest_syntax *syntax;
  cshm_status status = cshm__project_manifest(store, directory, name, &head, &syntax, NULL);
  if (status != CSHM_OK && status != CSHM_ERR_NOT_FOUND) return; /* a manifest that cannot be read may point to any */
  cshm__store_segment_prefix(name, sweep.prefix);
  cshm__platform_segment_each(sweep_segment, &sweep, NULL);
}

cshm_status cshm__project_unlink(const struct store *store, const char *name, uint64_t only, bool wait,
                                 cshm_error *err) {
  int directory;
  cshm_status status = cshm__platform_directory_open(store->root, &store->share, false, &directory, err);
  if (status == CSHM_ERR_NOT_FOUND) return cshm__store_not_found(store, -1, name, err);
  if (status) return status;
  status = cshm__platform_directory_lock(directory, wait, err);
  if (!status) status = cshm__project_remove(store, directory, name, only, err);
  if (!status) cshm__project_sweep(store, directory, name);
  cshm__platform_directory_close(directory);
  return status;
}

bool cshm__project_let_go(const struct store *store, const char *name, const char *segment, uint64_t generation,
                          int lease, bool wait) {
  uint64_t size;
  int file;
  cshm_status status = CSHM_OK;
  cshm__platform_close(lease);
  if (cshm__platform_segment_open(segment, &store->share, true, &file, &size, NULL) != CSHM_OK) return true;
  if (cshm__platform_lease_seize(file)) status = cshm__project_unlink(store, name, generation, wait, NULL);
  cshm__platform_lease_leave(file);
  cshm__platform_close(file);
  return status != CSHM_ERR_TIMEOUT;
}

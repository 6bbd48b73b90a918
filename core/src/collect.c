/* SPDX-License-Identifier: MIT */
#include "collect.h"

#include "error.h"
#include "platform.h"
#include "project.h"
#include "project_manifest.h"
#include "project_remove.h"
#include "text.h"

#include <string.h>

#define SEGMENTS "cute-shm."
#define TEMPORARY_BEGIN ".cute-shm."
#define TEMPORARY_END ".tmp"
#define TEMPORARY_DIGITS 16

struct collector {
  const struct store *store;
  int directory;       /* locked; -1: the store has none */
  const char *project; /* or NULL: all of them */
  char prefix[STORE_NAME_SIZE];
  bool dry_run;
  struct listing *told; /* or NULL */
  bool any;
  cshm_status status; /* CSHM_ERR_NO_MEMORY: something was not told */
};

/* What is known of a piece of garbage; strings may be "". */
struct leftover {
  const char *why;
  const char *project;
  const char *segment;
  const char *file; /* name in the store's directory */
  uint64_t nbytes;
  uint64_t generation;
  uint64_t created_ns;
  uint32_t lifetime;
};

/* ---- telling ---- */

/* `said`: why it could not be removed, or all 0. */
static void tell(struct collector *c, const struct leftover *left, const cshm_error *said) {
  char path[STORE_MAX_ROOT + STORE_NAME_SIZE + 2] = "", message[CSHM_ERROR_MESSAGE_SIZE + 128];
  c->any = true;
  if (!c->told) return;
  if (left->file[0] != '\0')
    cshm__text_join(path, sizeof path, (const char *const[]){c->store->root, "/", left->file, NULL});
  cshm__text_join(
      message, sizeof message,
      (const char *const[]){left->why, said->status ? "; it could not be removed: " : "", said->message, NULL});
  const cshm_project told = {.status = said->status,
                             .name = left->project,
                             .manifest = path,
                             .segment = left->segment,
                             .message = message,
                             .generation = left->generation,
                             .nbytes = left->nbytes,
                             .created_ns = left->created_ns,
                             .lifetime = left->lifetime};
  if (cshm__listing_add(c->told, &told) != CSHM_OK) c->status = CSHM_ERR_NO_MEMORY;
}

/* ---- segments ---- */

/* A look at a segment. */
struct found {
  const char *name;
  int segment;
  uint64_t size;
  bool readable;
  struct format_header header; /* where it is readable */
};

static bool may_be_pointed_to(const struct collector *c, const struct found *found) {
  const struct manifest_syntax *syntax;
  struct manifest_head head;
  const char *project = found->header.project;
  if (c->directory < 0) return false;
  cshm_status status = cshm__project_manifest(c->store, c->directory, project, &head, &syntax, NULL);
  if (status != CSHM_OK && status != CSHM_ERR_NOT_FOUND) return true; /* one that cannot be read may point to any */
  return cshm__project_manifest_points(c->store, c->directory, project, found->name, false);
}

static const char *unfinished(const struct found *found, const char *why) {
  return cshm__platform_lease_is_free(found->segment, PLATFORM_LEASE_BUILDER) ? why : NULL;
}

/* What a segment is garbage for, whatever manifests say, or NULL. */
static const char *reason(const struct found *found) {
  if (cshm__platform_segment_is_new(found->name)) return unfinished(found, "its builder ended before it was published");
  if (!found->readable) return NULL;
  if (found->header.state == FORMAT_FILLED) return unfinished(found, "its builder ended while it was published");
  if (found->header.state == FORMAT_RETIRED) return unfinished(found, "it was overwritten or unlinked");
  return found->header.state == FORMAT_PUBLISHED ? cshm__project_orphaned(found->segment, found->header.lifetime)
                                                 : NULL;
}

/* The same of this store's, and of the project wanted. One that is half-built may not say yet whose it is, but nobody will. */
static const char *judge(const struct collector *c, const struct found *found) {
  if (found->readable && !cshm__store_has(c->store, &found->header)) return NULL;
  if (found->readable && c->project && strcmp(found->header.project, c->project) != 0) return NULL;
  const char *why = reason(found);
  return why && found->readable && may_be_pointed_to(c, found) ? NULL : why;
}

static enum platform_lease lease_of(const struct found *found) {
  if (!found->readable || found->header.state != FORMAT_PUBLISHED) return PLATFORM_LEASE_BUILDER;
  return found->header.lifetime == CSHM_OWNER ? PLATFORM_LEASE_OWNER : PLATFORM_LEASE_USERS;
}

static cshm_status look(const struct collector *c, const char *name, bool writable, struct found *found,
                        cshm_error *err) {
  found->name = name;
  cshm_status status =
      cshm__platform_segment_open(name, &c->store->share, writable, &found->segment, &found->size, err);
  if (!status) found->readable = cshm__project_read_header(found->segment, found->size, name, &found->header);
  return status;
}

/* What it was is asked again once the lease is held, which a publisher gives back when its project is whole. *gone: false
 * where it is no garbage any more. */
static cshm_status remove_segment(const struct collector *c, const struct found *before, bool *gone, cshm_error *err) {
  enum platform_lease lease = lease_of(before);
  struct found now;
  cshm_status status = look(c, before->name, true, &now, err);
  *gone = false;
  if (status) return status;
  if (cshm__platform_lease_seize(now.segment, lease)) {
    now.readable = cshm__project_read_header(now.segment, now.size, now.name, &now.header);
    *gone = now.readable == before->readable && (!now.readable || now.header.state == before->header.state) &&
            cshm__platform_segment_is_named(now.segment) && judge(c, &now);
    if (*gone && now.readable) cshm__project_set_state(now.segment, FORMAT_RETIRED, NULL);
    if (*gone) status = cshm__platform_segment_remove(now.name, err);
    cshm__platform_lease_leave(now.segment, lease);
  }
  cshm__platform_close(now.segment);
  return status;
}

/* Nothing now, but by the last detach, where someone has it attached. */
static uint64_t given_back(int segment, uint64_t size) {
  return cshm__platform_lease_is_free(segment, PLATFORM_LEASE_USERS) ? size : 0;
}

/* In strings of `found`, which must outlive what is told. */
static void describe(const struct found *found, struct leftover *left) {
  left->segment = found->name;
  left->nbytes = given_back(found->segment, found->size);
  if (!found->readable) return;
  left->project = found->header.project;
  left->generation = found->header.generation;
  left->created_ns = found->header.created_ns;
  left->lifetime = found->header.lifetime;
}

static bool look_at_segment(void *user, const char *name) {
  struct collector *c = user;
  struct found found;
  struct leftover left = {.project = "", .segment = "", .file = ""};
  cshm_error said = CSHM_ERROR_INIT;
  bool gone = true;
  if (strncmp(name, c->prefix, strlen(c->prefix)) != 0 || look(c, name, false, &found, NULL) != CSHM_OK) return true;
  left.why = judge(c, &found);
  if (left.why) {
    describe(&found, &left);
    cshm_status status = c->dry_run ? CSHM_OK : remove_segment(c, &found, &gone, &said);
    if (gone || (status && status != CSHM_ERR_NOT_FOUND)) tell(c, &left, &said);
  }
  cshm__platform_close(found.segment);
  return true;
}

static struct collector collector_of(const struct store *store, int directory, const char *project, bool dry_run) {
  struct collector c = {.store = store, .directory = directory, .project = project, .dry_run = dry_run};
  cshm__text_join(c.prefix, sizeof c.prefix, (const char *const[]){SEGMENTS, NULL});
  if (project) cshm__store_segment_prefix(project, c.prefix);
  return c;
}

void cshm__collect_project(const struct store *store, int directory, const char *name) {
  struct collector c = collector_of(store, directory, name, false);
  cshm__platform_segment_each(look_at_segment, &c, NULL);
}

bool cshm__collect_has(const struct store *store, int directory, const char *name) {
  struct collector c = collector_of(store, directory, name, true);
  cshm__platform_segment_each(look_at_segment, &c, NULL);
  return c.any;
}

/* ---- projects ---- */

/* The lifetime that decides is the segment's; of one too damaged to tell, the manifest's. */
static const char *orphaned(const struct collector *c, const struct project *project, struct leftover *left) {
  const char *name = project->head.segment;
  uint64_t size;
  int segment;
  if (cshm__platform_segment_open(name, &c->store->share, false, &segment, &size, NULL) != CSHM_OK) return NULL;
  const char *why = cshm__project_orphaned(segment, left->lifetime);
  left->segment = name;
  left->nbytes = given_back(segment, size);
  cshm__platform_close(segment);
  return why;
}

static cshm_status remove_project(const struct collector *c, const struct leftover *left, bool *gone, cshm_error *err) {
  const struct orphan orphan = {left->project, left->segment, left->generation, left->lifetime};
  if (left->segment[0] != '\0') return cshm__project_reap(c->store, c->directory, &orphan, gone, err);
  return cshm__project_remove(c->store, c->directory, left->project, left->generation, err);
}

static void take_project(struct collector *c, const struct leftover *left) {
  cshm_error said = CSHM_ERROR_INIT;
  bool gone = true;
  cshm_status status = c->dry_run ? CSHM_OK : remove_project(c, left, &gone, &said);
  if (gone && status != CSHM_ERR_NOT_FOUND) tell(c, left, &said);
}

static void look_at_project(struct collector *c, const char *name) {
  struct project project;
  char file[STORE_NAME_SIZE];
  cshm_status status = cshm__project_look(c->store, c->directory, name, &project, NULL);
  if (!project.syntax || project.head.generation == 0) return; /* none, or nobody can tell what it points to */
  cshm__store_manifest_name(c->store, name, project.syntax, file);
  struct leftover left = {.project = name, .segment = "", .file = file, .generation = project.head.generation};
  left.created_ns = status == CSHM_OK ? project.header.created_ns : 0;
  left.lifetime = status == CSHM_OK ? project.header.lifetime : project.head.lifetime;
  if (status == CSHM_ERR_NOT_FOUND)
    left.why = "its segment is gone";
  else if (status == CSHM_OK || status == CSHM_ERR_CORRUPT)
    left.why = orphaned(c, &project, &left);
  if (left.why) take_project(c, &left);
  if (status == CSHM_OK) cshm__project_close(&project);
}

static void look_at_second_manifest(struct collector *c, const char *name) {
  char file[STORE_NAME_SIZE];
  cshm_error said = CSHM_ERROR_INIT;
  const struct manifest_syntax *lost = cshm__project_manifest_lost(c->store, c->directory, name);
  if (!lost) return;
  cshm__store_manifest_name(c->store, name, lost, file);
  const struct leftover left = {.why = "the project was overwritten with a manifest of another syntax",
                                .project = name,
                                .segment = "",
                                .file = file};
  if (!c->dry_run) cshm__platform_file_remove(c->directory, file, &said);
  tell(c, &left, &said);
}

static void look_at_projects(struct collector *c, const struct listing *names) {
  for (size_t i = 0; i < names->count; i++) {
    look_at_second_manifest(c, names->entries[i].name);
    look_at_project(c, names->entries[i].name);
  }
}

/* ---- files ---- */

static bool is_temporary(const char *name) {
  const size_t begin = sizeof TEMPORARY_BEGIN - 1, end = sizeof TEMPORARY_END - 1;
  return strlen(name) == begin + TEMPORARY_DIGITS + end && strncmp(name, TEMPORARY_BEGIN, begin) == 0 &&
         strspn(name + begin, "0123456789abcdef") == TEMPORARY_DIGITS &&
         strcmp(name + begin + TEMPORARY_DIGITS, TEMPORARY_END) == 0;
}

static bool look_at_file(void *user, const char *name) {
  struct collector *c = user;
  const struct leftover left = {
      .why = "it was to become a manifest, and its writer ended", .project = "", .segment = "", .file = name};
  cshm_error said = CSHM_ERROR_INIT;
  if (!is_temporary(name)) return true;
  if (!c->dry_run) cshm__platform_file_remove(c->directory, name, &said);
  tell(c, &left, &said);
  return true;
}

/* ---- all ---- */

static cshm_status collect_locked(struct collector *c, cshm_error *err) {
  struct listing *names;
  cshm_status status = cshm__listing_new(&names, err);
  if (status) return status;
  if (c->directory >= 0) status = cshm__listing_add_names(c->store, c->directory, names, err);
  if (!status) look_at_projects(c, names);
  if (!status && c->directory >= 0) status = cshm__platform_directory_each(c->directory, look_at_file, c, err);
  cshm__listing_free(names);
  if (!status) status = cshm__platform_segment_each(look_at_segment, c, err);
  if (!status && c->status) status = cshm__fail(err, c->status, 0, "no memory to tell what was removed");
  return status;
}

cshm_status cshm__collect(const struct store *store, bool dry_run, struct listing *told, cshm_error *err) {
  struct collector c = collector_of(store, -1, NULL, dry_run);
  cshm_error said = CSHM_ERROR_INIT;
  c.told = told;
  /* the lock is the directory's: it is made anew where that is gone, but not what was in it */
  bool make = !dry_run && cshm__collect_has(store, -1, NULL);
  cshm_status status = cshm__platform_directory_open(store->root, &store->share, make, &c.directory, &said);
  if (status == CSHM_ERR_NOT_FOUND) return collect_locked(&c, err);
  if (status) return cshm__fail_said(err, &said);
  status = cshm__platform_directory_lock(c.directory, true, err);
  if (!status) status = collect_locked(&c, err);
  cshm__platform_directory_close(c.directory);
  return status;
}

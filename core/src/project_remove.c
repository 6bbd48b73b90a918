/* SPDX-License-Identifier: MIT */
#include "project_remove.h"

#include "adopt.h"
#include "collect.h"
#include "error.h"
#include "platform.h"
#include "project.h"
#include "project_manifest.h"

#include <string.h>

/* A segment that is being removed. */
struct removal {
  int segment;  /* descriptor or -1 */
  bool ours;    /* it is this project's; its name tells that where it is too damaged to do so */
  bool retired; /* it is marked so */
};

/* Retires the segment that a manifest points to, unless it is of another generation, project or store and so someone else's, or
 * gone. */
static cshm_status retire(const struct store *store, int directory, const struct manifest_head *head,
                          struct removal *removal, cshm_error *err) {
  struct format_header header;
  uint64_t size;
  bool good;
  cshm_error said = CSHM_ERROR_INIT;
  *removal = (struct removal){-1, false, false};
  cshm_status status = cshm__platform_segment_open(head->segment, &store->share, true, &removal->segment, &size, &said);
  if (status == CSHM_ERR_NOT_FOUND) return CSHM_OK;
  if (!status) status = cshm__project_try_header(removal->segment, size, head->segment, &header, &good, &said);
  if (status) return cshm__fail_said(err, &said);
  removal->ours = !good || (header.generation == head->generation && strcmp(header.project, head->project) == 0 &&
                            cshm__project_is_of(store, directory, &header));
  if (!good || !removal->ours) return CSHM_OK;
  removal->retired = true;
  /* until its manifest is gone it is no garbage, whoever looks at it from where the store's directory is another one */
  cshm__platform_lease_seize(removal->segment, PLATFORM_LEASE_BUILDER);
  return cshm__project_set_state(removal->segment, FORMAT_RETIRED, err);
}

static void end_removal(struct removal *removal) {
  if (removal->retired) cshm__platform_lease_leave(removal->segment, PLATFORM_LEASE_BUILDER);
  cshm__platform_close(removal->segment);
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
    if (status && !cshm__project_is_damaged(status)) return cshm__fail_said(err, &said);
    if (status) damaged = said;
    count++;
  }
  if (count == 0) return CSHM_ERR_NOT_FOUND;
  return damaged.status ? cannot_tell(name, &damaged, count == 1, err) : CSHM_OK;
}

/* The manifest goes first: that is the moment. Of a process that is killed before, the project is whole; after, the segment is
 * garbage, since it is RETIRED and no manifest points to it. That is enough where it is another user's: only that one, or root, can
 * remove its name. */
static cshm_status remove_one(const struct store *store, int directory, const char *name,
                              const struct manifest_syntax *syntax, const struct manifest_head *head, cshm_error *err) {
  char file[STORE_NAME_SIZE];
  struct removal removal;
  cshm_error said = CSHM_ERROR_INIT;
  cshm__store_manifest_name(store, name, syntax, file);
  cshm_status status = retire(store, directory, head, &removal, err);
  if (!status) status = cshm__platform_file_remove(directory, file, err);
  if (status && removal.retired) cshm__project_set_state(removal.segment, FORMAT_PUBLISHED, NULL);
  if (!status && removal.segment >= 0) cshm__project_wake(removal.segment);
  if (!status && removal.ours && cshm__platform_segment_remove(head->segment, &said) != CSHM_OK &&
      said.status != CSHM_ERR_NOT_FOUND && !(removal.retired && said.status == CSHM_ERR_PERMISSION))
    status = cshm__fail_said(err, &said);
  end_removal(&removal);
  return status;
}

cshm_status cshm__project_remove(const struct store *store, int directory, const char *name, uint64_t only,
                                 cshm_error *err) {
  struct manifest_head heads[MANIFEST_SYNTAXES];
  cshm__project_manifest_tidy(store, directory, name);
  cshm_status status = read_heads(store, directory, name, heads, err);
  if (status == CSHM_ERR_NOT_FOUND && cshm__adopt(store, directory, name, NULL) == CSHM_OK)
    status = read_heads(store, directory, name, heads, err);
  if (status == CSHM_ERR_NOT_FOUND) return cshm__store_not_found(store, directory, name, err);
  for (size_t i = 0; i < MANIFEST_SYNTAXES && !status; i++)
    if (heads[i].generation != 0 && (only == 0 || heads[i].generation == only))
      status = remove_one(store, directory, name, cshm__manifest_syntaxes[i], &heads[i], err);
  return status;
}

cshm_status cshm__project_unlink(const struct store *store, const char *name, uint64_t only, cshm_error *err) {
  int directory;
  cshm_status status = cshm__project_directory(store, name, &directory, err);
  if (status) return status;
  status = cshm__platform_directory_lock(directory, true, err);
  if (!status) status = cshm__project_remove(store, directory, name, only, err);
  if (!status) cshm__collect_project(store, directory, name);
  cshm__platform_directory_close(directory);
  return status;
}

/* ---- orphans ---- */

static enum platform_lease lease_of(uint32_t lifetime) {
  return lifetime == CSHM_OWNER ? PLATFORM_LEASE_OWNER : PLATFORM_LEASE_USERS;
}

const char *cshm__project_orphaned(int segment, uint32_t lifetime) {
  if (lifetime == CSHM_PERSISTENT || !cshm__platform_lease_is_free(segment, lease_of(lifetime))) return NULL;
  return lifetime == CSHM_OWNER ? "its owner has ended" : "its last user is gone";
}

cshm_status cshm__project_reap(const struct store *store, int directory, const struct orphan *orphan, bool *gone,
                               cshm_error *err) {
  enum platform_lease lease = lease_of(orphan->lifetime);
  uint64_t size;
  int segment;
  cshm_status status = cshm__platform_segment_open(orphan->segment, &store->share, true, &segment, &size, err);
  if (status) return status;
  *gone = cshm__platform_lease_seize(segment, lease);
  if (*gone) {
    status = cshm__project_remove(store, directory, orphan->project, orphan->generation, err);
    cshm__platform_lease_leave(segment, lease);
  }
  cshm__platform_close(segment);
  return status;
}

/* The lock comes before the lease: who publishes, under the lock, must not take the one who removes for a user. */
cshm_status cshm__project_reap_locking(const struct store *store, const struct orphan *orphan, bool wait,
                                       cshm_error *err) {
  bool gone = false;
  int directory;
  cshm_status status = cshm__platform_directory_open(store->root, &store->share, false, &directory, err);
  if (status) return status;
  status = cshm__platform_directory_lock(directory, wait, err);
  if (!status) status = cshm__project_reap(store, directory, orphan, &gone, err);
  if (!status && gone) cshm__collect_project(store, directory, orphan->project);
  cshm__platform_directory_close(directory);
  return status;
}

bool cshm__project_let_go(const struct store *store, const char *name, const char *segment, uint64_t generation,
                          int lease, bool wait) {
  const struct orphan orphan = {name, segment, generation, CSHM_LAST_USER};
  uint64_t size;
  int file;
  cshm__platform_close(lease);
  if (cshm__platform_segment_open(segment, &store->share, false, &file, &size, NULL) != CSHM_OK) return true;
  bool unused = cshm__platform_lease_is_free(file, PLATFORM_LEASE_USERS);
  cshm__platform_close(file);
  return !unused || cshm__project_reap_locking(store, &orphan, wait, NULL) != CSHM_ERR_TIMEOUT;
}

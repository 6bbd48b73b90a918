/* SPDX-License-Identifier: MIT */
/*
 * The order of steps, under the store's lock. A process may be killed between any two of them:
 *   1. a manifest that lost is removed             an earlier kill left two, see 5; so there never are two that lost
 *   2. the new segment gets its name               killed here: garbage, since no manifest points to it and it is FILLED
 *   3. the old segment is marked RETIRED           killed here: its manifest is the only one, so it still is the project
 *   4. the manifest is replaced in one step        this is the switch
 *   5. a manifest of another syntax is removed     killed before: there are two, and the one of the RETIRED segment has lost
 *   6. the new segment is marked PUBLISHED         killed before: the manifest points to it, so it is the project
 *   7. the old segment is removed                  killed before: garbage, since it is RETIRED and no manifest points to it
 * What is garbage goes with the next publication or unlinking of that project, or with a collection. Both segments' builder's
 * lease is held meanwhile: a collector that is kept out by no lock, as it has another directory under this name, leaves them.
 * The old one is marked before the switch, because a process that has a PUBLISHED segment mapped takes it for the newest.
 */
#include "publish.h"

#include "collect.h"
#include "error.h"
#include "platform.h"
#include "project.h"
#include "project_manifest.h"

#include <string.h>

static cshm_status switch_manifest(const struct publication *p, int directory, const struct project *old,
                                   cshm_error *err) {
  const struct manifest_syntax *syntax = p->store->syntax;
  char name[STORE_NAME_SIZE], old_name[STORE_NAME_SIZE];
  cshm__store_manifest_name(p->store, p->project, syntax, name);
  cshm_status status = CSHM_OK;
  if (old->segment >= 0) {
    /* whoever looks at it from where the store's directory is another one, in another mount namespace, leaves it */
    cshm__platform_lease_seize(old->segment, PLATFORM_LEASE_BUILDER);
    status = cshm__project_set_state(old->segment, FORMAT_RETIRED, err);
  }
  if (!status)
    status =
        cshm__platform_file_replace(directory, name, &p->store->share, p->manifest->data, p->manifest->length, err);
  if (status) {
    if (old->segment >= 0) cshm__project_set_state(old->segment, FORMAT_PUBLISHED, NULL);
    return status;
  }
  if (old->syntax && old->syntax != syntax) {
    cshm__store_manifest_name(p->store, p->project, old->syntax, old_name);
    cshm__platform_file_remove(directory, old_name, NULL);
  }
  return CSHM_OK;
}

static cshm_status replace(const struct publication *p, int directory, struct project *old, cshm_error *err) {
  cshm_status status = cshm__platform_segment_name(p->segment, p->segment_name, err);
  if (!status) status = switch_manifest(p, directory, old, err);
  if (status) return status; /* it keeps its name for another attempt: a segment that loses it never gets one again */
  /* from here on it is done: what may fail now is tidying, which the next one to come repeats */
  cshm__project_set_state(p->segment, FORMAT_PUBLISHED, NULL);
  if (old->segment >= 0) cshm__project_wake(old->segment);
  if (old->head.segment[0] != '\0') cshm__platform_segment_remove(old->head.segment, NULL);
  return CSHM_OK;
}

cshm_status cshm__publish(const struct publication *publication, cshm_error *err) {
  struct project old;
  bool live;
  int directory;
  cshm_status status =
      cshm__platform_directory_open(publication->store->root, &publication->store->share, true, &directory, err);
  if (status) return status;
  status = cshm__platform_directory_lock(directory, true, err);
  if (status) goto done;
  cshm__project_manifest_tidy(publication->store, directory, publication->project);
  status = cshm__project_previous(publication->store, directory, publication->project, &old, &live, err);
  if (status) goto done;
  status = live && !publication->overwrite ? cshm__project_exists(publication->store, publication->project, err)
                                           : replace(publication, directory, &old, err);
  cshm__project_let_previous_go(&old);
  if (!status) cshm__platform_lease_leave(publication->segment, PLATFORM_LEASE_BUILDER);
  if (!status) cshm__collect_project(publication->store, directory, publication->project);
  if (status && status != CSHM_ERR_EXISTS) status = cshm__fail_about(err, status, "store %s", publication->store->root);
done:
  cshm__platform_directory_close(directory);
  return status;
}

/* SPDX-License-Identifier: MIT */
/* What keeps stores whole: the collector and the repair of manifests. */
#include "api_struct.h"
#include "collect.h"
#include "error.h"
#include "handle.h"
#include "lease.h"
#include "listing.h"
#include "repair.h"
#include "store.h"

static void destroy_listing(void *object, uint64_t extra) {
  (void)extra;
  cshm__listing_free(object);
}

/* Hands a listing that is done over to a new handle, where one was asked for. */
static cshm_status hand_out(struct listing *made, cshm_listing *listing, cshm_error *err) {
  cshm__listing_order(made);
  if (listing)
    return cshm__handle_new(HANDLE_LISTING, (struct handle_target){made, 0, destroy_listing}, &listing->id, err);
  cshm__listing_free(made);
  return CSHM_OK;
}

cshm_status cshm_store_collect(cshm_store store, const cshm_collect_options *options, cshm_listing *leftovers,
                               cshm_error *err) {
  cshm_collect_options ours = CSHM_COLLECT_OPTIONS_INIT;
  struct handle_target target;
  struct listing *made;
  cshm_status status = cshm__struct_in(&ours, sizeof ours, options, "cshm_collect_options", err);
  if (status) return status;
  status = cshm__handle_pin(store.id, HANDLE_STORE, &target, err);
  if (status) return status;
  status = cshm__listing_new(&made, err);
  if (!status) {
    status = cshm__collect(target.object, ours.dry_run != 0, made, err);
    if (!status) status = hand_out(made, leftovers, err);
    if (status) cshm__listing_free(made);
  }
  if (!ours.dry_run) cshm__lease_sweep();
  cshm__handle_unpin(store.id);
  return status;
}

cshm_status cshm_store_repair(cshm_store store, const char *project, cshm_listing *repaired, cshm_error *err) {
  struct handle_target target;
  struct listing *made;
  cshm_status status = cshm__handle_pin(store.id, HANDLE_STORE, &target, err);
  if (status) return status;
  status = project ? cshm__store_check_project(project, err) : CSHM_OK;
  if (!status) status = cshm__listing_new(&made, err);
  if (!status) {
    status = cshm__repair(target.object, project, made, err);
    if (!status) status = hand_out(made, repaired, err);
    if (status) cshm__listing_free(made);
  }
  cshm__handle_unpin(store.id);
  return status;
}

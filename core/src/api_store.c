/* SPDX-License-Identifier: MIT */
/* Stores and listings. */
#include "api_struct.h"
#include "error.h"
#include "handle.h"
#include "lease.h"
#include "listing.h"
#include "platform.h"
#include "project_manifest.h"
#include "project_remove.h"
#include "store.h"

#include <stdio.h>
#include <stdlib.h>

static void destroy_store(void *object, uint64_t extra) {
  (void)extra;
  free(object);
}

cshm_status cshm_store_open(const char *root, const cshm_store_options *options, cshm_store *store, cshm_error *err) {
  cshm_store_options ours = CSHM_STORE_OPTIONS_INIT;
  if (!store) return cshm__null_argument("store", err);
  cshm_status status = cshm__struct_in(&ours, sizeof ours, options, "cshm_store_options", err);
  if (status) return status;
  struct store *made = malloc(sizeof *made);
  if (!made) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for a store");
  status = cshm__store_init(made, root, &ours, err);
  if (!status) status = cshm__handle_new(HANDLE_STORE, (struct handle_target){made, 0, destroy_store}, &store->id, err);
  if (status) free(made);
  return status;
}

cshm_status cshm_store_close(cshm_store store, cshm_error *err) {
  return cshm__handle_release(store.id, HANDLE_STORE, err);
}

cshm_status cshm_store_root(cshm_store store, char *buffer, size_t *length, cshm_error *err) {
  struct handle_target target;
  cshm_status status = cshm__handle_pin(store.id, HANDLE_STORE, &target, err);
  if (status) return status;
  status = cshm__string_out(((const struct store *)target.object)->root, buffer, length, err);
  cshm__handle_unpin(store.id);
  return status;
}

/* The syntax of the manifest that a project has, damaged or not; *syntax stays where it has none. */
static cshm_status find_syntax(const struct store *store, const char *project, const struct manifest_syntax **syntax,
                               cshm_error *err) {
  const struct manifest_syntax *found;
  struct manifest_head head;
  int directory;
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = cshm__platform_directory_open(store->root, &store->share, false, &directory, &said);
  if (!status) {
    status = cshm__project_manifest(store, directory, project, &head, &found, &said);
    cshm__platform_close(directory);
    if (found) *syntax = found;
    if (found) return CSHM_OK;
  }
  return status == CSHM_ERR_NOT_FOUND ? CSHM_OK : cshm__fail_said(err, &said);
}

static cshm_status manifest_path(const struct store *store, const char *project, char *buffer, size_t *length,
                                 cshm_error *err) {
  char name[STORE_NAME_SIZE], path[STORE_MAX_ROOT + STORE_NAME_SIZE + 2];
  const struct manifest_syntax *syntax = store->syntax;
  cshm_status status = cshm__store_check_project(project, err);
  if (!status) status = find_syntax(store, project, &syntax, err);
  if (status) return status;
  cshm__store_manifest_name(store, project, syntax, name);
  snprintf(path, sizeof path, "%s/%s", store->root, name);
  return cshm__string_out(path, buffer, length, err);
}

cshm_status cshm_store_manifest(cshm_store store, const char *project, char *buffer, size_t *length, cshm_error *err) {
  struct handle_target target;
  if (!project) return cshm__null_argument("project", err);
  cshm_status status = cshm__handle_pin(store.id, HANDLE_STORE, &target, err);
  if (status) return status;
  status = manifest_path(target.object, project, buffer, length, err);
  cshm__handle_unpin(store.id);
  return status;
}

cshm_status cshm_unlink(cshm_store store, const char *project, cshm_error *err) {
  struct handle_target target;
  if (!project) return cshm__null_argument("project", err);
  cshm_status status = cshm__handle_pin(store.id, HANDLE_STORE, &target, err);
  if (status) return status;
  status = cshm__store_check_project(project, err);
  if (!status) status = cshm__project_unlink(target.object, project, 0, err);
  cshm__lease_sweep(); /* also of what is gone in spite of a failure */
  cshm__handle_unpin(store.id);
  return status;
}

static void destroy_listing(void *object, uint64_t extra) {
  (void)extra;
  cshm__listing_free(object);
}

cshm_status cshm_list(cshm_store store, cshm_listing *listing, cshm_error *err) {
  struct handle_target target;
  struct listing *made;
  if (!listing) return cshm__null_argument("listing", err);
  cshm_status status = cshm__handle_pin(store.id, HANDLE_STORE, &target, err);
  if (status) return status;
  status = cshm__listing_make(target.object, &made, err);
  cshm__handle_unpin(store.id);
  if (status) return status;
  status = cshm__handle_new(HANDLE_LISTING, (struct handle_target){made, 0, destroy_listing}, &listing->id, err);
  if (status) cshm__listing_free(made);
  return status;
}

cshm_status cshm_listing_count(cshm_listing listing, uint64_t *count, cshm_error *err) {
  struct handle_target target;
  if (!count) return cshm__null_argument("count", err);
  cshm_status status = cshm__handle_pin(listing.id, HANDLE_LISTING, &target, err);
  if (status) return status;
  *count = ((const struct listing *)target.object)->count;
  cshm__handle_unpin(listing.id);
  return CSHM_OK;
}

cshm_status cshm_listing_project(cshm_listing listing, uint64_t index, cshm_project *project, cshm_error *err) {
  struct handle_target target;
  cshm_status status = cshm__handle_pin(listing.id, HANDLE_LISTING, &target, err);
  if (status) return status;
  const struct listing *from = target.object;
  if (index >= from->count)
    status = cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "the listing has no project number %llu, only %zu projects",
                        (unsigned long long)index, from->count);
  else
    status = cshm__struct_out(project, &from->entries[index].project, sizeof *project, "cshm_project", err);
  cshm__handle_unpin(listing.id);
  return status;
}

cshm_status cshm_listing_close(cshm_listing listing, cshm_error *err) {
  return cshm__handle_release(listing.id, HANDLE_LISTING, err);
}

/* SPDX-License-Identifier: MIT */
#include "builder.h"

#include "builder_fill.h"
#include "builder_sealed.h"
#include "error.h"
#include "lease.h"
#include "platform.h"
#include "project.h"
#include "publish.h"

#include <stdlib.h>
#include <string.h>

/* ---- opening ---- */

/* Whether what was seen without the store's lock was just being removed, by someone who held that. */
static bool is_going(const struct store *store, const char *name) {
  struct project project;
  bool live = true;
  int directory;
  if (cshm__platform_directory_open(store->root, &store->share, false, &directory, NULL) != CSHM_OK) return false;
  cshm_status status = cshm__platform_directory_lock(directory, true, NULL);
  if (!status) status = cshm__project_previous(store, directory, name, &project, &live, NULL);
  if (!status) cshm__project_let_previous_go(&project);
  cshm__platform_directory_close(directory);
  return !status && !live;
}

/* An early answer for the user's sake; the one that counts is given at publication. */
static cshm_status check_free(const struct store *store, const char *name, cshm_error *err) {
  struct project project;
  int directory;
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = cshm__project_directory(store, name, &directory, &said);
  if (status) return status == CSHM_ERR_NOT_FOUND ? CSHM_OK : cshm__fail_said(err, &said);
  status = cshm__project_open(store, directory, name, PROJECT_LOOK, &project, &said);
  cshm__platform_close(directory);
  if (status == CSHM_ERR_NOT_FOUND) return CSHM_OK;
  if (status && !cshm__project_is_damaged(status)) return cshm__fail_said(err, &said);
  if (status == CSHM_OK) cshm__project_close(&project);
  return is_going(store, name) ? CSHM_OK : cshm__project_exists(store, name, err);
}

static cshm_status check_options(const struct store *store, const char *project, const cshm_builder_options *options,
                                 cshm_error *err) {
  cshm_status status = cshm__store_check_project(project, err);
  if (status || options->sealed) return status; /* it will be in no store */
  if (options->lifetime > CSHM_LAST_USER)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0,
                      "lifetime %u is not one of persistent (0), owner (1), last user (2)", options->lifetime);
  status = cshm__store_check_writable(store, err);
  if (status) return status;
  return options->overwrite ? CSHM_OK : check_free(store, project, err);
}

static cshm_status identify(struct builder *builder, cshm_error *err) {
  do {
    cshm_status status = cshm__platform_random(&builder->generation, sizeof builder->generation, err);
    if (status) return status;
  } while (builder->generation == 0);
  cshm__store_segment_name(builder->project, builder->generation, builder->segment_name);
  return CSHM_OK;
}

cshm_status cshm__builder_new(const struct store *store, const char *project, const cshm_builder_options *options,
                              struct builder **builder, cshm_error *err) {
  cshm_status status = check_options(store, project, options, err);
  if (status) return status;
  struct builder *made = calloc(1, sizeof *made);
  if (!made) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for a builder");
  made->store = *store;
  memcpy(made->project, project, strlen(project));
  made->overwrite = options->overwrite != 0;
  made->sealed = options->sealed != 0;
  made->lifetime = made->sealed ? CSHM_LAST_USER : options->lifetime;
  made->process = cshm__platform_process();
  made->segment = -1;
  atomic_init(&made->state, BUILDER_DECLARING);
  status = identify(made, err);
  if (!status) status = cshm__tree_init(&made->tree, err);
  if (!status)
    status = cshm__tree_note(&made->tree, CSHM_NOTE_ORIGIN, "producer",
                             options->producer ? options->producer : "libcuteshm (C " CSHM_VERSION_STRING ")", err);
  if (status) {
    cshm__builder_free(made);
    return status;
  }
  *builder = made;
  return CSHM_OK;
}

void cshm__builder_free(struct builder *builder) {
  if (builder->mapping) cshm__mapping_release(builder->mapping);
  /* a child of fork() has no window: something else may be at that address; nor is the segment its own */
  if (builder->process == cshm__platform_process()) {
    cshm__builder_window_close(&builder->window);
    if (atomic_load_explicit(&builder->state, memory_order_acquire) != BUILDER_PUBLISHED)
      cshm__platform_segment_abandon(builder->segment, builder->segment_name);
  }
  cshm__platform_close(builder->segment);
  cshm__tree_free(&builder->tree);
  cshm__manifest_fills_free(&builder->fills);
  free(builder->layout.head);
  free(builder);
}

cshm_status cshm__builder_expect(const struct builder *builder, enum builder_state state, cshm_error *err) {
  uint64_t now = atomic_load_explicit(&builder->state, memory_order_acquire);
  if (builder->process != cshm__platform_process())
    return cshm__fail(err, CSHM_ERR_STATE, 0,
                      "project \"%s\" is being built by another process: a builder does not cross a fork",
                      builder->project);
  if (now == (uint64_t)state) return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_STATE, 0, "project \"%s\" is %s: %s", builder->project,
                    now == BUILDER_DECLARING   ? "not allocated yet"
                    : now == BUILDER_ALLOCATED ? "allocated already"
                                               : "published already",
                    state == BUILDER_DECLARING
                        ? "declare before cshm_builder_allocate"
                        : "call cshm_builder_allocate before, and write before cshm_builder_publish");
}

/* ---- allocating and filling ---- */

static cshm_status create_segment(const struct builder *builder, uint64_t size, int *segment, cshm_error *err) {
  if (builder->sealed) return cshm__platform_sealed_create(builder->segment_name, size, segment, err);
  return cshm__platform_segment_create(size, builder->segment_name, &builder->store.share, segment, err);
}

cshm_status cshm__builder_allocate(struct builder *builder, cshm_error *err) {
  struct layout_identity identity = {.project = builder->project,
                                     .root = builder->sealed ? "" : builder->store.root,
                                     .prefix = builder->sealed ? "" : builder->store.prefix,
                                     .generation = builder->generation,
                                     .created_ns = cshm__platform_now_ns(),
                                     .lifetime = builder->lifetime,
                                     .flags = builder->sealed ? FORMAT_SEALED : 0};
  struct layout layout;
  int segment = -1;
  cshm_status status = cshm__layout_make(&builder->tree, &identity, &layout, err);
  if (status) return status;
  status = create_segment(builder, layout.segment_size, &segment, err);
  if (!status) status = cshm__platform_segment_write(segment, 0, layout.head, layout.head_size, err);
  if (!status) status = cshm__builder_fill(builder, &layout, segment, err);
  if (status) {
    cshm__platform_segment_abandon(segment, builder->segment_name);
    cshm__platform_close(segment);
    free(layout.head);
    return status;
  }
  builder->layout = layout;
  builder->segment = segment;
  cshm__tree_free(&builder->tree);
  cshm__manifest_fills_free(&builder->fills);
  atomic_store_explicit(&builder->state, BUILDER_ALLOCATED, memory_order_release);
  return CSHM_OK;
}

/* The array's record in the finished index. */
static cshm_status array_at(const struct builder *builder, uint32_t number, const struct format_array **array,
                            cshm_error *err) {
  const unsigned char *at = builder->layout.head + FORMAT_PAGE;
  const struct format_index *index = (const struct format_index *)(const void *)at;
  if (number >= index->arrays.count)
    return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "project \"%s\" has no array number %u, only %llu arrays",
                      builder->project, number, (unsigned long long)index->arrays.count);
  *array = (const struct format_array *)(const void *)(at + index->arrays.offset) + number;
  return CSHM_OK;
}

cshm_status cshm__builder_write(struct builder *builder, uint32_t array, uint64_t offset, const void *data,
                                uint64_t nbytes, cshm_error *err) {
  const struct format_array *record = NULL;
  cshm_status status = array_at(builder, array, &record, err);
  if (status) return status;
  if (offset > record->nbytes || nbytes > record->nbytes - offset)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0,
                      "array number %u has %llu bytes: %llu bytes at %llu do not fit", array,
                      (unsigned long long)record->nbytes, (unsigned long long)nbytes, (unsigned long long)offset);
  offset += record->offset;
  if (nbytes <= BUILDER_SMALL)
    return cshm__builder_window_write(&builder->window, builder->segment, builder->layout.segment_size, offset, data,
                                      nbytes, err);
  return cshm__platform_segment_write(builder->segment, offset, data, nbytes, err);
}

static cshm_status map_segment(const struct builder *builder, uint32_t mode, struct mapping **mapping,
                               cshm_error *err) {
  return cshm__mapping_make(&builder->store, builder->segment_name, builder->segment, builder->layout.segment_size,
                            builder->layout.head_size, mode, mapping, err);
}

/* The one mapping that the builder holds for all who fill in place, made where there is none; retained for the caller. */
static cshm_status map_writable(struct builder *builder, struct mapping **mapping, cshm_error *err) {
  cshm_status status = CSHM_OK;
  cshm__platform_lock(PLATFORM_LOCK_BUILDERS);
  if (!builder->mapping) status = map_segment(builder, CSHM_READ_WRITE, &builder->mapping, err);
  *mapping = builder->mapping;
  if (!status) cshm__mapping_retain(*mapping);
  cshm__platform_unlock(PLATFORM_LOCK_BUILDERS);
  return status;
}

/* The same, or NULL: others may be filling while one publishes. */
static struct mapping *writable(struct builder *builder) {
  cshm__platform_lock(PLATFORM_LOCK_BUILDERS);
  struct mapping *mapping = builder->mapping;
  cshm__platform_unlock(PLATFORM_LOCK_BUILDERS);
  return mapping;
}

cshm_status cshm__builder_attach(struct builder *builder, struct mapping **mapping, cshm_error *err) {
  return map_writable(builder, mapping, err);
}

cshm_status cshm__builder_map(struct builder *builder, uint32_t array, void **data, uint64_t *nbytes, cshm_error *err) {
  const struct format_array *record = NULL;
  struct mapping *mapping;
  cshm_status status = array_at(builder, array, &record, err);
  if (!status) status = map_writable(builder, &mapping, err);
  if (status) return status;
  *data = (unsigned char *)mapping->base + record->offset;
  if (nbytes) *nbytes = record->nbytes;
  cshm__mapping_release(mapping); /* the builder keeps it */
  return CSHM_OK;
}

cshm_status cshm__builder_place(const struct builder *builder, uint32_t array, int32_t *descriptor, uint64_t *offset,
                                uint64_t *nbytes, cshm_error *err) {
  const struct format_array *record = NULL;
  cshm_status status = array_at(builder, array, &record, err);
  if (status) return status;
  *descriptor = builder->segment;
  *offset = record->offset;
  if (nbytes) *nbytes = record->nbytes;
  return CSHM_OK;
}

/* ---- publishing ---- */

/* Mappings of a last-user project hold leases of their own. Where the caller has none, this process is the user. */
static cshm_status take_lease(struct builder *builder, bool attached, struct lease **lease, cshm_error *err) {
  struct lease_subject subject = {&builder->store, builder->project, builder->segment_name, builder->generation};
  const struct mapping *filled = writable(builder);
  bool used = attached || (filled && cshm__mapping_is_shared(filled));
  cshm_status status = CSHM_OK;
  if (builder->lifetime == CSHM_OWNER)
    status = cshm__lease_take(LEASE_OWNER, &subject, builder->segment, lease, err);
  else if (builder->lifetime == CSHM_LAST_USER && !used)
    status = cshm__lease_take(LEASE_PUBLISHER, &subject, builder->segment, lease, err);
  /* the attachment keeps the builder's open file, and with it this lease; see cshm__mapping_open */
  if (builder->lifetime != CSHM_LAST_USER && used) cshm__platform_lease_join(builder->segment, false, NULL);
  return status;
}

/* The lease is there before the project is. */
static cshm_status publish_leased(struct builder *builder, const struct publication *publication, bool attached,
                                  cshm_error *err) {
  struct lease *lease = NULL;
  cshm_status status = take_lease(builder, attached, &lease, err);
  if (!status) status = cshm__publish(publication, err);
  if (status && lease) cshm__lease_end(lease);
  if (!status && lease) cshm__lease_confirm(lease);
  if (status) cshm__platform_lease_leave(builder->segment, PLATFORM_LEASE_USERS);
  return status;
}

cshm_status cshm__builder_map_published(struct builder *builder, struct mapping **mapping, cshm_error *err) {
  if (builder->sealed) return cshm__builder_sealed_map(builder, mapping, err);
  return map_segment(builder, CSHM_READ_ONLY, mapping, err);
}

cshm_status cshm__builder_publish(struct builder *builder, struct mapping *mapping, bool attached, cshm_error *err) {
  struct text manifest = {.data = NULL};
  struct publication publication = {.store = &builder->store,
                                    .project = builder->project,
                                    .segment_name = builder->segment_name,
                                    .segment = builder->segment,
                                    .manifest = &manifest,
                                    .overwrite = builder->overwrite};
  if (builder->sealed) return cshm__builder_sealed_publish(builder, mapping, attached, err);
  cshm_status status = builder->store.syntax->write(&mapping->index, builder->segment_name, &manifest, err);
  if (!status) status = publish_leased(builder, &publication, attached, err);
  free(manifest.data);
  if (status) return status;
  atomic_store_explicit(&builder->state, BUILDER_PUBLISHED, memory_order_release);
  cshm__mapping_share(mapping);
  struct mapping *filled = writable(builder);
  if (filled) cshm__mapping_share(filled);
  cshm__lease_sweep(); /* what was overwritten may have been this process's own */
  return CSHM_OK;
}

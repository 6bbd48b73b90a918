/* SPDX-License-Identifier: MIT */
#include "adopt.h"

#include "collect.h"
#include "error.h"
#include "index.h"
#include "platform.h"
#include "project.h"
#include "project_manifest.h"
#include "project_remove.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

struct search {
  const struct store *store;
  int directory;
  const char *project;
  const char *const *texts; /* ends with NULL; or NULL */
  char prefix[STORE_NAME_SIZE];
  struct candidate best;
  bool found;
  cshm_status status; /* what kept from looking at one */
  cshm_error said;
};

/* How much a segment is the project: 0 is not at all. */
static int rank(const struct search *search, const char *name, int segment, const struct format_header *header) {
  if (header->state == FORMAT_PUBLISHED && !cshm__project_orphaned(segment, header->lifetime)) return 2;
  for (const char *const *text = search->texts; text && *text; text++)
    if (strstr(*text, name)) return 1;
  return 0;
}

static bool is_better(const struct search *search, int rank, const struct format_header *header) {
  int best = !search->found ? 0 : search->best.state == FORMAT_PUBLISHED ? 2 : 1;
  if (rank != best) return rank > best;
  if (rank == 0) return false;
  if (header->created_ns != search->best.created_ns) return header->created_ns > search->best.created_ns;
  return header->generation > search->best.generation;
}

static void consider(struct search *search, const char *name, int segment, uint64_t size) {
  struct format_header header;
  if (!cshm__project_read_header(segment, size, name, &header) || strcmp(header.project, search->project) != 0 ||
      !cshm__store_has(search->store, &header) ||
      !cshm__platform_segment_may_join(segment, search->directory, &search->store->share) ||
      !is_better(search, rank(search, name, segment, &header), &header) ||
      cshm__project_manifest_points(search->store, search->directory, search->project, name, true))
    return;
  search->found = true;
  search->best = (struct candidate){.generation = header.generation,
                                    .created_ns = header.created_ns,
                                    .nbytes = header.segment_size,
                                    .lifetime = header.lifetime,
                                    .state = header.state};
  cshm__text_join(search->best.segment, sizeof search->best.segment, (const char *const[]){name, NULL});
}

static bool look_at_segment(void *user, const char *name) {
  struct search *search = user;
  uint64_t size;
  int segment;
  if (strncmp(name, search->prefix, strlen(search->prefix)) != 0 || cshm__platform_segment_is_new(name)) return true;
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = cshm__platform_segment_open(name, &search->store->share, false, &segment, &size, &said);
  if (status == CSHM_ERR_NOT_FOUND || status == CSHM_ERR_PERMISSION || status == CSHM_ERR_CORRUPT)
    return true; /* not ours, or gone */
  if (status) {
    search->status = cshm__fail_said(&search->said, &said);
    return false;
  }
  consider(search, name, segment, size);
  cshm__platform_close(segment);
  return true;
}

cshm_status cshm__adopt_find(const struct store *store, int directory, const char *name, const char *const *texts,
                             struct candidate *found, cshm_error *err) {
  struct search search = {
      .store = store, .directory = directory, .project = name, .texts = texts, .said = CSHM_ERROR_INIT};
  cshm__store_segment_prefix(name, search.prefix);
  cshm_status status = cshm__platform_segment_each(look_at_segment, &search, err);
  if (status) return status;
  if (search.status) return cshm__fail_said(err, &search.said);
  if (!search.found) return CSHM_ERR_NOT_FOUND;
  *found = search.best;
  return CSHM_OK;
}

/* ---- writing ---- */

static cshm_status replace_manifest(const struct store *store, int directory, const char *name,
                                    const struct text *manifest, cshm_error *err) {
  char file[STORE_NAME_SIZE];
  cshm__store_manifest_name(store, name, store->syntax, file);
  cshm_status status =
      cshm__platform_file_replace(directory, file, &store->share, manifest->data, manifest->length, err);
  for (size_t i = 0; i < MANIFEST_SYNTAXES && !status; i++) {
    if (cshm__manifest_syntaxes[i] == store->syntax) continue;
    cshm__store_manifest_name(store, name, cshm__manifest_syntaxes[i], file);
    cshm__platform_file_remove(directory, file, NULL);
  }
  return status;
}

static cshm_status write_mapped(const struct store *store, int directory, const char *name,
                                const struct candidate *candidate, const void *base, uint64_t size, cshm_error *err) {
  struct text manifest = {.data = NULL};
  struct index index;
  cshm_status status = cshm__index_open(base, size, candidate->segment, &index, err);
  if (status) return status;
  if (index.header->generation != candidate->generation || strcmp(index.header->project, name) != 0)
    return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "segment %s is another one meanwhile", candidate->segment);
  status = store->syntax->write(&index, candidate->segment, &manifest, err);
  if (!status) status = replace_manifest(store, directory, name, &manifest, err);
  free(manifest.data);
  return status;
}

cshm_status cshm__adopt_segment(const struct store *store, int directory, const char *name,
                                const struct candidate *candidate, cshm_error *err) {
  bool publish = candidate->state != FORMAT_PUBLISHED;
  uint64_t size;
  int segment;
  void *base = NULL;
  cshm_status status = cshm__platform_segment_open(candidate->segment, &store->share, publish, &segment, &size, err);
  if (status) return status;
  status = cshm__platform_map(segment, size, 0, CSHM_READ_ONLY, &base, err);
  if (!status) status = write_mapped(store, directory, name, candidate, base, size, err);
  if (!status && publish) status = cshm__project_set_state(segment, FORMAT_PUBLISHED, err);
  cshm__platform_unmap(base, size);
  cshm__platform_close(segment);
  return status;
}

cshm_status cshm__adopt(const struct store *store, int directory, const char *name, cshm_error *err) {
  struct candidate found = {.segment = ""};
  cshm_status status = cshm__adopt_find(store, directory, name, NULL, &found, err);
  return status ? status : cshm__adopt_segment(store, directory, name, &found, err);
}

static cshm_status adopt_locked(const struct store *store, int directory, const char *name, cshm_error *err) {
  const struct manifest_syntax *syntax;
  struct manifest_head head;
  cshm_status status = cshm__project_manifest(store, directory, name, &head, &syntax, err);
  if (status != CSHM_ERR_NOT_FOUND)
    return CSHM_OK; /* someone was faster; whoever reads it says what is wrong with it */
  return cshm__adopt(store, directory, name, err);
}

cshm_status cshm__adopt_locking(const struct store *store, int directory, const char *name, cshm_error *err) {
  struct candidate found = {.segment = ""};
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = cshm__adopt_find(store, directory, name, NULL, &found, &said);
  bool is_there = status == CSHM_OK;
  if (status && status != CSHM_ERR_NOT_FOUND) return cshm__fail_said(err, &said);
  if (!is_there && !cshm__collect_has(store, directory, name))
    return cshm__store_not_found(store, directory, name, err);
  int own;
  status = cshm__platform_directory_open(store->root, &store->share, is_there, &own, &said);
  if (status) goto done;
  status = cshm__platform_directory_lock(own, true, &said);
  if (!status) cshm__collect_project(store, own, name);
  if (!status) status = adopt_locked(store, own, name, &said);
  cshm__platform_directory_close(own);
done:
  if (status == CSHM_OK) return CSHM_OK;
  if (status == CSHM_ERR_NOT_FOUND || !is_there) return cshm__store_not_found(store, directory, name, err);
  return cshm__fail(
      err, status == CSHM_ERR_PERMISSION ? CSHM_ERR_NOT_FOUND : status, said.sys_errno,
      "project \"%s\" of store %s has lost its manifest, and it cannot be written anew from segment %s: %s", name,
      store->root, found.segment, said.message);
}

cshm_status cshm__adopt_hint(const struct store *store, int directory, const char *name, const cshm_error *said,
                             cshm_error *err) {
  struct candidate found = {.segment = ""};
  if (said->status != CSHM_ERR_CORRUPT || cshm__adopt_find(store, directory, name, NULL, &found, NULL) != CSHM_OK)
    return cshm__fail_said(err, said);
  return cshm__fail(err, CSHM_ERR_CORRUPT, said->sys_errno,
                    "%s; `cute-shm repair %s` writes the manifest anew from segment %s", said->message, name,
                    found.segment);
}

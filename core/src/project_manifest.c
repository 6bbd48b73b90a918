/* SPDX-License-Identifier: MIT */
#include "project_manifest.h"

#include "error.h"
#include "platform.h"
#include "project.h"
#include "text.h"

#include <string.h>

/* A project that is overwritten and changes its syntax has a manifest at every moment, but two looks, one for each syntax,
 * may both miss it. To miss it in so many turns takes an overwrite between each look and the next. */
#define MAX_TURNS 5

#define NONE MANIFEST_SYNTAXES
#define SEVERAL (MANIFEST_SYNTAXES + 1)

struct found {
  cshm_status status; /* of reading it; CSHM_ERR_NOT_FOUND: it is not there */
  cshm_error said;
  struct manifest_head head;
};

static bool has_lost(const struct store *store, const struct found *found) {
  struct format_header header;
  uint64_t size;
  int segment;
  if (found->status) return false;
  cshm_status status = cshm__platform_segment_open(found->head.segment, &store->share, false, &segment, &size, NULL);
  if (status) return status == CSHM_ERR_NOT_FOUND;
  bool readable = cshm__project_read_header(segment, size, found->head.segment, &header);
  cshm__platform_close(segment);
  return readable && (header.state == FORMAT_RETIRED || header.generation != found->head.generation);
}

/* Which one counts, or NONE, or SEVERAL. *lost: all that are there have lost; then it is the first. */
static size_t choose(const struct store *store, const struct found found[MANIFEST_SYNTAXES], bool *lost) {
  size_t first = NONE, best = NONE, count = 0, standing = 0;
  *lost = false;
  for (size_t i = 0; i < MANIFEST_SYNTAXES; i++) {
    if (found[i].status == CSHM_ERR_NOT_FOUND) continue;
    if (count++ == 0) first = i;
  }
  if (count < 2) return first;
  for (size_t i = 0; i < MANIFEST_SYNTAXES; i++) {
    if (found[i].status == CSHM_ERR_NOT_FOUND || has_lost(store, &found[i])) continue;
    standing++;
    best = i;
  }
  *lost = standing == 0;
  return *lost ? first : standing == 1 && found[best].status == CSHM_OK ? best : SEVERAL;
}

/* Reads them all, and chooses. */
static size_t look(const struct store *store, int directory, const char *name, struct found found[MANIFEST_SYNTAXES]) {
  size_t chosen = NONE;
  bool lost = false;
  for (int turn = 0; turn < MAX_TURNS && (chosen == NONE || lost); turn++) {
    for (size_t i = 0; i < MANIFEST_SYNTAXES; i++) {
      found[i].said = (cshm_error)CSHM_ERROR_INIT;
      found[i].status =
          cshm__store_read_head(store, directory, name, cshm__manifest_syntaxes[i], &found[i].head, &found[i].said);
    }
    chosen = choose(store, found, &lost);
  }
  return chosen;
}

static cshm_status fail_several(const struct store *store, const char *name, cshm_error *err) {
  char files[MANIFEST_SYNTAXES][STORE_NAME_SIZE];
  for (size_t i = 0; i < MANIFEST_SYNTAXES; i++)
    cshm__store_manifest_name(store, name, cshm__manifest_syntaxes[i], files[i]);
  return cshm__fail(err, CSHM_ERR_CORRUPT, 0,
                    "project \"%s\" has two manifests in store %s, %s and %s, and neither is known to be out of date: "
                    "remove the wrong one, or unlink the project",
                    name, store->root, files[0], files[1]);
}

cshm_status cshm__project_manifest(const struct store *store, int directory, const char *name,
                                   struct manifest_head *head, const struct manifest_syntax **syntax, cshm_error *err) {
  struct found found[MANIFEST_SYNTAXES];
  size_t chosen = look(store, directory, name, found);
  *syntax = NULL;
  for (size_t i = 0; i < MANIFEST_SYNTAXES; i++) { /* what could not be looked at may be any of them, or none */
    if (!found[i].status || found[i].status == CSHM_ERR_NOT_FOUND || cshm__project_is_damaged(found[i].status))
      continue;
    *syntax = cshm__manifest_syntaxes[i];
    return cshm__fail_said(err, &found[i].said);
  }
  if (chosen == NONE) return CSHM_ERR_NOT_FOUND;
  if (chosen == SEVERAL) return fail_several(store, name, err);
  *syntax = cshm__manifest_syntaxes[chosen];
  if (found[chosen].status) return cshm__fail_said(err, &found[chosen].said);
  *head = found[chosen].head;
  return CSHM_OK;
}

const struct manifest_syntax *cshm__project_manifest_lost(const struct store *store, int directory, const char *name) {
  struct found found[MANIFEST_SYNTAXES];
  size_t chosen = look(store, directory, name, found);
  for (size_t i = 0; i < MANIFEST_SYNTAXES && chosen < MANIFEST_SYNTAXES; i++)
    if (i != chosen && found[i].status != CSHM_ERR_NOT_FOUND) return cshm__manifest_syntaxes[i];
  return NULL;
}

void cshm__project_manifest_tidy(const struct store *store, int directory, const char *name) {
  char file[STORE_NAME_SIZE];
  const struct manifest_syntax *lost = cshm__project_manifest_lost(store, directory, name);
  if (!lost) return;
  cshm__store_manifest_name(store, name, lost, file);
  cshm__platform_file_remove(directory, file, NULL);
}

struct pointer {
  const struct store *store;
  int directory;
  const char *project;
  const char *segment;
  bool others;
  bool found;
};

/* A manifest of another project, or a damaged one, points to nothing of this; one that cannot be looked at may. */
static bool look_at_file(void *user, const char *file) {
  struct pointer *pointer = user;
  size_t length = strlen(file);
  for (size_t i = 0; i < MANIFEST_SYNTAXES; i++) {
    const struct manifest_syntax *syntax = cshm__manifest_syntaxes[i];
    struct manifest_head head;
    char end[STORE_NAME_SIZE];
    cshm__text_join(end, sizeof end, (const char *const[]){pointer->project, ".", syntax->extension, NULL});
    if (length < strlen(end) || length - strlen(end) > STORE_MAX_PREFIX) continue;
    size_t before = length - strlen(end);
    if (strcmp(file + before, end) != 0) continue;
    struct store store = *pointer->store;
    memcpy(store.prefix, file, before);
    store.prefix[before] = '\0';
    if (pointer->others && strcmp(store.prefix, pointer->store->prefix) == 0) continue;
    cshm_status status = cshm__store_read_head(&store, pointer->directory, pointer->project, syntax, &head, NULL);
    if (status == CSHM_ERR_NOT_FOUND || cshm__project_is_damaged(status)) continue;
    pointer->found = status != CSHM_OK || strcmp(head.segment, pointer->segment) == 0;
    if (pointer->found) break;
  }
  return !pointer->found;
}

bool cshm__project_manifest_points(const struct store *store, int directory, const char *name, const char *segment,
                                   bool others) {
  struct pointer pointer = {store, directory, name, segment, others, false};
  if (directory < 0) return false;
  return cshm__platform_directory_each(directory, look_at_file, &pointer, NULL) != CSHM_OK || pointer.found;
}

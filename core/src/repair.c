/* SPDX-License-Identifier: MIT */
#include "repair.h"

#include "adopt.h"
#include "error.h"
#include "platform.h"
#include "project.h"
#include "project_manifest.h"
#include "project_remove.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

#define MAX_TEXT ((size_t)1 << 20) /* of a manifest, to look for a segment's name */

struct repair {
  const struct store *store;
  int directory; /* locked */
  const char *project;
  struct listing *told; /* or NULL */
};

/* ---- what is wrong ---- */

/* In words, or NULL; *status: what keeps anyone from telling. */
static const char *diagnose(const struct repair *r, cshm_status *status, cshm_error *err) {
  struct project project;
  *status = cshm__project_look(r->store, r->directory, r->project, &project, err);
  bool is_read = project.head.generation != 0; /* the manifest */
  switch (*status) {
  case CSHM_OK:
    cshm__project_close(&project);
    return NULL;
  case CSHM_ERR_NOT_FOUND:
    return is_read ? "its manifest pointed to a segment that is gone" : "its manifest was gone";
  case CSHM_ERR_GENERATION:
    return "its manifest was of another generation than its segment";
  case CSHM_ERR_CORRUPT:
    return is_read          ? "its manifest and its segment did not agree"
           : project.syntax ? "its manifest was damaged"
                            : "it had two manifests";
  default: /* newer, not permitted, no descriptors: nothing is known to be wrong */
    return NULL;
  }
}

/* ---- texts of manifests, however damaged ---- */

static char *read_text(int file) {
  char *text = malloc(MAX_TEXT + 1);
  size_t used = 0, got = 1;
  while (text && used < MAX_TEXT && got > 0) {
    if (cshm__platform_file_read(file, text + used, MAX_TEXT - used, &got, NULL) != CSHM_OK) got = 0;
    used += got;
  }
  for (size_t i = 0; text && i < used; i++)
    if (text[i] == '\0') text[i] = ' ';
  if (text) text[used] = '\0';
  return text;
}

static void read_texts(const struct repair *r, char *texts[MANIFEST_SYNTAXES + 1]) {
  char name[STORE_NAME_SIZE];
  size_t count = 0;
  for (size_t i = 0; i < MANIFEST_SYNTAXES; i++) {
    int file;
    cshm__store_manifest_name(r->store, r->project, cshm__manifest_syntaxes[i], name);
    if (cshm__platform_file_open(r->directory, name, &r->store->share, &file, NULL) != CSHM_OK) continue;
    texts[count] = read_text(file);
    count += texts[count] != NULL;
    cshm__platform_close(file);
  }
  texts[count] = NULL;
}

static cshm_status find_segment(const struct repair *r, struct candidate *found, cshm_error *err) {
  char *texts[MANIFEST_SYNTAXES + 1];
  read_texts(r, texts);
  cshm_status status = cshm__adopt_find(r->store, r->directory, r->project, (const char *const *)texts, found, err);
  for (size_t i = 0; texts[i]; i++)
    free(texts[i]);
  return status;
}

/* ---- repairing ---- */

static cshm_status tell(const struct repair *r, const struct candidate *found, const char *why,
                        const cshm_error *said) {
  char file[STORE_NAME_SIZE], path[STORE_MAX_ROOT + STORE_NAME_SIZE + 2], message[CSHM_ERROR_MESSAGE_SIZE + 128];
  cshm__store_manifest_name(r->store, r->project, r->store->syntax, file);
  cshm__text_join(path, sizeof path, (const char *const[]){r->store->root, "/", file, NULL});
  cshm__text_join(message, sizeof message,
                  (const char *const[]){why, said->status ? "; it was not written anew: " : "", said->message, NULL});
  const cshm_project told = {.status = said->status,
                             .name = r->project,
                             .manifest = path,
                             .segment = found->segment,
                             .message = message,
                             .generation = found->generation,
                             .nbytes = found->nbytes,
                             .created_ns = found->created_ns,
                             .lifetime = found->lifetime};
  return r->told ? cshm__listing_add(r->told, &told) : CSHM_OK;
}

static cshm_status no_segment(const struct repair *r, const char *why, cshm_error *err) {
  return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0,
                    "project \"%s\" of store %s has no segment to repair it from (%s); unlink it and create it again",
                    r->project, r->store->root, why);
}

/* `said`: why this project could not be repaired. Returns CSHM_ERR_NO_MEMORY only. */
static cshm_status repair_one(const struct repair *r, cshm_error *said) {
  struct candidate found = {.segment = ""};
  cshm_error looked = CSHM_ERROR_INIT;
  cshm_status status;
  cshm__project_manifest_tidy(r->store, r->directory, r->project);
  const char *why = diagnose(r, &status, &looked);
  if (!why && status == CSHM_OK) return CSHM_OK;
  if (!why) {
    cshm__fail_said(said, &looked);
    why = "it could not be looked at";
  } else {
    bool no_manifest = status == CSHM_ERR_NOT_FOUND && looked.status == CSHM_OK;
    status = find_segment(r, &found, said);
    if (status == CSHM_ERR_NOT_FOUND && no_manifest)
      cshm__store_not_found(r->store, r->directory, r->project, said);
    else if (status == CSHM_ERR_NOT_FOUND)
      no_segment(r, why, said);
    else if (!status)
      cshm__adopt_segment(r->store, r->directory, r->project, &found, said);
  }
  return tell(r, &found, why, said);
}

/* ---- all ---- */

struct names {
  const struct store *store;
  struct listing *listing;
  cshm_status status;
};

static bool add_segment(void *user, const char *name) {
  struct names *names = user;
  struct format_header header;
  uint64_t size;
  int segment;
  if (strncmp(name, "cute-shm.", 9) != 0 || cshm__platform_segment_is_new(name)) return true;
  if (cshm__platform_segment_open(name, &names->store->share, false, &segment, &size, NULL) != CSHM_OK) return true;
  if (cshm__project_read_header(segment, size, name, &header) && cshm__store_has(names->store, &header) &&
      header.state == FORMAT_PUBLISHED && !cshm__project_orphaned(segment, header.lifetime))
    names->status = cshm__listing_add_name(names->listing, header.project);
  cshm__platform_close(segment);
  return names->status == CSHM_OK;
}

/* Of projects that have a segment; of those that have a manifest, too, where the directory is there. */
static cshm_status find_names(const struct store *store, int directory, struct listing *listing, cshm_error *err) {
  struct names names = {store, listing, CSHM_OK};
  cshm_status status = cshm__platform_segment_each(add_segment, &names, err);
  if (!status && names.status) status = cshm__fail(err, names.status, 0, "no memory for the names of projects");
  if (!status && directory >= 0) status = cshm__listing_add_names(store, directory, listing, err);
  if (!status) cshm__listing_keep_once(listing);
  return status;
}

static cshm_status repair_all(const struct store *store, int directory, const struct listing *names,
                              struct listing *told, cshm_error *err) {
  cshm_status status = CSHM_OK;
  for (size_t i = 0; i < names->count && !status; i++) {
    const struct repair r = {store, directory, names->entries[i].name, told};
    cshm_error said = CSHM_ERROR_INIT;
    status = repair_one(&r, &said);
  }
  return status ? cshm__fail(err, status, 0, "no memory to tell what was repaired") : CSHM_OK;
}

/* One that is asked for by name is a failure where it cannot be repaired. */
static cshm_status repair_named(const struct store *store, int directory, const char *project, struct listing *told,
                                cshm_error *err) {
  const struct repair r = {store, directory, project, told};
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = repair_one(&r, &said);
  if (status) return cshm__fail(err, status, 0, "no memory to tell what was repaired");
  return said.status ? cshm__fail_said(err, &said) : CSHM_OK;
}

static cshm_status repair_locked(const struct store *store, int directory, const char *project, struct listing *told,
                                 cshm_error *err) {
  struct listing *names;
  if (project) return repair_named(store, directory, project, told, err);
  cshm_status status = cshm__listing_new(&names, err);
  if (status) return status;
  status = find_names(store, directory, names, err);
  if (!status) status = repair_all(store, directory, names, told, err);
  cshm__listing_free(names);
  return status;
}

/* Whether the store's directory is to be made anew, as there is a segment that wants a manifest in it. */
static cshm_status is_wanted(const struct store *store, bool *wanted, cshm_error *err) {
  struct listing *names;
  cshm_status status = cshm__listing_new(&names, err);
  if (status) return status;
  status = find_names(store, -1, names, err);
  *wanted = names->count > 0;
  cshm__listing_free(names);
  return status;
}

cshm_status cshm__repair(const struct store *store, const char *project, struct listing *told, cshm_error *err) {
  cshm_error said = CSHM_ERROR_INIT;
  bool wanted;
  int directory;
  cshm_status status = is_wanted(store, &wanted, err);
  if (status) return status;
  status = cshm__platform_directory_open(store->root, &store->share, wanted, &directory, &said);
  if (status == CSHM_ERR_NOT_FOUND) return project ? cshm__store_not_found(store, -1, project, err) : CSHM_OK;
  if (status) return cshm__fail_said(err, &said);
  status = cshm__platform_directory_lock(directory, true, err);
  if (!status) status = repair_locked(store, directory, project, told, err);
  cshm__platform_directory_close(directory);
  return status;
}

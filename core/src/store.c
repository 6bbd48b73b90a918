/* SPDX-License-Identifier: MIT */
#include "store.h"

#include "error.h"
#include "platform.h"
#include "store_share.h"
#include "text.h"
#include "utf8.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_PREFIX "cute-shm."
#define SHARED_ROOT "/tmp/cute-shm"

/* Where neither the caller nor $CUTE_SHM_ROOT says: the user's own directory if it is there and ours; else the one that
 * cute-shm 1.2 used if it is absent, or ours and open to this user, as root's need not be; else the user's own. */
static void private_root(char *root, size_t size) {
  char digits[TEXT_DIGITS_SIZE];
  bool exists = false;
  const char *user = cshm__text_digits(cshm__platform_user(), digits);
  cshm__text_join(root, size, (const char *const[]){SHARED_ROOT "-", user, NULL});
  if (cshm__platform_directory_check(root, NULL, &exists, NULL) == CSHM_OK && exists) return;
  if (cshm__platform_directory_check(SHARED_ROOT, NULL, &exists, NULL) == CSHM_OK &&
      (!exists || cshm__platform_directory_writable(SHARED_ROOT)))
    cshm__text_join(root, size, (const char *const[]){SHARED_ROOT, NULL});
}

/* The group's number, since a container need not know its name, and a name could be another user's number. */
static void default_root(const struct platform_share *share, char *root, size_t size) {
  char digits[TEXT_DIGITS_SIZE];
  if (!share->shared) {
    private_root(root, size);
    return;
  }
  const char *group = cshm__text_digits(share->group, digits);
  cshm__text_join(root, size, (const char *const[]){SHARED_ROOT "-group-", group, NULL});
}

static cshm_status find_root(struct store *store, const char *root, cshm_error *err) {
  bool exists;
  if (root && root[0] == '\0') return cshm__fail(err, CSHM_ERR_BAD_NAME, 0, "the store's root is an empty string");
  if (!root) root = getenv("CUTE_SHM_ROOT");
  if (!root || root[0] == '\0') {
    default_root(&store->share, store->root, sizeof store->root);
  } else {
    cshm_status status = cshm__platform_absolute(root, store->root, sizeof store->root, err);
    if (status) return status;
    if (!cshm__utf8_valid(store->root, strlen(store->root)))
      return cshm__fail(err, CSHM_ERR_BAD_NAME, 0, "the store's root is not UTF-8");
  }
  return cshm__platform_directory_check(store->root, &store->share, &exists, err);
}

static cshm_status check_prefix(const char *prefix, cshm_error *err) {
  size_t length = strlen(prefix);
  if (length == 0 || length > STORE_MAX_PREFIX || strchr(prefix, '/') || !cshm__utf8_valid(prefix, length))
    return cshm__fail(err, CSHM_ERR_BAD_NAME, 0,
                      "prefix \"%s\" is not allowed: it must be 1 to %d bytes of UTF-8 without \"/\"", prefix,
                      STORE_MAX_PREFIX);
  return CSHM_OK;
}

/* In the order of cshm_manifest_format, of which 0 leaves it to the environment. */
static cshm_status find_syntax(uint32_t format, const struct manifest_syntax **syntax, cshm_error *err) {
  const char *wanted = getenv("CUTE_SHM_MANIFEST");
  if (format > MANIFEST_SYNTAXES)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "manifest format %u is neither YAML (1) nor TOML (2)", format);
  *syntax = cshm__manifest_syntaxes[format == CSHM_MANIFEST_DEFAULT ? 0 : format - 1];
  if (format != CSHM_MANIFEST_DEFAULT || !wanted || wanted[0] == '\0') return CSHM_OK;
  for (size_t i = 0; i < MANIFEST_SYNTAXES; i++) {
    *syntax = cshm__manifest_syntaxes[i];
    if (strcmp((*syntax)->extension, wanted) == 0) return CSHM_OK;
  }
  return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0,
                    "the environment variable CUTE_SHM_MANIFEST is \"%.40s\": set it to \"yaml\" or \"toml\"", wanted);
}

cshm_status cshm__store_init(struct store *store, const char *root, const cshm_store_options *options,
                             cshm_error *err) {
  const cshm_store_options defaults = CSHM_STORE_OPTIONS_INIT;
  if (!options) options = &defaults;
  memset(store, 0, sizeof *store);
  cshm_status status = find_syntax(options->manifest, &store->syntax, err);
  if (status) return status;
  const char *prefix = options->prefix ? options->prefix : DEFAULT_PREFIX;
  status = check_prefix(prefix, err);
  if (status) return status;
  memcpy(store->prefix, prefix, strlen(prefix));
  status = cshm__store_share(options, &store->share, err);
  if (!status) status = find_root(store, root, err);
  if (!status) cshm__store_share_settle(store->root, &store->share);
  return status;
}

cshm_status cshm__store_check_writable(const struct store *store, cshm_error *err) {
  bool exists;
  cshm_status status = cshm__platform_directory_check(store->root, &store->share, &exists, err);
  if (status || !exists || cshm__platform_directory_writable(store->root)) return status;
  return cshm__fail(
      err, CSHM_ERR_PERMISSION, 0, "store %s may only be read by user %lu%s", store->root,
      (unsigned long)cshm__platform_user(),
      store->share.shared ? ": its owner lets the group read it (access r), and can let it write (access rw)" : "");
}

cshm_status cshm__store_check_project(const char *project, cshm_error *err) {
  size_t length = strlen(project);
  const char *why = NULL;
  if (length == 0)
    why = "it is empty";
  else if (length > CSHM_MAX_PROJECT_NAME)
    why = "it is longer than 200 bytes";
  else if (project[0] == '.')
    why = "it begins with a dot";
  else if (strchr(project, '/'))
    why = "it holds a \"/\"";
  else if (!cshm__utf8_valid(project, length))
    why = "it is not UTF-8";
  if (why) return cshm__fail(err, CSHM_ERR_BAD_NAME, 0, "project name \"%.220s\" is not allowed: %s", project, why);
  return CSHM_OK;
}

bool cshm__store_has(const struct store *store, const struct format_header *header) {
  const char *prefix = header->prefix[0] != '\0' ? header->prefix : DEFAULT_PREFIX; /* none: of format 1.0 */
  return strcmp(header->root, store->root) == 0 && strcmp(prefix, store->prefix) == 0 &&
         !(header->flags & FORMAT_SEALED);
}

void cshm__store_manifest_name(const struct store *store, const char *project, const struct manifest_syntax *syntax,
                               char name[STORE_NAME_SIZE]) {
  cshm__text_join(name, STORE_NAME_SIZE, (const char *const[]){store->prefix, project, ".", syntax->extension, NULL});
}

void cshm__store_segment_prefix(const char *project, char prefix[STORE_NAME_SIZE]) {
  cshm__text_join(prefix, STORE_NAME_SIZE, (const char *const[]){"cute-shm.", project, ".", NULL});
  for (char *c = prefix; *c; c++)
    if ((unsigned char)*c <= ' ' || *c == 0x7F) *c = '_';
}

void cshm__store_segment_name(const char *project, uint64_t generation, char name[STORE_NAME_SIZE]) {
  char prefix[STORE_NAME_SIZE];
  cshm__store_segment_prefix(project, prefix);
  snprintf(name, STORE_NAME_SIZE, "%.230s%016llx", prefix, (unsigned long long)generation);
}

bool cshm__store_segment_is_of(const char *project, const char *segment) {
  char prefix[STORE_NAME_SIZE];
  cshm__store_segment_prefix(project, prefix);
  size_t length = strlen(prefix);
  return strncmp(segment, prefix, length) == 0 && strlen(segment + length) == STORE_GENERATION_DIGITS &&
         strspn(segment + length, "0123456789abcdef") == STORE_GENERATION_DIGITS;
}

/* ---- heads ---- */

struct limited_file {
  int file;
  size_t left;
};

static cshm_status read_limited(void *user, unsigned char *buffer, size_t size, size_t *length, cshm_error *err) {
  struct limited_file *from = user;
  cshm_status status = cshm__platform_file_read(from->file, buffer, size < from->left ? size : from->left, length, err);
  if (status == CSHM_OK) from->left -= *length;
  return status;
}

static cshm_status check_head(const struct store *store, const char *file, const char *project,
                              const struct manifest_head *head, cshm_error *err) {
  if (strcmp(head->project, project) != 0)
    return cshm__fail(err, CSHM_ERR_CORRUPT, 0,
                      "manifest %s/%s is of project \"%s\", not of \"%s\": it was renamed or copied", store->root, file,
                      head->project, project);
  if (!cshm__store_segment_is_of(project, head->segment))
    return cshm__fail(err, CSHM_ERR_CORRUPT, 0,
                      "manifest %s/%s points to segment %s, which is not one of project \"%s\"", store->root, file,
                      head->segment, project);
  return CSHM_OK;
}

cshm_status cshm__store_read_head(const struct store *store, int directory, const char *project,
                                  const struct manifest_syntax *syntax, struct manifest_head *head, cshm_error *err) {
  char name[STORE_NAME_SIZE], path[STORE_MAX_ROOT + STORE_NAME_SIZE + 2];
  struct limited_file from = {-1, MANIFEST_MAX_SIZE};
  cshm__store_manifest_name(store, project, syntax, name);
  cshm_status status = cshm__platform_file_open(directory, name, &store->share, &from.file, err);
  if (status) return status;
  cshm__text_join(path, sizeof path, (const char *const[]){store->root, "/", name, NULL});
  status = syntax->read_head(read_limited, &from, path, head, err);
  cshm__platform_close(from.file);
  return status ? status : check_head(store, name, project, head, err);
}

/* ---- names ---- */

struct name_filter {
  const struct store *store;
  bool (*each)(void *user, const char *project);
  void *user;
};

static bool pass_project(void *user, const char *name) {
  const struct name_filter *filter = user;
  size_t before = strlen(filter->store->prefix), length = strlen(name);
  char project[CSHM_MAX_PROJECT_NAME + 1];
  if (strncmp(name, filter->store->prefix, before) != 0) return true;
  for (size_t i = 0; i < MANIFEST_SYNTAXES; i++) {
    size_t after = strlen(cshm__manifest_syntaxes[i]->extension) + 1;
    if (length <= before + after || length - before - after > CSHM_MAX_PROJECT_NAME) continue;
    const char *dot = name + length - after;
    if (dot[0] != '.' || strcmp(dot + 1, cshm__manifest_syntaxes[i]->extension) != 0) continue;
    memcpy(project, name + before, length - before - after);
    project[length - before - after] = '\0';
    if (cshm__store_check_project(project, NULL) == CSHM_OK) return filter->each(filter->user, project);
  }
  return true;
}

cshm_status cshm__store_each(const struct store *store, int directory, bool (*each)(void *user, const char *project),
                             void *user, cshm_error *err) {
  struct name_filter filter = {store, each, user};
  return cshm__platform_directory_each(directory, pass_project, &filter, err);
}

/* ---- near names ---- */

#define NEAR_COUNT 3

struct near {
  const char *wanted;
  char names[NEAR_COUNT][CSHM_MAX_PROJECT_NAME + 1];
  size_t distances[NEAR_COUNT];
  size_t count;
};

/* Edits (one byte put in, left out or changed) from a to b. */
static size_t distance(const char *a, const char *b) {
  size_t row[CSHM_MAX_PROJECT_NAME + 1], width = strlen(b);
  for (size_t j = 0; j <= width; j++)
    row[j] = j;
  for (size_t i = 1; a[i - 1] != '\0'; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= width; j++) {
      size_t change = diagonal + (a[i - 1] != b[j - 1]);
      size_t shorter = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
      diagonal = row[j];
      row[j] = change < shorter ? change : shorter;
    }
  }
  return row[width];
}

static bool keep_nearest(void *user, const char *project) {
  struct near *near = user;
  if (strcmp(near->wanted, project) == 0) return true; /* what is left of it may not be removed */
  size_t edits = strlen(near->wanted) <= CSHM_MAX_PROJECT_NAME ? distance(near->wanted, project) : SIZE_MAX;
  if (strstr(project, near->wanted) || strstr(near->wanted, project)) edits = 1;
  if (edits > 1 + strlen(near->wanted) / 3) return true;
  size_t at = near->count;
  while (at > 0 && near->distances[at - 1] > edits)
    at--;
  if (at == NEAR_COUNT) return true;
  if (near->count < NEAR_COUNT) near->count++;
  for (size_t i = near->count - 1; i > at; i--) {
    memcpy(near->names[i], near->names[i - 1], sizeof near->names[i]);
    near->distances[i] = near->distances[i - 1];
  }
  snprintf(near->names[at], sizeof near->names[at], "%s", project);
  near->distances[at] = edits;
  return true;
}

cshm_status cshm__store_not_found(const struct store *store, int directory, const char *project, cshm_error *err) {
  struct near near = {.wanted = project};
  char words[NEAR_COUNT * (CSHM_MAX_PROJECT_NAME + 6) + 32] = "";
  if (directory >= 0) cshm__store_each(store, directory, keep_nearest, &near, NULL);
  size_t used = 0;
  for (size_t i = 0; i < near.count; i++)
    used += (size_t)snprintf(words + used, sizeof words - used, "%s\"%s\"", i == 0 ? "; did you mean " : " or ",
                             near.names[i]);
  return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "no project \"%s\" in store %s%s%s", project, store->root, words,
                    near.count > 0 ? "?" : "");
}

/* SPDX-License-Identifier: MIT */
#include "h5virtual.h"

#include "h5outside.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 8 /* of virtual datasets whose sources are virtual */

/* What became of looking for something. */
enum finding {
  THERE,
  ABSENT,
  REFUSED /* the reason says why */
};

/* A virtual dataset whose sources are looked at. */
struct virtual {
  const struct h5plan *plan;
  hid_t file;         /* that it is in */
  const char *folder; /* of that file */
  struct h5sources *sources;
  struct h5reason *reason;
  int depth;
};

static enum finding look_at_dataset(const struct virtual *virtual, const char *path);

/* ---- files ----------------------------------------------------------------------------------------- */

static char *folder_of(const char *path) {
  const char *end = strrchr(path, '/');
  size_t length = end ? (size_t)(end - path) : 0;
  char *folder = (char *)malloc(length + 2);
  if (!folder) return NULL;
  memcpy(folder, path, length);
  memcpy(folder + length, length == 0 ? "/" : "", length == 0 ? 2 : 1);
  return folder;
}

static enum finding look_in(const struct virtual *virtual, const char *folder, const char *name, char **path) {
  bool absent = false;
  *path = cshm__h5_outside_find(virtual->plan, folder, name, &absent, virtual->reason);
  if (*path) return THERE;
  return absent ? ABSENT : REFUSED;
}

/* Looks in the folders that users name in HDF5's own variable. */
static enum finding look_in_prefixes(const struct virtual *virtual, const char *name, char **path) {
  const char *prefixes = getenv("HDF5_VDS_PREFIX"); /* NOLINT(concurrency-mt-unsafe): so does HDF5 */
  char folder[4096];
  enum finding found = ABSENT;
  for (const char *at = prefixes; found == ABSENT && at && *at;) {
    size_t length = strcspn(at, ":");
    if (length > 0 && length < sizeof folder) {
      snprintf(folder, sizeof folder, "%.*s", (int)length, at);
      found = look_in(virtual, folder, name, path);
    }
    at += length + (at[length] == ':');
  }
  return found;
}

/* Looks for a file in all places in which HDF5 will look for it, in HDF5's order: what it would find and may not be read, in the
 * folder that we happen to be in, say, must not pass for what is not there. */
static enum finding find_file(const struct virtual *virtual, const char *name, char **path) {
  enum finding found = ABSENT;
  if (name[0] == '/') {
    found = look_in(virtual, "", name, path);
    name = strrchr(name, '/') + 1;
  }
  if (found == ABSENT) found = look_in_prefixes(virtual, name, path);
  if (found == ABSENT) found = look_in(virtual, virtual->plan->folder, name, path);
  if (found == ABSENT) found = look_in(virtual, virtual->folder, name, path);
  return found == ABSENT ? look_in(virtual, ".", name, path) : found;
}

/* ---- sources --------------------------------------------------------------------------------------- */

/* Whether there is no link of this name. Where one on the way leads by a name to somewhere else, HDF5 has to say. */
static bool is_absent(hid_t file, const char *path) {
  char part[4096];
  size_t length = strlen(path);
  if (length >= sizeof part) return false;
  for (size_t end = 1; end <= length; end++) {
    H5L_info_t info;
    if (end < length && path[end] != '/') continue;
    snprintf(part, sizeof part, "%.*s", (int)end, path);
    htri_t there = H5Lexists(file, part, H5P_DEFAULT);
    if (there == 0) return true;
    if (there < 0 || H5Lget_info(file, part, &info, H5P_DEFAULT) < 0 || info.type != H5L_TYPE_HARD) return false;
  }
  return false;
}

static enum finding look_at_source(const struct virtual *virtual, const char *name, const char *dataset) {
  char *path = NULL;
  if (strcmp(name, ".") == 0) return look_at_dataset(virtual, dataset);
  virtual->sources->elsewhere = true;
  enum finding found = find_file(virtual, name, &path);
  if (found != THERE) return found;
  struct virtual below = *virtual;
  char *folder = folder_of(path);
  below.folder = folder;
  below.file = folder ? H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT) : H5I_INVALID_HID;
  if (below.file < 0) cshm__h5_reason_words(virtual->reason, "the file of one of its sources cannot be opened");
  found = below.file >= 0 ? look_at_dataset(&below, dataset) : REFUSED;
  if (below.file >= 0) H5Fclose(below.file);
  free(folder);
  free(path);
  return found;
}

static void note_absent(struct h5sources *sources, const char *file, const char *dataset) {
  size_t length = strlen(sources->names), room = sizeof sources->names - length;
  char name[sizeof sources->names];
  const char *comma = length > 0 ? ", " : "";
  int wanted = strcmp(file, ".") == 0 ? snprintf(name, sizeof name, "%s'%s'", comma, dataset)
                                      : snprintf(name, sizeof name, "%s'%s' in file '%s'", comma, dataset, file);
  size_t size = wanted > 0 ? (size_t)wanted + 1 : SIZE_MAX;
  if (size <= sizeof name && size <= room) memcpy(sources->names + length, name, size);
  sources->absent++;
}

/* ---- mappings -------------------------------------------------------------------------------------- */

/* Writes a name with a block's number for each %b, as HDF5 does; false: it has none, or is too long. */
static bool expand(const char *pattern, uint64_t block, char *name, size_t size) {
  size_t length = 0;
  bool numbered = false;
  for (; *pattern && length + 24 < size; pattern++) {
    if (pattern[0] == '%' && pattern[1] == 'b') {
      length += (size_t)snprintf(name + length, size - length, "%" PRIu64, block);
      numbered = true;
      pattern++;
      continue;
    }
    if (pattern[0] == '%' && pattern[1] == '%') pattern++;
    name[length++] = *pattern;
  }
  name[length] = '\0';
  return numbered;
}

/* Looks at all sources of a mapping: of names with numbers as many as there are in a row, which is where HDF5 stops. */
static bool mapping_is_allowed(const struct virtual *virtual, const char *file, const char *dataset) {
  char names[2][4096];
  for (uint64_t block = 0;; block++) {
    bool numbered_file = expand(file, block, names[0], sizeof names[0]);
    bool numbered = expand(dataset, block, names[1], sizeof names[1]) || numbered_file;
    enum finding found = look_at_source(virtual, names[0], names[1]);
    if (found == ABSENT && block == 0) note_absent(virtual->sources, names[0], names[1]);
    if (found != THERE || !numbered) return found != REFUSED;
  }
}

static bool sources_are_allowed(const struct virtual *virtual, hid_t plist) {
  size_t count = 0;
  if (H5Pget_virtual_count(plist, &count) < 0) count = 0;
  for (size_t i = 0; i < count; i++) {
    char file[2048] = "", dataset[2048] = "";
    if (H5Pget_virtual_filename(plist, i, file, sizeof file - 1) < 0 ||
        H5Pget_virtual_dsetname(plist, i, dataset, sizeof dataset - 1) < 0) {
      cshm__h5_reason_words(virtual->reason, "its sources cannot be read");
      return false;
    }
    if (!mapping_is_allowed(virtual, file, dataset)) return false;
  }
  return true;
}

static bool is_allowed(const struct virtual *virtual, hid_t plist) {
  if (plist >= 0 && H5Pget_external_count(plist) > 0)
    return cshm__h5_outside_raw_allowed(virtual->plan, plist, virtual->reason);
  if (plist < 0 || H5Pget_layout(plist) != H5D_VIRTUAL) return true;
  if (virtual->depth == MAX_DEPTH) {
    cshm__h5_reason(virtual->reason, "it is a virtual dataset of virtual datasets, more than %d deep", MAX_DEPTH);
    return false;
  }
  struct virtual below = *virtual;
  below.depth++;
  return sources_are_allowed(&below, plist);
}

static enum finding look_at_dataset(const struct virtual *virtual, const char *path) {
  if (is_absent(virtual->file, path)) return ABSENT;
  hid_t dataset = cshm__h5_outside_open(virtual->plan, virtual->file, path);
  if (dataset < 0) {
    cshm__h5_reason_words(virtual->reason, "one of its sources cannot be opened");
    return REFUSED;
  }
  hid_t plist = H5Dget_create_plist(dataset);
  bool good = is_allowed(virtual, plist);
  if (plist >= 0) H5Pclose(plist);
  H5Dclose(dataset);
  return good ? THERE : REFUSED;
}

bool cshm__h5_virtual_allowed(const struct h5plan *plan, hid_t file, hid_t plist, struct h5sources *sources,
                              struct h5reason *reason) {
  struct virtual virtual = {plan, file, plan->folder, sources, reason, 0};
  return is_allowed(&virtual, plist);
}

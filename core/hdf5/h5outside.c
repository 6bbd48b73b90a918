/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */

#include "h5outside.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH 8 /* of virtual datasets whose sources are virtual */

/* ---- files ----------------------------------------------------------------------------------------- */

static bool lies_in(const char *path, const char *folder) {
  size_t length = strlen(folder);
  if (length == 1) return true; /* "/" */
  return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static char *join(const char *folder, const char *name) {
  size_t size = strlen(folder) + strlen(name) + 2;
  char *path = (char *)malloc(size);
  if (path) snprintf(path, size, "%s/%s", name[0] == '/' ? "" : folder, name);
  return path;
}

char *cshm__h5_outside_find(const struct h5plan *plan, const char *folder, const char *name, struct h5reason *reason) {
  char *path = join(folder, name);
  if (!path) {
    cshm__h5_reason_memory(reason);
    return NULL;
  }
  char *real = realpath(path, NULL);
  int failed = errno;
  free(path);
  if (!real) {
    cshm__h5_reason(reason, "file '%s', which it leads to, cannot be found: %s", name, strerror(failed));
    return NULL;
  }
  if (plan->outside == CSHM_HDF5_OUTSIDE_ANYWHERE || lies_in(real, plan->folder)) return real;
  cshm__h5_reason(reason, "it leads to file '%s', which is not below the folder of the file that is loaded", name);
  free(real);
  return NULL;
}

/* The type of this function is HDF5's. */
/* NOLINTBEGIN(readability-non-const-parameter) */
herr_t cshm__h5_outside_follow(const char *group, const char *name, const char *file, const char *object,
                               unsigned *flags, hid_t access, void *user) {
  /* NOLINTEND(readability-non-const-parameter) */
  const struct h5plan *plan = (const struct h5plan *)user;
  struct h5reason unused;
  (void)group, (void)name, (void)object, (void)flags, (void)access;
  if (plan->outside == CSHM_HDF5_OUTSIDE_DATA) return -1;
  char *path = cshm__h5_outside_find(plan, plan->folder, file, &unused);
  free(path);
  return path ? 0 : -1;
}

hid_t cshm__h5_outside_access(const struct h5plan *plan, hid_t class) {
  hid_t access = H5Pcreate(class);
  if (access >= 0 && H5Pset_elink_cb(access, cshm__h5_outside_follow, (void *)plan) >= 0 &&
      H5Pset_elink_prefix(access, plan->folder) >= 0)
    return access;
  if (access >= 0) H5Pclose(access);
  return H5I_INVALID_HID;
}

bool cshm__h5_outside_has(const struct h5plan *plan, hid_t object, struct h5reason *reason) {
  char name[4096] = "";
  bool good = H5Fget_name(object, name, sizeof name - 1) > 0;
  char *path = good ? cshm__h5_outside_find(plan, plan->folder, name, reason) : NULL;
  if (!good) cshm__h5_reason_words(reason, "the name of its file cannot be read");
  free(path);
  return path != NULL;
}

hid_t cshm__h5_outside_open(const struct h5plan *plan, hid_t file, const char *path) {
  hid_t access = cshm__h5_outside_access(plan, H5P_DATASET_ACCESS), dataset = H5I_INVALID_HID;
  if (access < 0) return access;
  if (H5Pset_efile_prefix(access, plan->folder) >= 0 && H5Pset_virtual_prefix(access, plan->folder) >= 0)
    dataset = H5Dopen2(file, path, access);
  H5Pclose(access);
  return dataset;
}

bool cshm__h5_outside_is(hid_t plist) {
  return plist >= 0 && (H5Pget_layout(plist) == H5D_VIRTUAL || H5Pget_external_count(plist) > 0);
}

/* ---- raw files ------------------------------------------------------------------------------------- */

static bool raw_files_are_allowed(const struct h5plan *plan, hid_t plist, int count, struct h5reason *reason) {
  for (int i = 0; i < count; i++) {
    char name[4096] = "";
    off_t offset;
    hsize_t size;
    if (H5Pget_external(plist, (unsigned)i, sizeof name - 1, name, &offset, &size) < 0) {
      cshm__h5_reason_words(reason, "the names of its other files cannot be read");
      return false;
    }
    char *path = cshm__h5_outside_find(plan, plan->folder, name, reason);
    if (!path) return false;
    free(path);
  }
  return true;
}

/* ---- virtual datasets ------------------------------------------------------------------------------ */

/* A virtual dataset whose sources are looked at. */
struct virtual {
  const struct h5plan *plan;
  hid_t file;         /* that it is in */
  const char *folder; /* of that file */
  struct h5reason *reason;
  int depth;
};

static bool is_allowed(const struct virtual *virtual, hid_t plist);

static bool dataset_is_allowed(const struct virtual *virtual, const char *path) {
  hid_t dataset = cshm__h5_outside_open(virtual->plan, virtual->file, path);
  if (dataset < 0) {
    cshm__h5_reason_words(virtual->reason, "one of its sources cannot be opened");
    return false;
  }
  hid_t plist = H5Dget_create_plist(dataset);
  bool good = is_allowed(virtual, plist);
  if (plist >= 0) H5Pclose(plist);
  H5Dclose(dataset);
  return good;
}

static char *folder_of(const char *path) {
  char *folder = join("", path);
  char *end = folder ? strrchr(folder, '/') : NULL;
  if (end) end[end == folder] = '\0';
  return folder;
}

/* Looks at one dataset of a file, which is another one or `.`. */
static bool source_is_allowed(const struct virtual *virtual, const char *name, const char *dataset) {
  if (strcmp(name, ".") == 0) return dataset_is_allowed(virtual, dataset);
  char *path = cshm__h5_outside_find(virtual->plan, virtual->plan->folder, name, virtual->reason);
  if (!path && strcmp(virtual->folder, virtual->plan->folder) != 0)
    path = cshm__h5_outside_find(virtual->plan, virtual->folder, name, virtual->reason);
  if (!path) return false;
  struct virtual below = *virtual;
  char *folder = folder_of(path);
  below.folder = folder;
  below.file = folder ? H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT) : H5I_INVALID_HID;
  if (below.file < 0) cshm__h5_reason_words(virtual->reason, "the file of one of its sources cannot be opened");
  bool good = below.file >= 0 && dataset_is_allowed(&below, dataset);
  if (below.file >= 0) H5Fclose(below.file);
  free(folder);
  free(path);
  return good;
}

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
    bool good = source_is_allowed(virtual, names[0], names[1]);
    if (!numbered) return good;
    if (good) continue;
    bool forbidden = strstr(virtual->reason->text, "which is not below the folder") != NULL;
    return !forbidden && block > 0;
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
  int raw_files = plist >= 0 ? H5Pget_external_count(plist) : 0;
  if (raw_files > 0) return raw_files_are_allowed(virtual->plan, plist, raw_files, virtual->reason);
  if (plist < 0 || H5Pget_layout(plist) != H5D_VIRTUAL) return true;
  if (virtual->depth == MAX_DEPTH) {
    cshm__h5_reason(virtual->reason, "it is a virtual dataset of virtual datasets, more than %d deep", MAX_DEPTH);
    return false;
  }
  struct virtual below = *virtual;
  below.depth++;
  return sources_are_allowed(&below, plist);
}

bool cshm__h5_outside_allowed(const struct h5plan *plan, hid_t file, hid_t plist, struct h5reason *reason) {
  struct virtual virtual = {.plan = plan, .file = file, .folder = plan->folder, .reason = reason};
  return is_allowed(&virtual, plist);
}

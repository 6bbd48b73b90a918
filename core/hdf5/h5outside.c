/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */

#include "h5outside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

char *cshm__h5_outside_find(const struct h5plan *plan, const char *folder, const char *name, bool *absent,
                            struct h5reason *reason) {
  char *path = join(folder, name);
  if (!path) {
    cshm__h5_reason_memory(reason);
    return NULL;
  }
  char *real = realpath(path, NULL);
  int failed = errno;
  free(path);
  if (!real) {
    if (absent) *absent = failed == ENOENT || failed == ENOTDIR;
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
  char *path = cshm__h5_outside_find(plan, plan->folder, file, NULL, &unused);
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
  char *path = good ? cshm__h5_outside_find(plan, plan->folder, name, NULL, reason) : NULL;
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

bool cshm__h5_outside_raw_allowed(const struct h5plan *plan, hid_t plist, struct h5reason *reason) {
  int count = H5Pget_external_count(plist);
  for (int i = 0; i < count; i++) {
    char name[4096] = "";
    off_t offset;
    hsize_t size;
    if (H5Pget_external(plist, (unsigned)i, sizeof name - 1, name, &offset, &size) < 0) {
      cshm__h5_reason_words(reason, "the names of its other files cannot be read");
      return false;
    }
    char *path = cshm__h5_outside_find(plan, plan->folder, name, NULL, reason);
    if (!path) return false;
    free(path);
  }
  return true;
}

/* SPDX-License-Identifier: MIT */
#include "h5link.h"

#include "h5outside.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

bool cshm__h5_link_name(const char *path, const char *name, struct h5reason *reason) {
  size_t length = strlen(name);
  if (!cshm__utf8_valid(name, length))
    cshm__h5_reason(reason, "its name is not UTF-8");
  else if (length > CSHM_MAX_NAME)
    cshm__h5_reason(reason, "its name has %zu bytes; at most %d are allowed", length, CSHM_MAX_NAME);
  else if (strlen(path) > CSHM_MAX_PATH)
    cshm__h5_reason(reason, "its path has %zu bytes; at most %d are allowed", strlen(path), CSHM_MAX_PATH);
  else if (strcmp(name, ".") == 0)
    cshm__h5_reason(reason, "'.' is not a name");
  else
    return true;
  return false;
}

/* Reads a link into another file; it is followed where the plan allows that. */
static bool read_external(struct h5plan *plan, hid_t group, const char *name, size_t size, struct h5node *node,
                          struct h5reason *reason) {
  char *value = size < (size_t)2 * CSHM_MAX_PATH ? (char *)cshm__h5_plan_alloc(plan, size + 1) : NULL;
  const char *file = NULL, *object = NULL;
  unsigned flags;
  if (!value || H5Lget_val(group, name, value, size, H5P_DEFAULT) < 0 ||
      H5Lunpack_elink_val(value, size, &flags, &file, &object) < 0) {
    cshm__h5_reason(reason, "it is a link into another file, which is not followed");
    return false;
  }
  node->target_path = object;
  node->target_file = file;
  char *path = NULL;
  if (plan->outside == CSHM_HDF5_OUTSIDE_DATA)
    cshm__h5_reason(reason, "it is a link to '%s' in file '%s', which is not followed", object, file);
  else if (!(path = cshm__h5_outside_find(plan, plan->folder, file, NULL, reason)))
    cshm__h5_reason_in(reason, "it is a link to '%s' in file '%s': ", object, file);
  bool good = path != NULL;
  if (good) node->kind = H5KIND_SOFT;
  node->leads_back = good && strcmp(path, plan->file) == 0;
  free(path);
  return good;
}

/* Reads a soft link's target into the plan's memory. */
static bool read_soft(struct h5plan *plan, hid_t group, const char *name, size_t size, struct h5node *node,
                      struct h5reason *reason) {
  char *target = (char *)cshm__h5_plan_alloc(plan, size + 1);
  if (!target) {
    cshm__h5_reason_memory(reason);
    return false;
  }
  if (H5Lget_val(group, name, target, size, H5P_DEFAULT) < 0) {
    cshm__h5_reason_words(reason, "its target cannot be read");
    return false;
  }
  node->kind = H5KIND_SOFT;
  node->target_path = target;
  return true;
}

bool cshm__h5_link(struct h5plan *plan, hid_t group, const char *name, const H5L_info_t *info, struct h5node *node,
                   struct h5reason *reason) {
  if (!cshm__h5_link_name(node->path, name, reason)) return false;
  switch (info->type) {
  case H5L_TYPE_HARD:
    return true;
  case H5L_TYPE_SOFT:
    return read_soft(plan, group, name, info->u.val_size, node, reason);
  case H5L_TYPE_EXTERNAL:
    return read_external(plan, group, name, info->u.val_size, node, reason);
  default:
    cshm__h5_reason(reason, "it is a user-defined link (class %d), which is not followed", (int)info->type);
    return false;
  }
}

/* SPDX-License-Identifier: MIT */
#include "h5double.h"

#include <stdlib.h>
#include <string.h>

/* Nodes by their paths: number + 1, or 0. */
struct paths {
  size_t *slots;
  size_t mask;
};

static uint64_t hash_path(const char *path) {
  uint64_t hash = UINT64_C(14695981039346656037);
  for (; *path; path++)
    hash = (hash ^ (unsigned char)*path) * UINT64_C(1099511628211);
  return hash ^ hash >> 32;
}

/* Whether the path was there before; enters it. */
static bool enter(const struct paths *paths, const struct h5plan *plan, size_t number) {
  const char *path = plan->nodes[number].path;
  size_t at = (size_t)hash_path(path) & paths->mask;
  for (; paths->slots[at]; at = (at + 1) & paths->mask)
    if (strcmp(plan->nodes[paths->slots[at] - 1].path, path) == 0) return true;
  paths->slots[at] = number + 1;
  return false;
}

/* A group lies before what is in it. */
static cshm_status look_at(struct h5plan *plan, const struct paths *paths, size_t number) {
  struct h5node *node = &plan->nodes[number];
  bool below = number > 0 && plan->nodes[node->parent].kind == H5KIND_SKIPPED;
  if (node->kind == H5KIND_SKIPPED || node->kind == H5KIND_LEFT_OUT) return CSHM_OK;
  if (!below && !enter(paths, plan, number)) return CSHM_OK;
  node->kind = H5KIND_SKIPPED;
  return below ? CSHM_OK : cshm__h5_plan_skip(plan, node->path, NULL, "the file has this name twice in one group");
}

cshm_status cshm__h5_doubles(struct h5plan *plan) {
  struct paths paths = {NULL, 15};
  cshm_status status = CSHM_OK;
  while (paths.mask / 2 < plan->node_count)
    paths.mask = 2 * paths.mask + 1;
  paths.slots = (size_t *)calloc(paths.mask + 1, sizeof *paths.slots);
  if (!paths.slots) return CSHM_ERR_NO_MEMORY;
  for (size_t i = 0; status == CSHM_OK && i < plan->node_count; i++)
    status = look_at(plan, &paths, i);
  free(paths.slots);
  return status;
}

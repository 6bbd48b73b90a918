/* SPDX-License-Identifier: MIT */
#include "h5reference.h"

#include "h5text.h"
#include "h5value.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t cshm__h5_reference_node(const struct h5plan *plan, uint64_t address) {
  return address == 0 ? H5PLAN_NONE : cshm__h5_plan_at(plan, address);
}

cshm_status cshm__h5_reference_note(struct h5plan *plan, const char *path, const char *attribute, uint64_t missing,
                                    uint64_t count) {
  struct h5reason reason;
  if (missing == 0) return CSHM_OK;
  cshm__h5_reason(&reason, "%" PRIu64 " of %" PRIu64 " references lead to nothing in this file: stored as \"\"",
                  missing, count);
  return cshm__h5_plan_skip(plan, path, attribute, reason.text);
}

/* Paths of all targets; those that lead nowhere are "" and counted. NULL: out of memory. */
static char **list_paths(struct h5plan *plan, const struct h5targets *targets, size_t *missing) {
  char **paths = (char **)calloc(targets->count + 1, sizeof *paths);
  *missing = 0;
  for (size_t i = 0; paths && i < targets->count; i++) {
    size_t node = cshm__h5_reference_node(plan, targets->addresses[i]);
    if (node == H5PLAN_NONE) {
      *missing += targets->addresses[i] != 0;
      continue;
    }
    const char *path = plan->nodes[node].path;
    paths[i] = (char *)cshm__h5_plan_alloc(plan, strlen(path) + 2);
    if (!paths[i]) {
      free(paths);
      return NULL;
    }
    paths[i][0] = '/';
    memcpy(paths[i] + 1, path, strlen(path) + 1);
  }
  return paths;
}

/* Joins paths, which `value` has, with the dimensions: [["dataset","<U4"],["dimension","<i4"]]. */
static bool add_dimensions(struct h5plan *plan, const struct h5targets *targets, struct h5value *value) {
  char dtype[96];
  size_t count = targets->count, width = count ? (size_t)value->nbytes / count : 4, size = width + sizeof(int32_t);
  unsigned char *data = (unsigned char *)cshm__h5_plan_alloc(plan, count * size);
  snprintf(dtype, sizeof dtype, "[[\"dataset\",\"%s\"],[\"dimension\",\"<i4\"]]", value->dtype);
  const char *joined = cshm__h5_plan_copy(plan, dtype);
  if (!data || !joined) return false;
  for (size_t i = 0; i < count; i++) {
    memcpy(data + i * size, (const unsigned char *)value->data + i * width, width);
    for (unsigned byte = 0; byte < sizeof(int32_t); byte++)
      data[i * size + width + byte] = (unsigned char)((uint32_t)targets->dimensions[i] >> (8 * byte));
  }
  value->data = data;
  value->dtype = joined;
  value->nbytes = count * size;
  return true;
}

/* Makes one value. `reason` says why it cannot be made; empty otherwise. */
static cshm_status make_value(struct h5plan *plan, struct h5value *value, size_t *missing, struct h5reason *reason) {
  const struct h5targets *targets = value->targets;
  char **paths = list_paths(plan, targets, missing);
  reason->text[0] = '\0';
  if (!paths) return CSHM_ERR_NO_MEMORY;
  bool good = cshm__h5_text(plan, paths, targets->count, H5VALUE_MAX_ATTRIBUTE, value, reason);
  free(paths);
  if (good && targets->dimensions && !add_dimensions(plan, targets, value)) return CSHM_ERR_NO_MEMORY;
  value->targets = NULL;
  return CSHM_OK;
}

/* Makes the value of the attribute at *place, or takes it out. */
static cshm_status make_attribute(struct h5plan *plan, const struct h5node *node, struct h5attribute **place) {
  struct h5attribute *attribute = *place;
  const struct h5targets *targets = attribute->value.targets;
  struct h5reason reason;
  size_t missing = 0;
  cshm_status status = make_value(plan, &attribute->value, &missing, &reason);
  if (status != CSHM_OK) return status;
  if (reason.text[0] == '\0')
    return cshm__h5_reference_note(plan, node->path, attribute->name, missing, targets->count);
  *place = attribute->next;
  return cshm__h5_plan_skip(plan, node->path, attribute->name, reason.text);
}

static cshm_status make_attributes(struct h5plan *plan, struct h5node *node) {
  for (struct h5attribute **place = &node->attributes; *place;) {
    struct h5attribute *attribute = *place;
    cshm_status status = attribute->value.targets ? make_attribute(plan, node, place) : CSHM_OK;
    if (status != CSHM_OK) return status;
    if (*place == attribute) place = &attribute->next;
  }
  return CSHM_OK;
}

cshm_status cshm__h5_references(struct h5plan *plan) {
  cshm_status status = CSHM_OK;
  for (size_t i = 0; status == CSHM_OK && i < plan->node_count; i++)
    status = make_attributes(plan, &plan->nodes[i]);
  return status;
}

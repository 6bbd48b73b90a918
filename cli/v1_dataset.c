/* SPDX-License-Identifier: MIT */
#include "v1_dataset.h"

#include <string.h>

#define OWN_ATTRIBUTES "cute_shm."
#define VARIABLE_CHILDREN 2U /* offsets and values */

static bool take_group(const struct cli_tree *tree, const cshm_node *group, struct v1_dataset *dataset) {
  cshm_attribute shape = CSHM_ATTRIBUTE_INIT, kind = CSHM_ATTRIBUTE_INIT;
  cshm_array_view offsets = CSHM_ARRAY_VIEW_INIT, values = CSHM_ARRAY_VIEW_INIT;
  if (group->end != group->number + 1 + VARIABLE_CHILDREN ||
      cshm_attribute_find(tree->attachment, group->number, OWN_ATTRIBUTES "ragged", &kind, NULL) != CSHM_OK ||
      cshm_attribute_find(tree->attachment, group->number, OWN_ATTRIBUTES "shape", &shape, NULL) != CSHM_OK ||
      cshm_attachment_view(tree->attachment, group->number + 1, &offsets, NULL) != CSHM_OK ||
      cshm_attachment_view(tree->attachment, group->number + 2, &values, NULL) != CSHM_OK)
    return false;
  if (strcmp(shape.dtype, "<i8") != 0 || shape.ndim != 1) return false;
  dataset->path = group->path;
  dataset->dtype = "object";
  dataset->is_variable = true;
  dataset->ndim = (uint32_t)shape.shape[0];
  dataset->shape = (const int64_t *)shape.data;
  dataset->nbytes = offsets.nbytes + values.nbytes;
  return true;
}

static bool take_array(const cshm_array_view *view, struct v1_dataset *dataset) {
  dataset->path = view->path;
  dataset->dtype = view->dtype;
  dataset->is_variable = false;
  dataset->ndim = view->ndim;
  dataset->shape = view->shape;
  dataset->nbytes = view->nbytes;
  return true;
}

static bool take_node(const struct cli_tree *tree, uint32_t number, struct v1_dataset *dataset) {
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  cshm_node node = CSHM_NODE_INIT;
  dataset->node = number;
  if (cshm_attachment_view(tree->attachment, number, &view, NULL) == CSHM_OK) return take_array(&view, dataset);
  return cshm_node_at(tree->attachment, number, &node, NULL) == CSHM_OK && take_group(tree, &node, dataset);
}

bool v1_dataset_next(const struct cli_tree *tree, uint32_t *number, struct v1_dataset *dataset) {
  for (; *number < tree->info.node_count; (*number)++) {
    if (!take_node(tree, *number, dataset)) continue;
    *number += 1 + (dataset->is_variable ? VARIABLE_CHILDREN : 0);
    return true;
  }
  return false;
}

uint32_t v1_dataset_count(const struct cli_tree *tree) {
  struct v1_dataset dataset;
  uint32_t count = tree->info.array_count, number = 0;
  while (v1_dataset_next(tree, &number, &dataset)) /* of two arrays one is left; those of a second path do not count */
    if (dataset.is_variable && tree->first[dataset.node + 1] == dataset.node + 1) count--;
  return count;
}

bool v1_dataset_shows(const char *attribute) { return strncmp(attribute, OWN_ATTRIBUTES, strlen(OWN_ATTRIBUTES)) != 0; }

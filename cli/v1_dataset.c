/* SPDX-License-Identifier: MIT */
#include "v1_dataset.h"

#include "cli_ragged.h"

static bool take_group(const struct cli_tree *tree, const cshm_node *group, struct v1_dataset *dataset) {
  struct cli_ragged ragged;
  if (!cli_ragged_take(tree->attachment, group, &ragged)) return false;
  dataset->path = group->path;
  dataset->dtype = "object";
  dataset->part = ragged.part;
  dataset->ndim = (uint32_t)ragged.shape.shape[0];
  dataset->shape = (const int64_t *)ragged.shape.data;
  dataset->nbytes = ragged.nbytes;
  return true;
}

static bool take_array(const cshm_array_view *view, struct v1_dataset *dataset) {
  dataset->path = view->path;
  dataset->dtype = view->dtype;
  dataset->part = 0;
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
    *number = dataset->part > 0 ? dataset->part + 2 : *number + 1;
    return true;
  }
  return false;
}

uint32_t v1_dataset_count(const struct cli_tree *tree) {
  struct v1_dataset dataset;
  uint32_t count = tree->info.array_count, number = 0;
  while (v1_dataset_next(tree, &number, &dataset)) /* of two arrays one is left; those of a second path do not count */
    if (dataset.part > 0 && tree->first[dataset.part] == dataset.part) count--;
  return count;
}

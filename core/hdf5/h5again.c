/* SPDX-License-Identifier: MIT */
#include "h5again.h"

#include "h5link.h"
#include "h5select.h"

#include <string.h>

bool cshm__h5_again_lies_in(const struct h5plan *plan, size_t node, uint64_t address) {
  while (node != 0) {
    node = plan->nodes[node].parent;
    if (plan->nodes[node].address == address) return true;
  }
  return false;
}

/* Puts a link of a group that was met before into the group `into`, which is the same one by another path. */
static cshm_status copy_link(struct h5plan *plan, size_t into, size_t link) {
  const char *name = strrchr(plan->nodes[link].path, '/');
  name = name ? name + 1 : plan->nodes[link].path;
  char *path = cshm__h5_plan_join(plan, plan->nodes[into].path, name);
  size_t node;
  if (!path) return CSHM_ERR_NO_MEMORY;
  cshm_status status = cshm__h5_plan_node(plan, path, plan->nodes[link].address, &node);
  if (status) return status;
  const struct h5node *original = &plan->nodes[link];
  plan->nodes[node].parent = into;
  plan->nodes[node].target_path = original->target_path;
  plan->nodes[node].target_file = original->target_file;
  plan->nodes[node].leads_back = original->leads_back;
  bool soft = original->target_path && (!original->target_file || plan->outside != CSHM_HDF5_OUTSIDE_DATA);
  if (soft) plan->nodes[node].kind = H5KIND_SOFT;
  if (cshm__h5_select_excludes(plan, node)) return CSHM_OK;
  struct h5reason reason;
  bool known = soft || original->address != H5PLAN_NO_ADDRESS;
  if (known && cshm__h5_link_name(path, name, &reason)) return CSHM_OK;
  if (!known) cshm__h5_reason(&reason, "it is '%s' again, which was skipped", original->path);
  return cshm__h5_plan_drop(plan, node, reason.text);
}

static cshm_status copy_attribute(struct h5plan *plan, size_t node, const struct h5attribute *attribute) {
  cshm_status status = cshm__h5_plan_attribute(plan, node, attribute->name, &attribute->value);
  if (status || !attribute->later) return status;
  struct h5attribute *copy = plan->nodes[node].attributes;
  while (copy->next)
    copy = copy->next;
  copy->later = plan->nodes[node].has_later = true;
  return CSHM_OK;
}

cshm_status cshm__h5_again(struct h5plan *plan, size_t node, size_t first) {
  const struct h5node original = plan->nodes[first];
  cshm_status status = CSHM_OK;
  plan->nodes[node].kind = H5KIND_GROUP;
  plan->nodes[node].address = original.address;
  plan->nodes[node].first_child = plan->node_count;
  plan->nodes[node].child_count = original.child_count;
  for (struct h5attribute *attribute = original.attributes; status == CSHM_OK && attribute; attribute = attribute->next)
    status = copy_attribute(plan, node, attribute);
  for (size_t i = 0; status == CSHM_OK && i < original.child_count; i++)
    status = copy_link(plan, node, original.first_child + i);
  return status;
}

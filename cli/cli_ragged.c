/* SPDX-License-Identifier: MIT */
#include "cli_ragged.h"

#include <stdio.h>
#include <string.h>

#define KIND "cute_shm.ragged"
#define SHAPE "cute_shm.shape"

bool cli_ragged_has(const char *attribute) { return strcmp(attribute, KIND) == 0 || strcmp(attribute, SHAPE) == 0; }

/* The text of an attribute that is one string of ASCII. */
static bool take_text(const cshm_attribute *attribute, char *text, size_t size) {
  size_t step = strncmp(attribute->dtype, "<U", 2) == 0 ? 4 : strncmp(attribute->dtype, "|S", 2) == 0 ? 1 : 0;
  size_t length = step == 0 ? 0 : (size_t)attribute->nbytes / step;
  if (attribute->ndim != 0 || length == 0 || length >= size) return false;
  for (size_t i = 0; i < length; i++)
    text[i] = ((const char *)attribute->data)[i * step];
  text[length] = '\0';
  return true;
}

/* One of its two arrays, which are all that is in it. */
static bool take_part(cshm_attachment attachment, const cshm_node *group, uint32_t number, const char *name,
                      cshm_array_view *view) {
  cshm_node node = CSHM_NODE_INIT;
  return group->end == group->number + 3 && cshm_node_at(attachment, number, &node, NULL) == CSHM_OK &&
         node.kind == CSHM_ARRAY && strcmp(node.name, name) == 0 &&
         cshm_attachment_view(attachment, number, view, NULL) == CSHM_OK;
}

bool cli_ragged_take(cshm_attachment attachment, const cshm_node *group, struct cli_ragged *ragged) {
  cshm_attribute kind = CSHM_ATTRIBUTE_INIT;
  cshm_array_view offsets = CSHM_ARRAY_VIEW_INIT, values = CSHM_ARRAY_VIEW_INIT;
  ragged->shape = (cshm_attribute)CSHM_ATTRIBUTE_INIT;
  ragged->part = group->number + 1;
  if (group->kind != CSHM_GROUP || group->attribute_count < 2 ||
      cshm_attribute_find(attachment, group->number, KIND, &kind, NULL) != CSHM_OK ||
      cshm_attribute_find(attachment, group->number, SHAPE, &ragged->shape, NULL) != CSHM_OK ||
      !take_text(&kind, ragged->text, sizeof ragged->text) || strcmp(ragged->shape.dtype, "<i8") != 0 ||
      ragged->shape.ndim != 1 || ragged->shape.shape[0] > CSHM_MAX_NDIM ||
      !take_part(attachment, group, ragged->part, "offsets", &offsets) ||
      !take_part(attachment, group, ragged->part + 1, "values", &values))
    return false;
  if (strcmp(ragged->text, "sequence") == 0) snprintf(ragged->text, sizeof ragged->text, "%.50s...", values.dtype);
  ragged->nbytes = offsets.nbytes + values.nbytes;
  return true;
}

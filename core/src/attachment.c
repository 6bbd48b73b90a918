/* SPDX-License-Identifier: MIT */
#include "attachment.h"

#include "error.h"
#include "handle.h"

#include <string.h>

static void destroy_attachment(void *object, uint64_t extra) {
  (void)extra;
  cshm__mapping_release(object);
}

cshm_status cshm__attachment_new(struct mapping *mapping, cshm_attachment *attachment, cshm_error *err) {
  return cshm__handle_new(HANDLE_ATTACHMENT, (struct handle_target){mapping, 0, destroy_attachment}, &attachment->id,
                          err);
}

void cshm__attachment_describe(const struct mapping *mapping, cshm_attachment_info *info) {
  const struct index *index = &mapping->index;
  info->mode = mapping->mode;
  info->project = index->header->project;
  info->sealed = mapping->sealed.segment >= 0;
  info->root = info->sealed ? "" : index->header->root;
  info->segment = mapping->segment;
  info->generation = index->header->generation;
  info->created_ns = index->header->created_ns;
  info->nbytes = index->header->segment_size;
  info->base = mapping->base;
  info->node_count = index->node_count;
  info->array_count = index->array_count;
  info->note_count = index->note_count;
  info->lifetime = info->sealed ? CSHM_LAST_USER : index->header->lifetime;
}

static cshm_status no_node(const struct index *index, uint32_t number, cshm_error *err) {
  return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "project \"%s\" has no node number %u, only %u nodes",
                    index->header->project, number, index->node_count);
}

cshm_status cshm__attachment_node(const struct mapping *mapping, uint32_t number, cshm_node *node, cshm_error *err) {
  const struct index *index = &mapping->index;
  if (number >= index->node_count) return no_node(index, number, err);
  const struct format_node *from = &index->nodes[number];
  node->kind = from->kind;
  node->path = index->strings + from->path;
  node->name = node->path + from->name_start;
  node->number = number;
  node->parent = from->parent;
  node->end = from->end;
  node->attribute_count = from->attribute_count;
  return CSHM_OK;
}

/* Names the longest part of the path that is there, and the name after it that is not. */
static cshm_status no_path(const struct index *index, const char *path, cshm_error *err) {
  char part[CSHM_MAX_PATH + 1];
  if (path[0] == '/') path++;
  size_t length = strlen(path);
  uint32_t found = FORMAT_NONE;
  if (length > CSHM_MAX_PATH)
    return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "project \"%s\" has no path of %zu bytes", index->header->project,
                      length);
  memcpy(part, path, length + 1);
  while (found == FORMAT_NONE) {
    char *slash = strrchr(part, '/');
    *(slash ? slash : part) = '\0';
    /* The root is there, whatever a damaged table of paths says. */
    found = part[0] == '\0' ? 0 : cshm__index_find(index, part);
  }
  const char *name = path + strlen(part) + (part[0] != '\0');
  if (index->nodes[found].kind == CSHM_ARRAY)
    return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "project \"%s\" has no \"%s\": \"%s\" is an array, not a group",
                      index->header->project, path, part);
  return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "project \"%s\" has no \"%s\": no \"%.*s\" in %s%s%s",
                    index->header->project, path, (int)strcspn(name, "/"), name, part[0] ? "group \"" : "its root",
                    part, part[0] ? "\"" : "");
}

cshm_status cshm__attachment_find(const struct mapping *mapping, const char *path, uint32_t *number, cshm_error *err) {
  uint32_t found = cshm__index_find(&mapping->index, path);
  if (found == FORMAT_NONE) return no_path(&mapping->index, path, err);
  *number = found;
  return CSHM_OK;
}

static void attribute_at(const struct index *index, uint32_t number, cshm_attribute *attribute) {
  const struct format_attribute *from = &index->attributes[number];
  attribute->ndim = from->ndim;
  attribute->name = index->strings + from->name;
  attribute->dtype = index->strings + index->dtypes[from->dtype].text;
  attribute->shape = index->extents + from->extents;
  attribute->data = index->blobs + from->value;
  attribute->nbytes = from->nbytes;
}

cshm_status cshm__attachment_attribute(const struct mapping *mapping, uint32_t node, uint32_t index,
                                       cshm_attribute *attribute, cshm_error *err) {
  const struct index *x = &mapping->index;
  if (node >= x->node_count) return no_node(x, node, err);
  if (index >= x->nodes[node].attribute_count)
    return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0,
                      "\"%s\" of project \"%s\" has no attribute number %u, only %u attributes",
                      x->strings + x->nodes[node].path, x->header->project, index, x->nodes[node].attribute_count);
  attribute_at(x, x->nodes[node].attribute_first + index, attribute);
  return CSHM_OK;
}

cshm_status cshm__attachment_attribute_named(const struct mapping *mapping, uint32_t node, const char *name,
                                             cshm_attribute *attribute, cshm_error *err) {
  const struct index *x = &mapping->index;
  if (node >= x->node_count) return no_node(x, node, err);
  const struct format_node *owner = &x->nodes[node];
  for (uint32_t i = 0; i < owner->attribute_count; i++)
    if (strcmp(x->strings + x->attributes[owner->attribute_first + i].name, name) == 0) {
      attribute_at(x, owner->attribute_first + i, attribute);
      return CSHM_OK;
    }
  return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "\"%s\" of project \"%s\" has no attribute \"%s\"",
                    x->strings + owner->path, x->header->project, name);
}

cshm_status cshm__attachment_note(const struct mapping *mapping, uint32_t index, cshm_note *note, cshm_error *err) {
  const struct index *x = &mapping->index;
  if (index >= x->note_count)
    return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "project \"%s\" has no note number %u, only %u notes",
                      x->header->project, index, x->note_count);
  note->kind = x->notes[index].kind;
  note->key = x->strings + x->notes[index].key;
  note->text = x->strings + x->notes[index].text;
  return CSHM_OK;
}

cshm_status cshm__attachment_array(const struct mapping *mapping, uint32_t node, cshm_array_view *view,
                                   cshm_error *err) {
  const struct index *x = &mapping->index;
  if (node >= x->node_count) return no_node(x, node, err);
  const char *path = x->strings + x->nodes[node].path;
  if (x->nodes[node].kind != CSHM_ARRAY)
    return cshm__fail(err, CSHM_ERR_BAD_TYPE, 0, "\"%s\" of project \"%s\" is a group, not an array", path,
                      x->header->project);
  const struct format_array *array = &x->arrays[x->nodes[node].array];
  const struct format_dtype *dtype = &x->dtypes[array->dtype];
  view->ndim = array->ndim;
  view->data = (unsigned char *)mapping->base + array->offset;
  view->nbytes = array->nbytes;
  view->itemsize = dtype->itemsize;
  view->offset = array->offset;
  view->shape = x->extents + array->extents;
  view->strides = view->shape + array->ndim;
  view->dtype = x->strings + dtype->text;
  view->path = path;
  view->node = node;
  view->order = array->order;
  view->writable = mapping->mode != CSHM_READ_ONLY;
  view->byteswapped = dtype->swapped;
  return CSHM_OK;
}

/* SPDX-License-Identifier: MIT */
#include "manifest_attribute.h"

#include "dtype.h"
#include "error.h"
#include "manifest_dtype.h"
#include "manifest_infer.h"
#include "manifest_keys.h"
#include "manifest_value_read.h"

#include <stdlib.h>
#include <string.h>

/* An attribute's parts, as nodes of the document and as what they say. */
struct attribute {
  uint32_t node;
  uint32_t value; /* DOCUMENT_NONE: left out */
  const char *dtype;
  uint32_t ndim;
  int64_t shape[CSHM_MAX_NDIM];
  uint64_t nbytes;
};

cshm_status cshm__manifest_count_value(struct attribute_reader *reader, uint32_t node, uint64_t nbytes,
                                       cshm_error *err) {
  if (nbytes > MANIFEST_MAX_VALUES - reader->nbytes)
    return cshm__document_fail(reader->document, node, CSHM_ERR_LIMIT, "values of at most 64 MiB in all", err);
  reader->nbytes += nbytes;
  return CSHM_OK;
}

/* A shape by hand may be left out where the value tells it: not of fields, which are lists themselves. */
static cshm_status take_shape(const struct attribute_reader *reader, struct attribute *attribute,
                              const cshm_dtype *parts, uint32_t *node, cshm_error *err) {
  *node = cshm__document_find(reader->document, attribute->node, "shape");
  bool left_out = *node == DOCUMENT_NONE && reader->by_hand && parts->field_count == 0;
  cshm_status status = CSHM_OK;
  if (left_out) {
    status = cshm__keys_need(reader->document, attribute->node, "value", node, err);
    if (!status) status = cshm__manifest_infer_shape(reader->document, *node, &attribute->ndim, attribute->shape, err);
    if (parts->kind == 'c' && attribute->ndim > 0) attribute->ndim--; /* the last lists are complex numbers */
    return status;
  }
  status = cshm__keys_need(reader->document, attribute->node, "shape", node, err);
  return status ? status : cshm__keys_shape(reader->document, *node, &attribute->ndim, attribute->shape, err);
}

/* {dtype: ..., shape: ..., value: ...} */
static cshm_status take_full(struct attribute_reader *reader, struct attribute *attribute, cshm_error *err) {
  const struct document *document = reader->document;
  uint32_t dtype = 0, shape = 0;
  cshm_dtype parts = CSHM_DTYPE_INIT;
  cshm_status status = CSHM_OK;
  if (reader->by_hand) status = cshm__keys_known(document, attribute->node, "an attribute", "dtype, shape, value", err);
  if (!status) status = cshm__keys_need(document, attribute->node, "dtype", &dtype, err);
  if (!status) status = cshm__manifest_dtype(document, dtype, reader->by_hand, &reader->dtype, &parts, err);
  if (!status) status = take_shape(reader, attribute, &parts, &shape, err);
  if (status) return status;
  attribute->dtype = reader->dtype.data;
  attribute->value = cshm__document_find(document, attribute->node, "value");
  status = cshm__shape_nbytes(attribute->ndim, attribute->shape, parts.itemsize, &attribute->nbytes, err);
  return status ? cshm__keys_about(document, shape, status, err) : CSHM_OK;
}

/* A value that says by itself what it is. */
static cshm_status take_plain(struct attribute_reader *reader, struct attribute *attribute, cshm_error *err) {
  struct inferred inferred;
  cshm_status status = cshm__manifest_infer(reader->document, attribute->node, &inferred, err);
  if (status) return status;
  reader->dtype.length = 0;
  cshm__text_add(&reader->dtype, inferred.dtype, strlen(inferred.dtype) + 1);
  if (reader->dtype.failed) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for a dtype");
  attribute->dtype = reader->dtype.data;
  attribute->value = attribute->node;
  attribute->ndim = inferred.ndim;
  memcpy(attribute->shape, inferred.shape, sizeof inferred.shape);
  status = cshm__shape_nbytes(inferred.ndim, inferred.shape, inferred.itemsize, &attribute->nbytes, err);
  return status ? cshm__keys_about(reader->document, attribute->node, status, err) : CSHM_OK;
}

static cshm_status read_value(const struct attribute_reader *reader, const struct attribute *attribute,
                              unsigned char *data, cshm_error *err) {
  return cshm__manifest_value_read(reader->document, attribute->value, attribute->dtype, strlen(attribute->dtype),
                                   attribute->ndim, attribute->shape, data, attribute->nbytes, err);
}

static cshm_status keep(const struct attribute_reader *reader, const struct attribute *attribute, const char *path,
                        cshm_error *err) {
  const struct document_node *node = cshm__document_node(reader->document, attribute->node);
  const char *name = cshm__document_string(reader->document, node->key);
  struct tree_value value = {attribute->dtype, attribute->ndim, attribute->shape, NULL, attribute->nbytes};
  unsigned char *data = malloc((size_t)attribute->nbytes + 1);
  if (!data)
    return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for %llu bytes of attribute \"%.300s\"",
                      (unsigned long long)attribute->nbytes, name);
  value.data = data;
  cshm_status status = read_value(reader, attribute, data, err);
  if (!status) {
    status = cshm__tree_attribute(reader->tree, path, name, &value, err);
    if (status) status = cshm__keys_about(reader->document, attribute->node, status, err);
  }
  free(data);
  return status;
}

/* Large values may be left out of a manifest, as the segment has them; then it is none to make another project from. */
static cshm_status take_value(struct attribute_reader *reader, const struct attribute *attribute, const char *path,
                              cshm_error *err) {
  uint32_t value = attribute->value;
  bool wanted = reader->by_hand || reader->tree;
  if (value == DOCUMENT_NONE && !wanted) return CSHM_OK;
  cshm_status status = CSHM_OK;
  if (value == DOCUMENT_NONE) status = cshm__keys_need(reader->document, attribute->node, "value", &value, err);
  if (!status) status = cshm__manifest_count_value(reader, value, attribute->nbytes, err);
  if (status) return status;
  return reader->tree ? keep(reader, attribute, path, err) : read_value(reader, attribute, NULL, err);
}

static cshm_status take_attribute(struct attribute_reader *reader, uint32_t number, const char *path, cshm_error *err) {
  const struct document_node *node = cshm__document_node(reader->document, number);
  struct attribute attribute = {.node = number};
  if (node->key_length > CSHM_MAX_PATH)
    return cshm__document_fail(reader->document, number, CSHM_ERR_BAD_NAME, "a name of at most 65535 bytes", err);
  if (!reader->by_hand) {
    cshm_status status =
        cshm__keys_kind(reader->document, number, DOCUMENT_MAP, "an attribute: a map with dtype and shape", err);
    if (status) return status;
  }
  cshm_status status =
      node->kind == DOCUMENT_MAP ? take_full(reader, &attribute, err) : take_plain(reader, &attribute, err);
  return status ? status : take_value(reader, &attribute, path, err);
}

cshm_status cshm__manifest_attributes(struct attribute_reader *reader, uint32_t map, const char *path,
                                      cshm_error *err) {
  cshm_status status = cshm__keys_kind(reader->document, map, DOCUMENT_MAP, "attributes: a map of their names", err);
  uint32_t child = status ? DOCUMENT_NONE : cshm__document_node(reader->document, map)->first;
  while (child != DOCUMENT_NONE && !status) {
    status = take_attribute(reader, child, path, err);
    child = cshm__document_node(reader->document, child)->next;
  }
  return status;
}

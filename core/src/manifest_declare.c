/* SPDX-License-Identifier: MIT */
#include "manifest_declare.h"

#include "dtype.h"
#include "manifest_attribute.h"
#include "manifest_dtype.h"
#include "manifest_keys.h"
#include "manifest_value_read.h"

#include <stdlib.h>
#include <string.h>

struct declarer {
  const struct document *document;
  bool is_layout;
  struct tree *tree;
  struct manifest_fills *fills; /* or NULL */
  struct attribute_reader attributes;
  struct pool listed; /* a byte for each node of the tree: whether a group is told of itself already */
  cshm_error *err;
};

/* An item of `groups` or `arrays`. */
typedef cshm_status (*take_item)(struct declarer *declarer, uint32_t item);

void cshm__manifest_fills_free(struct manifest_fills *fills) {
  cshm__pool_free(&fills->records.pool);
  cshm__pool_free(&fills->bytes);
  fills->records.count = 0;
}

bool cshm__manifest_is_layout(const struct document *document) {
  return cshm__document_find(document, 0, LAYOUT_KEY) != DOCUMENT_NONE;
}

static uint32_t find(const struct declarer *declarer, uint32_t map, const char *key) {
  return cshm__document_find(declarer->document, map, key);
}

static cshm_status about(const struct declarer *declarer, uint32_t node, cshm_status status) {
  return status ? cshm__keys_about(declarer->document, node, status, declarer->err) : CSHM_OK;
}

static cshm_status known_keys(const struct declarer *declarer, uint32_t map, const char *what, const char *names) {
  return declarer->is_layout ? cshm__keys_known(declarer->document, map, what, names, declarer->err) : CSHM_OK;
}

/* The path of an item. */
static cshm_status take_path(const struct declarer *declarer, uint32_t item, uint32_t *node, struct keys_text *path) {
  cshm_status status = cshm__keys_need(declarer->document, item, "path", node, declarer->err);
  if (status) return status;
  return cshm__keys_text(declarer->document, *node, "a path: names with '/' between them", path, declarer->err);
}

static cshm_status take_attributes(struct declarer *declarer, uint32_t item, const char *path) {
  uint32_t map = find(declarer, item, "attributes");
  if (map == DOCUMENT_NONE) return CSHM_OK;
  return cshm__manifest_attributes(&declarer->attributes, map, path, declarer->err);
}

/* ---- groups ---- */

/* A group is told of once: so no attribute comes twice. */
static cshm_status list_once(struct declarer *declarer, uint32_t node, const char *path) {
  uint32_t group = cshm__tree_find(declarer->tree, path), place;
  if (group >= declarer->listed.size) {
    size_t missing = group + 1 - declarer->listed.size;
    cshm_status status = cshm__pool_add(&declarer->listed, NULL, missing, 1, &place, declarer->err);
    if (status) return status;
  }
  if (declarer->listed.data[group])
    return cshm__document_fail(declarer->document, node, CSHM_ERR_CORRUPT, "every group once", declarer->err);
  declarer->listed.data[group] = 1;
  return CSHM_OK;
}

static cshm_status take_group(struct declarer *declarer, uint32_t item) {
  struct keys_text path;
  uint32_t node;
  cshm_status status = known_keys(declarer, item, "a group", "path, attributes");
  if (!status) status = take_path(declarer, item, &node, &path);
  if (status) return status;
  status = about(declarer, node, cshm__tree_group(declarer->tree, path.data, declarer->err));
  if (!status) status = list_once(declarer, node, path.data);
  return status ? status : take_attributes(declarer, item, path.data);
}

/* ---- arrays ---- */

static cshm_status take_order(const struct declarer *declarer, uint32_t item, uint32_t *order) {
  struct keys_text text;
  uint32_t node = find(declarer, item, "order");
  cshm_status status = CSHM_OK;
  *order = CSHM_ORDER_C;
  if (node == DOCUMENT_NONE && declarer->is_layout) return CSHM_OK;
  if (node == DOCUMENT_NONE) status = cshm__keys_need(declarer->document, item, "order", &node, declarer->err);
  if (!status) status = cshm__keys_text(declarer->document, node, "an order: C or F", &text, declarer->err);
  if (status || strcmp(text.data, "C") == 0) return status;
  *order = CSHM_ORDER_FORTRAN;
  if (strcmp(text.data, "F") == 0) return CSHM_OK;
  return cshm__document_fail(declarer->document, node, CSHM_ERR_CORRUPT, "an order: C or F", declarer->err);
}

static bool is_zero(const unsigned char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++)
    if (bytes[i] != 0) return false;
  return true;
}

static cshm_status keep_fill(struct declarer *declarer, uint32_t node, const char *dtype, struct manifest_fill *fill) {
  struct manifest_fills *fills = declarer->fills;
  size_t before = fills->bytes.size;
  uint32_t place;
  cshm_status status = cshm__pool_add(&fills->bytes, NULL, fill->nbytes, 1, &fill->bytes, declarer->err);
  if (status) return status;
  unsigned char *bytes = fills->bytes.data + fill->bytes;
  status = cshm__manifest_value_read(declarer->document, node, dtype, strlen(dtype), 0, NULL, bytes, fill->nbytes,
                                     declarer->err);
  if (!status && !is_zero(bytes, fill->nbytes)) {
    status = cshm__pool_add(&fills->records.pool, fill, sizeof *fill, 1, &place, declarer->err);
    if (!status) fills->records.count++;
    return status;
  }
  fills->bytes.size = before;
  return status;
}

static cshm_status take_fill(struct declarer *declarer, uint32_t item, uint32_t array, const char *dtype,
                             uint64_t itemsize) {
  struct manifest_fill fill = {.array = array, .nbytes = (uint32_t)itemsize};
  uint32_t node = declarer->is_layout ? find(declarer, item, "fill") : DOCUMENT_NONE;
  if (node == DOCUMENT_NONE) return CSHM_OK;
  cshm_status status = cshm__manifest_count_value(&declarer->attributes, node, itemsize, declarer->err);
  if (status) return status;
  if (declarer->fills) return keep_fill(declarer, node, dtype, &fill);
  return cshm__manifest_value_read(declarer->document, node, dtype, strlen(dtype), 0, NULL, NULL, itemsize,
                                   declarer->err);
}

/* Dtype and shape; the dtype's text is good until the next one is read. */
static cshm_status take_type(struct declarer *declarer, uint32_t item, uint64_t *itemsize, uint32_t *ndim,
                             int64_t *shape) {
  const struct document *document = declarer->document;
  struct text *text = &declarer->attributes.dtype;
  uint32_t dtype_node = 0, shape_node = 0;
  uint64_t nbytes;
  cshm_dtype parts = CSHM_DTYPE_INIT;
  cshm_status status = cshm__keys_need(document, item, "dtype", &dtype_node, declarer->err);
  if (!status) status = cshm__keys_need(document, item, "shape", &shape_node, declarer->err);
  if (!status) status = cshm__manifest_dtype(document, dtype_node, declarer->is_layout, text, &parts, declarer->err);
  if (!status) status = cshm__keys_shape(document, shape_node, ndim, shape, declarer->err);
  if (status) return status;
  *itemsize = parts.itemsize;
  return about(declarer, shape_node, cshm__shape_nbytes(*ndim, shape, *itemsize, &nbytes, declarer->err));
}

static cshm_status take_array(struct declarer *declarer, uint32_t item) {
  struct keys_text path;
  uint32_t node, ndim, order, array;
  uint64_t itemsize = 0;
  int64_t shape[CSHM_MAX_NDIM];
  if (find(declarer, item, "alias") != DOCUMENT_NONE) return CSHM_OK; /* later, when its array is there */
  cshm_status status = known_keys(declarer, item, "an array", "path, dtype, shape, order, fill, attributes, alias");
  if (!status) status = take_path(declarer, item, &node, &path);
  if (!status) status = take_order(declarer, item, &order);
  if (!status) status = take_type(declarer, item, &itemsize, &ndim, shape);
  if (status) return status;
  const char *dtype = declarer->attributes.dtype.data;
  status = cshm__tree_array(declarer->tree, path.data, dtype, ndim, shape, order, &array, declarer->err);
  status = about(declarer, node, status);
  if (!status) status = take_fill(declarer, item, array, dtype, itemsize);
  return status ? status : take_attributes(declarer, item, path.data);
}

static cshm_status take_alias(struct declarer *declarer, uint32_t item) {
  struct keys_text path, target;
  uint32_t node = 0, alias = find(declarer, item, "alias");
  if (alias == DOCUMENT_NONE) return CSHM_OK;
  cshm_status status = known_keys(declarer, item, "an alias", "path, alias");
  if (!status) status = take_path(declarer, item, &node, &path);
  if (!status) status = cshm__keys_text(declarer->document, alias, "the path of an array", &target, declarer->err);
  if (status) return status;
  uint32_t found = cshm__tree_find(declarer->tree, target.data);
  uint32_t array = found == FORMAT_NONE ? FORMAT_NONE : cshm__tree_node(declarer->tree, found)->array;
  if (array == FORMAT_NONE)
    return cshm__document_fail(declarer->document, alias, CSHM_ERR_CORRUPT, "the path of an array", declarer->err);
  return about(declarer, node, cshm__tree_alias(declarer->tree, path.data, array, declarer->err));
}

/* ---- the whole ---- */

static cshm_status each_item(struct declarer *declarer, const char *key, const char *wanted, take_item take) {
  const struct document *document = declarer->document;
  uint32_t list = find(declarer, 0, key);
  if (list == DOCUMENT_NONE) return CSHM_OK;
  cshm_status status = cshm__keys_kind(document, list, DOCUMENT_LIST, wanted, declarer->err);
  uint32_t item = cshm__document_node(document, list)->first;
  while (!status && item != DOCUMENT_NONE) {
    status = cshm__keys_kind(document, item, DOCUMENT_MAP, "a map with the key 'path'", declarer->err);
    if (!status) status = take(declarer, item);
    item = cshm__document_node(document, item)->next;
  }
  return status;
}

static cshm_status take_root(struct declarer *declarer) {
  uint32_t map = declarer->is_layout ? find(declarer, 0, "attributes") : DOCUMENT_NONE;
  if (map == DOCUMENT_NONE) return CSHM_OK;
  cshm_status status = list_once(declarer, map, "");
  return status ? status : take_attributes(declarer, 0, "");
}

static cshm_status check_version(const struct declarer *declarer) {
  uint32_t node = find(declarer, 0, LAYOUT_KEY);
  uint64_t version;
  cshm_status status = cshm__keys_number(declarer->document, node, "the layout's version: 1", &version, declarer->err);
  if (status || version == LAYOUT_VERSION) return status;
  return cshm__document_fail(declarer->document, node, version > LAYOUT_VERSION ? CSHM_ERR_VERSION : CSHM_ERR_CORRUPT,
                             "version 1 of a layout", declarer->err);
}

static cshm_status declare(struct declarer *declarer) {
  cshm_status status = CSHM_OK;
  if (declarer->is_layout) status = check_version(declarer);
  if (!status) status = known_keys(declarer, 0, "a layout", LAYOUT_KEY ", attributes, groups, arrays");
  if (!status) status = take_root(declarer);
  if (!status) status = each_item(declarer, "groups", "groups: a list of maps", take_group);
  if (!status) status = each_item(declarer, "arrays", "arrays: a list of maps", take_array);
  return status ? status : each_item(declarer, "arrays", "arrays: a list of maps", take_alias);
}

cshm_status cshm__manifest_declare(const struct document *document, struct tree *tree, struct manifest_fills *fills,
                                   cshm_error *err) {
  struct declarer declarer = {.document = document, .tree = tree, .fills = fills, .err = err};
  declarer.is_layout = cshm__manifest_is_layout(document);
  declarer.attributes.document = document;
  declarer.attributes.by_hand = declarer.is_layout;
  declarer.attributes.tree = fills ? tree : NULL;
  cshm_status status = declare(&declarer);
  free(declarer.attributes.dtype.data);
  cshm__pool_free(&declarer.listed);
  return status;
}

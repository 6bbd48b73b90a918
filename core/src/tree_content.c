/* SPDX-License-Identifier: MIT */
/* What hangs on a tree's nodes: arrays, attributes, notes. */
#include "dtype.h"
#include "error.h"
#include "hash.h"
#include "tree_private.h"
#include "utf8.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const struct format_dtype *dtype_at(const struct tree *tree, uint32_t number) {
  return (const struct format_dtype *)(const void *)tree->dtypes.pool.data + number;
}

static bool has_text(const struct tree *tree, uint32_t number, const char *text, size_t length) {
  const struct format_dtype *known = dtype_at(tree, number);
  return known->text_length == length && memcmp(tree->strings.data + known->text, text, length) == 0;
}

/* Neighbours share them: the last one comes first. */
static uint32_t find_dtype(const struct tree *tree, const char *text, size_t length) {
  uint32_t step = 0, number = tree->dtypes.count - 1; /* FORMAT_NONE, where there is none */
  if (number == FORMAT_NONE || has_text(tree, number, text, length)) return number;
  uint32_t hash = cshm__hash_path(text, length);
  do
    number = cshm__table_next(&tree->dtype_table, hash, &step);
  while (number != FORMAT_NONE && !has_text(tree, number, text, length));
  return number;
}

static cshm_status add_dtype(struct tree *tree, const char *text, size_t length, const cshm_dtype *parts, bool swapped,
                             uint32_t *number, cshm_error *err) {
  struct format_dtype record = {.itemsize = parts->itemsize,
                                .text_length = (uint32_t)length,
                                .kind = parts->kind,
                                .byte_order = parts->byte_order,
                                .swapped = swapped};
  cshm_status status = cshm__tree_string(tree, text, length, &record.text, err);
  if (!status) status = cshm__table_reserve(&tree->dtype_table, err);
  if (!status) status = cshm__tree_record(&tree->dtypes, &record, sizeof record, number, err);
  if (!status) cshm__table_add(&tree->dtype_table, cshm__hash_path(text, length), *number);
  return status;
}

/* The number of a dtype, kept once and in one spelling, so that programs in all languages see the same text. */
static cshm_status intern_dtype(struct tree *tree, const char *text, uint32_t *number, cshm_error *err) {
  size_t length = strlen(text);
  cshm_dtype parts = CSHM_DTYPE_INIT;
  bool swapped;
  *number = find_dtype(tree, text, length);
  if (*number != FORMAT_NONE) return CSHM_OK;
  cshm_status status = cshm__dtype_parse(text, length, &parts, &swapped, err);
  if (status) return status;
  char *canonical = malloc(length);
  if (!canonical) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for a dtype of %zu bytes", length);
  length = cshm__dtype_canonical(text, length, canonical);
  *number = find_dtype(tree, canonical, length);
  if (*number == FORMAT_NONE) status = add_dtype(tree, canonical, length, &parts, swapped, number, err);
  free(canonical);
  return status;
}

/* Where lengths and strides lie. Neighbours are often alike: they share them, which keeps a wide index small. */
static cshm_status add_extents(struct tree *tree, uint32_t ndim, const int64_t *shape, const int64_t *strides,
                               uint32_t *extents, cshm_error *err) {
  size_t size = ndim * sizeof *shape;
  uint32_t ignored;
  if (tree->arrays.count > 0) {
    const struct format_array *last =
        (const struct format_array *)(const void *)tree->arrays.pool.data + tree->arrays.count - 1;
    const unsigned char *known = tree->extents.data + (size_t)last->extents * sizeof *shape;
    *extents = last->extents;
    if (last->ndim == ndim &&
        (size == 0 || (memcmp(known, shape, size) == 0 && memcmp(known + size, strides, size) == 0)))
      return CSHM_OK;
  }
  cshm_status status = cshm__pool_add(&tree->extents, shape, size, 1, extents, err);
  if (status) return status;
  *extents /= (uint32_t)sizeof *shape;
  return cshm__pool_add(&tree->extents, strides, size, 1, &ignored, err);
}

cshm_status cshm__tree_array(struct tree *tree, const char *path, const char *dtype, uint32_t ndim,
                             const int64_t *shape, uint32_t order, uint32_t *array, cshm_error *err) {
  struct format_array record = {.ndim = ndim, .order = order};
  int64_t strides[CSHM_MAX_NDIM];
  if (order != CSHM_ORDER_C && order != CSHM_ORDER_FORTRAN)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "array \"%s\": order %u is neither C (0) nor Fortran (1)",
                      path, order);
  cshm_status status = intern_dtype(tree, dtype, &record.dtype, err);
  if (status) return cshm__fail_about(err, status, "array \"%.300s\"", path);
  uint64_t itemsize = dtype_at(tree, record.dtype)->itemsize;
  status = cshm__shape_nbytes(ndim, shape, itemsize, &record.nbytes, err);
  if (status) return cshm__fail_about(err, status, "array \"%.300s\"", path);
  if (record.nbytes > TREE_MAX_BYTES - tree->nbytes)
    return cshm__fail(err, CSHM_ERR_LIMIT, 0, "array \"%s\": all arrays together have more than 2^62 bytes", path);
  cshm__shape_strides(ndim, shape, itemsize, order, strides);
  status = add_extents(tree, ndim, shape, strides, &record.extents, err);
  if (status) return status;
  status = cshm__tree_leaf(tree, path, &record.node, err);
  if (status) return status;
  status = cshm__tree_record(&tree->arrays, &record, sizeof record, array, err);
  if (status) return status;
  cshm__tree_node(tree, record.node)->array = *array;
  tree->nbytes += record.nbytes;
  return CSHM_OK;
}

cshm_status cshm__tree_alias(struct tree *tree, const char *path, uint32_t array, cshm_error *err) {
  uint32_t node;
  if (array >= tree->arrays.count)
    return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "alias \"%s\": there is no array number %u, only %u arrays", path,
                      array, tree->arrays.count);
  cshm_status status = cshm__tree_leaf(tree, path, &node, err);
  if (status == CSHM_OK) cshm__tree_node(tree, node)->array = array;
  return status;
}

static const struct tree_attribute *attribute_at(const struct tree *tree, uint32_t number) {
  return (const struct tree_attribute *)(const void *)tree->attributes.pool.data + number;
}

static uint32_t attribute_hash(uint32_t node, const char *name, size_t length) {
  return cshm__hash_path(name, length) ^ node * 0x9E3779B1u;
}

static bool has_attribute(const struct tree *tree, uint32_t node, const char *name, size_t length) {
  const struct tree_table *table = &tree->attribute_table;
  uint32_t step = 0, hash = attribute_hash(node, name, length);
  for (uint32_t i = cshm__table_next(table, hash, &step); i != FORMAT_NONE; i = cshm__table_next(table, hash, &step)) {
    const struct format_attribute *known = &attribute_at(tree, i)->record;
    if (known->node == node && known->name_length == length &&
        memcmp(tree->strings.data + known->name, name, length) == 0)
      return true;
  }
  return false;
}

/* The node that owns the attributes of a path: an alias shares those of its array. */
static uint32_t attributes_of(const struct tree *tree, const char *path) {
  uint32_t number = cshm__tree_find(tree, path);
  if (number == FORMAT_NONE) return number;
  uint32_t array = cshm__tree_node(tree, number)->array;
  if (array == FORMAT_NONE) return number;
  return ((const struct format_array *)(const void *)tree->arrays.pool.data + array)->node;
}

static cshm_status check_attribute(const struct tree *tree, const char *path, uint32_t node, const char *name,
                                   cshm_error *err) {
  size_t length = strlen(name);
  if (node == FORMAT_NONE)
    return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "attribute \"%s\": no group or array \"%s\" was declared", name,
                      path);
  if (length > CSHM_MAX_PATH || !cshm__utf8_valid(name, length))
    return cshm__fail(err, CSHM_ERR_BAD_NAME, 0, "an attribute of \"%s\" has a name that is %s", path,
                      length > CSHM_MAX_PATH ? "longer than 65535 bytes" : "not UTF-8");
  if (has_attribute(tree, node, name, length))
    return cshm__fail(err, CSHM_ERR_EXISTS, 0, "\"%s\" has an attribute \"%s\" already", path, name);
  return CSHM_OK;
}

static cshm_status add_value(struct tree *tree, const struct tree_value *value, struct format_attribute *record,
                             cshm_error *err) {
  uint32_t blob;
  cshm_status status = intern_dtype(tree, value->dtype, &record->dtype, err);
  if (status) return status;
  status = cshm__shape_nbytes(value->ndim, value->shape, dtype_at(tree, record->dtype)->itemsize, &record->nbytes, err);
  if (status) return status;
  if (record->nbytes != value->nbytes)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "dtype and shape make %llu bytes, and %llu were given",
                      (unsigned long long)record->nbytes, (unsigned long long)value->nbytes);
  status = cshm__pool_add(&tree->extents, value->shape, value->ndim * sizeof *value->shape, 1, &record->extents, err);
  if (status) return status;
  record->extents /= (uint32_t)sizeof *value->shape;
  record->ndim = value->ndim;
  if (record->nbytes > UINT32_MAX) return cshm__fail(err, CSHM_ERR_LIMIT, 0, "an attribute is limited to 4 GiB");
  status = cshm__pool_add(&tree->blobs, value->data, (size_t)record->nbytes, FORMAT_BLOB_ALIGN, &blob, err);
  record->value = blob;
  return status;
}

cshm_status cshm__tree_attribute(struct tree *tree, const char *path, const char *name, const struct tree_value *value,
                                 cshm_error *err) {
  struct tree_attribute attribute = {.next = FORMAT_NONE};
  uint32_t number, node = attributes_of(tree, path);
  cshm_status status = check_attribute(tree, path, node, name, err);
  if (status) return status;
  attribute.record.node = node;
  attribute.record.name_length = (uint32_t)strlen(name);
  status = add_value(tree, value, &attribute.record, err);
  if (status) return cshm__fail_about(err, status, "attribute \"%.300s\" of \"%.300s\"", name, path);
  status = cshm__tree_string(tree, name, attribute.record.name_length, &attribute.record.name, err);
  if (status) return status;
  status = cshm__table_reserve(&tree->attribute_table, err);
  if (!status) status = cshm__tree_record(&tree->attributes, &attribute, sizeof attribute, &number, err);
  if (status) return status;
  cshm__table_add(&tree->attribute_table, attribute_hash(node, name, attribute.record.name_length), number);
  struct tree_node *owner = cshm__tree_node(tree, node);
  if (owner->last_attribute == FORMAT_NONE)
    owner->first_attribute = number;
  else
    ((struct tree_attribute *)(void *)tree->attributes.pool.data)[owner->last_attribute].next = number;
  owner->last_attribute = number;
  owner->attribute_count++;
  return CSHM_OK;
}

cshm_status cshm__tree_note(struct tree *tree, uint32_t kind, const char *key, const char *text, cshm_error *err) {
  struct format_note note = {.kind = kind, .key_length = (uint32_t)strlen(key), .text_length = (uint32_t)strlen(text)};
  uint32_t number;
  if (kind != CSHM_NOTE_ORIGIN && kind != CSHM_NOTE_SKIPPED)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "note \"%s\": kind %u is not known", key, kind);
  if (!cshm__utf8_valid(key, note.key_length) || !cshm__utf8_valid(text, note.text_length))
    return cshm__fail(err, CSHM_ERR_BAD_NAME, 0, "a note's key or text is not UTF-8");
  cshm_status status = cshm__tree_string(tree, key, note.key_length, &note.key, err);
  if (status) return status;
  status = cshm__tree_string(tree, text, note.text_length, &note.text, err);
  return status ? status : cshm__tree_record(&tree->notes, &note, sizeof note, &number, err);
}

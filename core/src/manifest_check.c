/* SPDX-License-Identifier: MIT */
#include "manifest_check.h"

#include "error.h"
#include "manifest_declare.h"
#include "manifest_head.h"
#include "manifest_keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- head ---- */

static cshm_status take_head_key(const struct document *document, const char *key, struct head_reader *reader,
                                 cshm_error *err) {
  uint32_t number = cshm__document_find(document, 0, key);
  char digits[TEXT_DIGITS_SIZE];
  const char *wanted = "a string or a whole number";
  struct keys_text text;
  if (number == DOCUMENT_NONE) return cshm__keys_need(document, 0, key, &number, err);
  cshm_status status = cshm__keys_text(document, number, wanted, &text, err);
  if (status) return status;
  const struct document_node *node = cshm__document_node(document, number);
  struct head_value value = {text.data, text.length, node->kind == DOCUMENT_INTEGER && !node->negative};
  bool counts = strcmp(key, "cute-shm") == 0 || strcmp(key, "bytes") == 0;
  if (value.is_number && counts) { /* it may be written as 0x2000 or 8_192 */
    value.text = cshm__text_digits(node->magnitude, digits);
    value.length = strlen(value.text);
  }
  status = cshm__head_take(reader, cshm__head_key(key, strlen(key)), &value, &wanted);
  return status ? cshm__document_fail(document, number, status, wanted, err) : CSHM_OK;
}

/* The version comes first, so that a newer one is told as such. */
static cshm_status check_head(const struct document *document, struct manifest_head *head, cshm_error *err) {
  struct head_reader reader = {.seen = 0};
  for (const char *key = cshm__head_missing(&reader); key; key = cshm__head_missing(&reader)) {
    cshm_status status = take_head_key(document, key, &reader, err);
    if (status) return status;
  }
  cshm_status status = CSHM_OK;
  if (cshm__document_find(document, 0, HEAD_OPTIONAL) != DOCUMENT_NONE)
    status = take_head_key(document, HEAD_OPTIONAL, &reader, err);
  *head = reader.head;
  return status;
}

/* ---- places of arrays in the segment ---- */

struct extent {
  uint64_t offset;
  uint64_t nbytes;
  uint32_t item; /* of the list of arrays */
};

struct places {
  const struct document *document;
  const struct tree *tree;
  uint64_t segment_size;
  struct extent *extents; /* of arrays that have bytes */
  uint32_t count;
  cshm_error *err;
};

static cshm_status fail(const struct places *places, uint32_t node, const char *wanted) {
  return cshm__document_fail(places->document, node, CSHM_ERR_CORRUPT, wanted, places->err);
}

static cshm_status take_extent(const struct places *places, uint32_t item, uint64_t nbytes, struct extent *extent) {
  uint32_t offset = 0, bytes = 0;
  char wanted[96];
  cshm_status status = cshm__keys_need(places->document, item, "offset", &offset, places->err);
  if (!status) status = cshm__keys_need(places->document, item, "bytes", &bytes, places->err);
  if (!status)
    status = cshm__keys_number(places->document, offset, "an offset: a whole number from 0 up", &extent->offset,
                               places->err);
  if (!status) status = cshm__keys_number(places->document, bytes, "a number of bytes", &extent->nbytes, places->err);
  if (status) return status;
  extent->item = item;
  if (extent->nbytes != nbytes) {
    snprintf(wanted, sizeof wanted, "%llu bytes, as dtype and shape make", (unsigned long long)nbytes);
    return fail(places, bytes, wanted);
  }
  if (extent->offset <= places->segment_size && nbytes <= places->segment_size - extent->offset) return CSHM_OK;
  snprintf(wanted, sizeof wanted, "an offset that leaves %llu bytes up to the segment's end, at %llu",
           (unsigned long long)nbytes, (unsigned long long)places->segment_size);
  return fail(places, offset, wanted);
}

/* The arrays of the tree are in the order of those of the list that are no aliases. */
static cshm_status take_extents(struct places *places, uint32_t list) {
  const struct format_array *arrays = (const struct format_array *)(const void *)places->tree->arrays.pool.data;
  uint32_t item = cshm__document_node(places->document, list)->first, array = 0;
  for (; item != DOCUMENT_NONE; item = cshm__document_node(places->document, item)->next) {
    struct extent *extent = &places->extents[places->count];
    if (cshm__document_find(places->document, item, "alias") != DOCUMENT_NONE) continue;
    cshm_status status = take_extent(places, item, arrays[array++].nbytes, extent);
    if (status) return status;
    if (extent->nbytes > 0) places->count++;
  }
  return CSHM_OK;
}

static int compare(const void *left, const void *right) {
  const struct extent *a = (const struct extent *)left, *b = (const struct extent *)right;
  if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
  return a->item < b->item ? -1 : 1;
}

static cshm_status fail_overlap(const struct places *places, const struct extent *a, const struct extent *b) {
  const struct document *document = places->document;
  const struct extent *first = a->item < b->item ? a : b, *second = a->item < b->item ? b : a;
  uint32_t offset = cshm__document_find(document, second->item, "offset");
  uint32_t path = cshm__document_find(document, first->item, "path");
  char wanted[256];
  snprintf(wanted, sizeof wanted, "an offset outside of the bytes of array '%.150s'",
           cshm__document_string(document, cshm__document_node(document, path)->text));
  return fail(places, offset, wanted);
}

/* In the order of the segment, where none overlaps those before it, the one just before it reaches furthest. */
static cshm_status check_overlap(struct places *places) {
  qsort(places->extents, places->count, sizeof *places->extents, compare);
  for (uint32_t i = 1; i < places->count; i++) {
    const struct extent *before = &places->extents[i - 1], *extent = &places->extents[i];
    if (extent->offset < before->offset + before->nbytes) return fail_overlap(places, before, extent);
  }
  return CSHM_OK;
}

static cshm_status check_places(const struct document *document, const struct tree *tree, uint64_t segment_size,
                                cshm_error *err) {
  struct places places = {.document = document, .tree = tree, .segment_size = segment_size, .err = err};
  uint32_t list;
  cshm_status status = cshm__keys_need(document, 0, "arrays", &list, err);
  if (status) return status;
  places.extents = calloc((size_t)tree->arrays.count + 1, sizeof *places.extents);
  if (!places.extents)
    return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for the places of %u arrays", tree->arrays.count);
  status = take_extents(&places, list);
  if (!status) status = check_overlap(&places);
  free(places.extents);
  return status;
}

/* ---- the whole ---- */

static cshm_status check(const struct document *document, struct tree *tree, cshm_error *err) {
  struct manifest_head head = {.generation = 0};
  bool is_layout = cshm__manifest_is_layout(document);
  if (!is_layout && cshm__document_find(document, 0, "cute-shm") == DOCUMENT_NONE)
    return cshm__document_fail(document, 0, CSHM_ERR_CORRUPT, "a map with the key 'cute-shm' or '" LAYOUT_KEY "'", err);
  cshm_status status = is_layout ? CSHM_OK : check_head(document, &head, err);
  if (!status) status = cshm__manifest_declare(document, tree, NULL, err);
  return status || is_layout ? status : check_places(document, tree, head.nbytes, err);
}

/* The builder's word for what comes twice is of no use for a text that is wrong. */
cshm_status cshm__manifest_check(const struct document *document, cshm_error *err) {
  struct tree tree;
  cshm_error said = CSHM_ERROR_INIT;
  cshm_status status = cshm__tree_init(&tree, &said);
  if (!status) status = check(document, &tree, &said);
  cshm__tree_free(&tree);
  if (status == CSHM_ERR_EXISTS) return cshm__fail(err, CSHM_ERR_CORRUPT, 0, "%s", said.message);
  return status ? cshm__fail_said(err, &said) : CSHM_OK;
}

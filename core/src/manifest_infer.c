/* SPDX-License-Identifier: MIT */
#include "manifest_infer.h"

#include <stdio.h>

#define WANTED_SIZE 96

/* What was seen of the single values. */
struct walk {
  const struct document *document;
  struct inferred *inferred;
  uint32_t kind; /* of the first one, an integer counted as a float; DOCUMENT_NULL: none yet */
  bool has_real;
  bool has_negative;
  uint32_t large;      /* a number above 2^63 - 1, or DOCUMENT_NONE */
  uint64_t characters; /* of the longest string, at least 1 */
  cshm_error *err;
};

static cshm_status fail(const struct walk *walk, uint32_t node, const char *wanted) {
  return cshm__document_fail(walk->document, node, CSHM_ERR_CORRUPT, wanted, walk->err);
}

static uint64_t count_characters(const char *text, size_t length) {
  uint64_t count = 0;
  for (size_t i = 0; i < length; i++)
    count += ((unsigned char)text[i] & 0xC0) != 0x80;
  return count;
}

static const char *kind_name(uint32_t kind) {
  return kind == DOCUMENT_BOOL ? "true or false" : kind == DOCUMENT_FLOAT ? "a number" : "a string";
}

static cshm_status take_kind(struct walk *walk, uint32_t number, uint32_t kind) {
  char wanted[WANTED_SIZE];
  if (walk->kind == DOCUMENT_NULL) walk->kind = kind;
  if (walk->kind == kind) return CSHM_OK;
  snprintf(wanted, sizeof wanted, "%s, as before it in this attribute", kind_name(walk->kind));
  return fail(walk, number, wanted);
}

static cshm_status take_single(struct walk *walk, uint32_t number) {
  const struct document_node *node = cshm__document_node(walk->document, number);
  switch (node->kind) {
  case DOCUMENT_BOOL:
    return take_kind(walk, number, DOCUMENT_BOOL);
  case DOCUMENT_FLOAT:
    walk->has_real = true;
    return take_kind(walk, number, DOCUMENT_FLOAT);
  case DOCUMENT_INTEGER:
    if (node->negative) walk->has_negative = true;
    if (node->magnitude > INT64_MAX && !node->negative) walk->large = number;
    return take_kind(walk, number, DOCUMENT_FLOAT);
  case DOCUMENT_STRING: {
    uint64_t count = count_characters(cshm__document_string(walk->document, node->text), node->text_length);
    if (count > walk->characters) walk->characters = count;
    return take_kind(walk, number, DOCUMENT_STRING);
  }
  default:
    return fail(walk, number, "a number, true or false, a string, or regular lists of one of these");
  }
}

static cshm_status walk_lists(struct walk *walk, uint32_t number, uint32_t depth) {
  const struct document_node *node = cshm__document_node(walk->document, number);
  const struct inferred *inferred = walk->inferred;
  if (depth == inferred->ndim) return take_single(walk, number);
  uint64_t count = (uint64_t)inferred->shape[depth];
  if (node->kind != DOCUMENT_LIST || node->count != count) {
    char wanted[WANTED_SIZE];
    snprintf(wanted, sizeof wanted, "a list of %llu, as the first one is", (unsigned long long)count);
    return fail(walk, number, wanted);
  }
  for (uint32_t child = node->first; child != DOCUMENT_NONE; child = cshm__document_node(walk->document, child)->next) {
    cshm_status status = walk_lists(walk, child, depth + 1);
    if (status) return status;
  }
  return CSHM_OK;
}

cshm_status cshm__manifest_infer_shape(const struct document *document, uint32_t node, uint32_t *ndim, int64_t *shape,
                                       cshm_error *err) {
  *ndim = 0;
  while (node != DOCUMENT_NONE && cshm__document_node(document, node)->kind == DOCUMENT_LIST) {
    if (*ndim == CSHM_MAX_NDIM)
      return cshm__document_fail(document, node, CSHM_ERR_CORRUPT, "at most 64 dimensions", err);
    shape[(*ndim)++] = cshm__document_node(document, node)->count;
    node = cshm__document_node(document, node)->first;
  }
  return CSHM_OK;
}

static cshm_status choose_dtype(const struct walk *walk) {
  struct inferred *inferred = walk->inferred;
  inferred->itemsize = 8;
  const char *dtype = walk->has_real || walk->kind == DOCUMENT_NULL ? "<f8"
                      : walk->large != DOCUMENT_NONE                ? "<u8"
                                                                    : "<i8";
  snprintf(inferred->dtype, sizeof inferred->dtype, "%s", dtype);
  if (walk->kind == DOCUMENT_BOOL) {
    snprintf(inferred->dtype, sizeof inferred->dtype, "|b1");
    inferred->itemsize = 1;
  }
  if (walk->kind == DOCUMENT_STRING) {
    snprintf(inferred->dtype, sizeof inferred->dtype, "<U%llu", (unsigned long long)walk->characters);
    inferred->itemsize = 4 * walk->characters;
  }
  bool torn = walk->large != DOCUMENT_NONE && walk->has_negative && !walk->has_real;
  return torn ? fail(walk, walk->large, "a number below 2^63, since others are negative") : CSHM_OK;
}

cshm_status cshm__manifest_infer(const struct document *document, uint32_t node, struct inferred *inferred,
                                 cshm_error *err) {
  struct walk walk = {.document = document,
                      .inferred = inferred,
                      .kind = DOCUMENT_NULL,
                      .large = DOCUMENT_NONE,
                      .characters = 1,
                      .err = err};
  cshm_status status = cshm__manifest_infer_shape(document, node, &inferred->ndim, inferred->shape, err);
  if (!status) status = walk_lists(&walk, node, 0);
  return status ? status : choose_dtype(&walk);
}

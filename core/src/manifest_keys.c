/* SPDX-License-Identifier: MIT */
#include "manifest_keys.h"

#include "error.h"

#include <stdio.h>
#include <string.h>

cshm_status cshm__keys_about(const struct document *document, uint32_t node, cshm_status status, cshm_error *err) {
  const struct document_node *at = cshm__document_node(document, node);
  return cshm__fail_about(err, status, "%s:%u:%u", document->name, (unsigned)at->line, (unsigned)at->column);
}

static cshm_status fail_at(const struct document *document, uint32_t number, const char *wanted, const char *found,
                           cshm_error *err) {
  const struct document_node *node = cshm__document_node(document, number);
  struct document_place place = {node->line, node->column};
  return cshm__document_fail_at(document, place, CSHM_ERR_CORRUPT, wanted, found, err);
}

/* ---- keys ---- */

/* The next of some names with ", " between them; its length is 0 past the last. */
static const char *next_name(const char **names, size_t *length) {
  const char *name = *names;
  *length = strcspn(name, ",");
  *names = name + *length + (name[*length] == ',' ? 2 : 0);
  return name;
}

/* One letter too much, too few, or another one, or two neighbours swapped. */
static bool is_near(const char *a, size_t a_length, const char *b, size_t b_length) {
  size_t shorter = a_length < b_length ? a_length : b_length, front = 0, back = 0;
  while (front < shorter && a[front] == b[front])
    front++;
  while (back < shorter - front && a[a_length - 1 - back] == b[b_length - 1 - back])
    back++;
  size_t left = a_length - front - back, right = b_length - front - back;
  bool swapped = left == 2 && right == 2 && a[front] == b[front + 1] && a[front + 1] == b[front];
  return (left <= 1 && right <= 1) || swapped;
}

static bool has_name(const char *names, const char *key, size_t key_length) {
  size_t length;
  for (const char *name = next_name(&names, &length); length > 0; name = next_name(&names, &length))
    if (length == key_length && memcmp(name, key, length) == 0) return true;
  return false;
}

static cshm_status fail_key(const struct document *document, uint32_t number, const char *what, const char *names,
                            cshm_error *err) {
  const struct document_node *node = cshm__document_node(document, number);
  const char *key = cshm__document_string(document, node->key), *rest = names;
  char wanted[256], quoted[DOCUMENT_FOUND_SIZE], found[DOCUMENT_FOUND_SIZE + 48];
  size_t length;
  snprintf(wanted, sizeof wanted, "the keys of %s: %s", what, names);
  int used = snprintf(found, sizeof found, "%s", cshm__document_quoted(key, node->key_length, quoted));
  for (const char *name = next_name(&rest, &length); length > 0; name = next_name(&rest, &length))
    if (is_near(key, node->key_length, name, length))
      snprintf(found + used, sizeof found - (size_t)used, "; did you mean '%.*s'?", (int)length, name);
  return fail_at(document, number, wanted, found, err);
}

cshm_status cshm__keys_known(const struct document *document, uint32_t map, const char *what, const char *names,
                             cshm_error *err) {
  uint32_t child = cshm__document_node(document, map)->first;
  while (child != DOCUMENT_NONE) {
    const struct document_node *node = cshm__document_node(document, child);
    if (!has_name(names, cshm__document_string(document, node->key), node->key_length))
      return fail_key(document, child, what, names, err);
    child = node->next;
  }
  return CSHM_OK;
}

cshm_status cshm__keys_need(const struct document *document, uint32_t map, const char *key, uint32_t *node,
                            cshm_error *err) {
  char wanted[64];
  *node = cshm__document_find(document, map, key);
  if (*node != DOCUMENT_NONE) return CSHM_OK;
  snprintf(wanted, sizeof wanted, "a map with the key '%s'", key);
  return fail_at(document, map, wanted, "one without", err);
}

/* ---- values ---- */

cshm_status cshm__keys_kind(const struct document *document, uint32_t node, uint32_t kind, const char *wanted,
                            cshm_error *err) {
  if (cshm__document_node(document, node)->kind == kind) return CSHM_OK;
  return cshm__document_fail(document, node, CSHM_ERR_CORRUPT, wanted, err);
}

cshm_status cshm__keys_text(const struct document *document, uint32_t node, const char *wanted, struct keys_text *text,
                            cshm_error *err) {
  const struct document_node *found = cshm__document_node(document, node);
  text->data = cshm__document_string(document, found->text);
  text->length = found->text_length;
  bool single = found->kind != DOCUMENT_LIST && found->kind != DOCUMENT_MAP;
  bool broken = single && memchr(text->data, '\0', text->length);
  if (broken) return fail_at(document, node, wanted, "one with a NUL", err);
  if (single) return CSHM_OK;
  return cshm__document_fail(document, node, CSHM_ERR_CORRUPT, wanted, err);
}

cshm_status cshm__keys_number(const struct document *document, uint32_t node, const char *wanted, uint64_t *number,
                              cshm_error *err) {
  const struct document_node *found = cshm__document_node(document, node);
  *number = found->magnitude;
  bool negative = found->negative && found->magnitude > 0;
  if (found->kind == DOCUMENT_INTEGER && !negative && found->magnitude <= INT64_MAX) return CSHM_OK;
  return cshm__document_fail(document, node, CSHM_ERR_CORRUPT, wanted, err);
}

cshm_status cshm__keys_shape(const struct document *document, uint32_t node, uint32_t *ndim, int64_t *shape,
                             cshm_error *err) {
  const struct document_node *list = cshm__document_node(document, node);
  *ndim = 0;
  if (list->kind != DOCUMENT_LIST || list->count > CSHM_MAX_NDIM)
    return cshm__document_fail(document, node, CSHM_ERR_CORRUPT, "a shape: a list of at most 64 lengths", err);
  for (uint32_t child = list->first; child != DOCUMENT_NONE; child = cshm__document_node(document, child)->next) {
    uint64_t length;
    cshm_status status = cshm__keys_number(document, child, "a length: a whole number from 0 up", &length, err);
    if (status) return status;
    shape[(*ndim)++] = (int64_t)length;
  }
  return CSHM_OK;
}

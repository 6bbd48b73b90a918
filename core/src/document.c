/* SPDX-License-Identifier: MIT */
#include "document.h"

#include "error.h"
#include "hash.h"
#include "utf8.h"

#include <stdlib.h>
#include <string.h>

/* A quarter of the slots is used at most, and chance then makes no row of this many: only keys that were made to meet do. */
#define MAX_ROW 256
#define FIRST_SLOTS 64

static struct document_node *node_at(const struct document *document, uint32_t number) {
  return (struct document_node *)(void *)document->nodes.data + number;
}

const struct document_node *cshm__document_node(const struct document *document, uint32_t number) {
  return node_at(document, number);
}

const char *cshm__document_string(const struct document *document, uint32_t place) {
  return (const char *)document->strings.data + place;
}

/* ---- keys ---- */

static uint32_t hash_key(uint32_t map, const char *key, size_t length) {
  uint64_t mixed = (cshm__hash_bytes(key, length) ^ map) * UINT64_C(0x9E3779B97F4A7C15);
  return (uint32_t)(mixed >> 32);
}

static bool has_key(const struct document *document, uint32_t number, uint32_t map, struct document_text key) {
  const struct document_node *node = node_at(document, number);
  return node->parent == map && node->key_length == key.length &&
         memcmp(cshm__document_string(document, node->key), key.data, key.length) == 0;
}

/* The slot of that key, or the empty one where it belongs; DOCUMENT_NONE where the row is too long. There are slots. */
static uint32_t slot_of(const struct document *document, uint32_t map, struct document_text key) {
  uint32_t mask = document->slot_count - 1, slot = hash_key(map, key.data, key.length) & mask;
  for (int row = 0; row < MAX_ROW; row++, slot = (slot + 1) & mask) {
    uint32_t number = document->slots[slot];
    if (number == 0 || has_key(document, number, map, key)) return slot;
  }
  return DOCUMENT_NONE;
}

static cshm_status fail_row(const struct document *document, const struct document_node *node, cshm_error *err) {
  struct document_place place = {node->line, node->column};
  return cshm__document_fail_at(document, place, CSHM_ERR_LIMIT, "keys as people choose them",
                                "hundreds made to have the same hash", err);
}

static cshm_status put_key(struct document *document, uint32_t number, cshm_error *err) {
  const struct document_node *node = node_at(document, number);
  struct document_text key = {cshm__document_string(document, node->key), node->key_length};
  uint32_t slot = slot_of(document, node->parent, key);
  if (slot == DOCUMENT_NONE) return fail_row(document, node, err);
  document->slots[slot] = number;
  return CSHM_OK;
}

/* Room for one key more. */
static cshm_status grow_slots(struct document *document, cshm_error *err) {
  if (document->key_count < document->slot_count / 4) return CSHM_OK;
  uint32_t count = document->slot_count ? document->slot_count * 4 : FIRST_SLOTS;
  uint32_t *slots = calloc(count, sizeof *slots);
  if (!slots) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "%s: no memory for its keys", document->name);
  free(document->slots);
  document->slots = slots;
  document->slot_count = count;
  cshm_status status = CSHM_OK;
  for (uint32_t number = 1; number < document->node_count && !status; number++)
    if (node_at(document, node_at(document, number)->parent)->kind == DOCUMENT_MAP)
      status = put_key(document, number, err);
  return status;
}

static cshm_status check_key(struct document *document, const struct document_node *node, struct document_text key,
                             cshm_error *err) {
  char quoted[DOCUMENT_FOUND_SIZE];
  struct document_place place = {node->line, node->column};
  if (memchr(key.data, '\0', key.length))
    return cshm__document_fail_at(document, place, CSHM_ERR_CORRUPT, "keys without a NUL", "one with it", err);
  cshm_status status = grow_slots(document, err);
  if (status) return status;
  uint32_t slot = slot_of(document, node->parent, key);
  if (slot == DOCUMENT_NONE) return fail_row(document, node, err);
  if (document->slots[slot] == 0) return CSHM_OK;
  return cshm__document_fail_at(document, place, CSHM_ERR_CORRUPT, "every key once",
                                cshm__document_quoted(key.data, key.length, quoted), err);
}

uint32_t cshm__document_find(const struct document *document, uint32_t map, const char *key) {
  if (document->slot_count == 0) return DOCUMENT_NONE;
  uint32_t slot = slot_of(document, map, (struct document_text){key, strlen(key)});
  return slot == DOCUMENT_NONE || document->slots[slot] == 0 ? DOCUMENT_NONE : document->slots[slot];
}

/* ---- messages ---- */

const char *cshm__document_quoted(const char *text, size_t length, char out[DOCUMENT_FOUND_SIZE]) {
  size_t kept = length < DOCUMENT_FOUND_SIZE - 3 ? length : DOCUMENT_FOUND_SIZE - 3;
  while (kept < length && kept > 0 && ((unsigned char)text[kept] & 0xC0) == 0x80)
    kept--; /* not within a character */
  out[0] = '\'';
  if (kept > 0) memcpy(out + 1, text, kept);
  memcpy(out + 1 + kept, "'", 2);
  return out;
}

const char *cshm__document_found(const struct document *document, uint32_t node, char out[DOCUMENT_FOUND_SIZE]) {
  const struct document_node *found = node_at(document, node);
  switch (found->kind) {
  case DOCUMENT_LIST:
    return memcpy(out, "a list", sizeof "a list");
  case DOCUMENT_MAP:
    return memcpy(out, "a map", sizeof "a map");
  default:
    return cshm__document_quoted(cshm__document_string(document, found->text), found->text_length, out);
  }
}

struct document_place cshm__document_place(const char *text, size_t at) {
  struct document_place place = {1, 1};
  for (size_t i = 0; i < at; i++) {
    bool begins_character = ((unsigned char)text[i] & 0xC0) != 0x80;
    place.column = text[i] == '\n' ? 1 : place.column + begins_character;
    place.line += text[i] == '\n';
  }
  return place;
}

cshm_status cshm__document_fail_at(const struct document *document, struct document_place place, cshm_status status,
                                   const char *wanted, const char *found, cshm_error *err) {
  return cshm__fail(err, status, 0, "%s:%zu:%zu: wanted %s, found %s", document->name, place.line, place.column, wanted,
                    found);
}

cshm_status cshm__document_fail(const struct document *document, uint32_t node, cshm_status status, const char *wanted,
                                cshm_error *err) {
  char found[DOCUMENT_FOUND_SIZE];
  const struct document_node *at = node_at(document, node);
  return cshm__document_fail_at(document, (struct document_place){at->line, at->column}, status, wanted,
                                cshm__document_found(document, node, found), err);
}

/* ---- making ---- */

/* The end of a name that is too long says more than its beginning. */
void cshm__document_init(struct document *document, const char *name) {
  size_t length = strlen(name), size = sizeof document->name;
  memset(document, 0, sizeof *document);
  memcpy(document->name, "...", 3);
  if (length < size)
    memcpy(document->name, name, length + 1);
  else
    memcpy(document->name + 3, name + length - (size - 4), size - 3);
}

void cshm__document_free(struct document *document) {
  cshm__pool_free(&document->nodes);
  cshm__pool_free(&document->strings);
  free(document->slots);
  document->slots = NULL;
  document->slot_count = document->key_count = document->node_count = 0;
}

static cshm_status add_string(struct document *document, struct document_text string, uint32_t *place,
                              cshm_error *err) {
  uint32_t end;
  cshm_status status = cshm__pool_add(&document->strings, string.data ? string.data : "", string.length, 1, place, err);
  if (!status) status = cshm__pool_add(&document->strings, NULL, 1, 1, &end, err);
  return status;
}

static void link_to_parent(struct document *document, uint32_t number) {
  struct document_node *node = node_at(document, number);
  if (node->parent == DOCUMENT_NONE) return;
  struct document_node *parent = node_at(document, node->parent);
  if (parent->last == DOCUMENT_NONE)
    parent->first = number;
  else
    node_at(document, parent->last)->next = number;
  parent->last = number;
  parent->count++;
}

static cshm_status check_limits(const struct document *document, const struct document_node *node, uint32_t level,
                                cshm_error *err) {
  struct document_place place = {node->line, node->column};
  bool nests = node->kind == DOCUMENT_LIST || node->kind == DOCUMENT_MAP;
  if (nests && level > CSHM_MANIFEST_MAX_DEPTH)
    return cshm__document_fail_at(document, place, CSHM_ERR_LIMIT, "at most 64 levels", "one more", err);
  if (document->node_count >= CSHM_MANIFEST_MAX_NODES)
    return cshm__document_fail_at(document, place, CSHM_ERR_LIMIT, "at most 1000000 values", "one more", err);
  return CSHM_OK;
}

cshm_status cshm__document_add(struct document *document, const struct document_node *node, struct document_text key,
                               struct document_text text, uint32_t *number, cshm_error *err) {
  struct document_node added = *node;
  const struct document_node *parent = node->parent == DOCUMENT_NONE ? NULL : node_at(document, node->parent);
  bool has_key = parent && parent->kind == DOCUMENT_MAP;
  added.first = added.last = added.next = DOCUMENT_NONE;
  added.count = 0;
  added.level = parent ? parent->level + 1 : 1;
  added.key_length = has_key ? (uint32_t)key.length : 0;
  added.text_length = (uint32_t)text.length;
  cshm_status status = check_limits(document, node, added.level, err);
  if (!status && has_key) status = check_key(document, node, key, err);
  if (!status && has_key) status = add_string(document, key, &added.key, err);
  if (!status) status = add_string(document, text, &added.text, err);
  uint32_t place;
  if (!status) status = cshm__pool_add(&document->nodes, &added, sizeof added, sizeof(uint64_t), &place, err);
  if (status) return status;
  uint32_t found = document->node_count++;
  link_to_parent(document, found);
  if (number) *number = found;
  document->key_count += has_key;
  return has_key ? put_key(document, found, err) : CSHM_OK;
}

/* ---- text ---- */

/* The first byte that is none of a character, or is a NUL; or `length`. */
static size_t first_bad(const char *text, size_t length) {
  size_t at = 0;
  while (at < length && text[at] != '\0') {
    uint32_t code;
    size_t count = cshm__utf8_next(text + at, length - at, &code);
    if (count == 0) return at;
    at += count;
  }
  return at;
}

cshm_status cshm__document_check_text(const struct document *document, struct document_source *source,
                                      cshm_error *err) {
  if (source->length > CSHM_MANIFEST_MAX_SIZE)
    return cshm__fail(err, CSHM_ERR_LIMIT, 0, "%s: wanted at most %d bytes, found %zu", document->name,
                      CSHM_MANIFEST_MAX_SIZE, source->length);
  size_t bad = first_bad(source->text, source->length);
  if (bad < source->length)
    return cshm__document_fail_at(document, cshm__document_place(source->text, bad), CSHM_ERR_CORRUPT, "UTF-8",
                                  source->text[bad] == '\0' ? "a NUL" : "a byte that is none", err);
  if (source->length >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0) {
    source->text += 3;
    source->length -= 3;
  }
  return CSHM_OK;
}

/* Adds a line of comment, without its end, to the lead. */
static cshm_status keep_line(struct document *document, const char *line, size_t length, cshm_error *err) {
  cshm_status status = CSHM_OK;
  uint32_t place;
  for (size_t at = 0; at < length && !status;) {
    uint32_t code;
    size_t count = cshm__utf8_next(line + at, length - at, &code);
    bool taken = code == '\t' || cshm__utf8_is_printed(code);
    status = cshm__pool_add(&document->strings, taken ? line + at : "?", taken ? count : 1, 1, &place, err);
    at += count;
  }
  if (!status) status = cshm__pool_add(&document->strings, "\n", 1, 1, &place, err);
  return status;
}

cshm_status cshm__document_keep_lead(struct document *document, const struct document_source *source, cshm_error *err) {
  cshm_status status = CSHM_OK;
  uint32_t end;
  size_t at = 0;
  document->lead = (uint32_t)document->strings.size;
  while (at < source->length && source->text[at] == '#' && !status) {
    const char *newline = memchr(source->text + at, '\n', source->length - at);
    size_t stop = newline ? (size_t)(newline - source->text) : source->length;
    size_t length = stop - at - (newline && source->text[stop - 1] == '\r');
    status = keep_line(document, source->text + at, length, err);
    at = stop + 1;
  }
  document->lead_length = (uint32_t)(document->strings.size - document->lead);
  if (!status) status = cshm__pool_add(&document->strings, NULL, 1, 1, &end, err);
  return status;
}

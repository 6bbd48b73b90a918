/* SPDX-License-Identifier: MIT */
#include "manifest_document.h"

#include "decimal.h"
#include "dtype.h"
#include "error.h"
#include "manifest_attribute.h"
#include "manifest_dtype.h"
#include "manifest_keys.h"
#include "manifest_value.h"
#include "manifest_value_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Keys of maps and lists that are repeated for what is in them. Longer ones are not: a small text would become a large one. */
#define MAX_REPEATED 64

struct writer {
  struct emitter emitter;
  struct text *text; /* the emitter's */
  const struct document *document;
  uint64_t nbytes; /* of values that were read by their dtype */
  bool layout;     /* that has more of them than a manifest */
  cshm_status status;
  cshm_error *err;
};

/* What a map or list is for: it decides how its keys and values are written, on whatever line they stand. */
enum role { ROLE_OTHER, ROLE_TOP, ROLE_ITEMS, ROLE_ITEM, ROLE_ATTRIBUTES, ROLE_ATTRIBUTE };

static void write_value(struct writer *writer, uint32_t number, enum role role);

static void add(struct writer *writer, const char *word) { cshm__text_add_word(writer->text, word); }

static const struct document_node *get(const struct writer *writer, uint32_t number) {
  return cshm__document_node(writer->document, number);
}

static const char *string(const struct writer *writer, uint32_t place) {
  return cshm__document_string(writer->document, place);
}

static bool has_key(const struct writer *writer, const struct document_node *node, const char *key) {
  return strlen(key) == node->key_length && memcmp(string(writer, node->key), key, node->key_length) == 0;
}

static bool has_key_of(const struct writer *writer, const struct document_node *node, const char *const *keys) {
  while (*keys && !has_key(writer, node, *keys))
    keys++;
  return *keys != NULL;
}

static void fail(struct writer *writer, uint32_t number, const char *wanted) {
  if (!writer->status)
    writer->status = cshm__document_fail(writer->document, number, CSHM_ERR_UNSUPPORTED, wanted, writer->err);
}

/* ---- single values ---- */

static void write_integer(struct writer *writer, uint32_t number, const struct document_node *node) {
  bool negative = node->negative && node->magnitude > 0;
  if (!negative && node->magnitude > INT64_MAX && !writer->emitter.dialect->big_integers)
    fail(writer, number, "for TOML a whole number below 2^63, or a string");
  add(writer, negative ? "-" : "");
  cshm__text_add_unsigned(writer->text, node->magnitude);
}

static void write_float(struct writer *writer, double value) {
  const struct manifest_dialect *dialect = writer->emitter.dialect;
  char out[DECIMAL_SIZE];
  if (isfinite(value))
    cshm__text_add(writer->text, out, cshm__decimal_double(value, out));
  else
    add(writer, isnan(value) ? dialect->nan : value > 0 ? dialect->infinity : dialect->minus_infinity);
}

static void write_text(struct writer *writer, const struct document_node *node) {
  cshm__text_add_quoted(writer->text, string(writer, node->text), node->text_length);
}

static void write_single(struct writer *writer, uint32_t number, const struct document_node *node) {
  const char *null = writer->emitter.dialect->null;
  switch (node->kind) {
  case DOCUMENT_NULL:
    if (!null) fail(writer, number, "a value that TOML has");
    add(writer, null ? null : "");
    return;
  case DOCUMENT_BOOL:
    add(writer, node->boolean ? "true" : "false");
    return;
  case DOCUMENT_INTEGER:
    write_integer(writer, number, node);
    return;
  case DOCUMENT_FLOAT:
    write_float(writer, node->real);
    return;
  default:
    write_text(writer, node);
  }
}

static bool is_single(const struct document_node *node) {
  return node->kind != DOCUMENT_LIST && node->kind != DOCUMENT_MAP;
}

/* ---- values that have a dtype ---- */

/* Reads a value and adds it as a project's own manifest would have it. False, with nothing added, where it is none of that dtype. */
static bool add_typed(struct writer *writer, uint32_t number, struct manifest_value *value) {
  if (value->nbytes > MANIFEST_MAX_VALUES - writer->nbytes) return false;
  writer->nbytes += value->nbytes;
  unsigned char *data = malloc((size_t)value->nbytes + 1);
  if (!data) {
    writer->text->failed = true;
    return true;
  }
  value->data = data;
  value->whole = true;
  bool good = !cshm__manifest_value_read(writer->document, number, value->dtype, value->dtype_length, value->ndim,
                                         value->shape, data, value->nbytes, NULL) &&
              cshm__manifest_value(writer->emitter.dialect, value, writer->text);
  free(data);
  return good;
}

/* `shape` is DOCUMENT_NONE for one element. */
static bool write_typed(struct writer *writer, uint32_t number, uint32_t dtype, uint32_t shape) {
  int64_t lengths[CSHM_MAX_NDIM];
  struct text spelled = {.data = NULL};
  struct manifest_value value = {.shape = lengths};
  cshm_dtype parts = CSHM_DTYPE_INIT;
  if (dtype == DOCUMENT_NONE) return false;
  cshm_status status = cshm__manifest_dtype(writer->document, dtype, true, &spelled, &parts, NULL);
  if (!status && shape != DOCUMENT_NONE) status = cshm__keys_shape(writer->document, shape, &value.ndim, lengths, NULL);
  if (!status) status = cshm__shape_nbytes(value.ndim, lengths, parts.itemsize, &value.nbytes, NULL);
  bool done = false;
  if (!status) {
    value.dtype = spelled.data;
    value.dtype_length = strlen(spelled.data);
    done = add_typed(writer, number, &value);
  }
  free(spelled.data);
  return done;
}

/* ---- maps and lists on one line ---- */

/* In lists that manifests have, some keys are strings, whatever a number or date without quotes may look like. */
static bool is_text(const struct writer *writer, const struct document_node *node, enum role role) {
  static const char *const top[] = {"project", "generation", "segment", "lifetime", "created", NULL};
  static const char *const item[] = {"path", "dtype", "order", "alias", "key", "text", "reason", NULL};
  if (!is_single(node)) return false;
  if (role == ROLE_TOP) return has_key_of(writer, node, top);
  if (role == ROLE_ITEM) return has_key_of(writer, node, item);
  return role == ROLE_ATTRIBUTE && has_key(writer, node, "dtype");
}

/* Of a value in a map of that role. */
static enum role role_within(const struct writer *writer, const struct document_node *node, enum role role) {
  static const char *const lists[] = {"origin", "skipped", "groups", "arrays", NULL};
  bool may_have_attributes = role == ROLE_ITEM || (role == ROLE_TOP && writer->layout);
  if (may_have_attributes && has_key(writer, node, "attributes")) return ROLE_ATTRIBUTES;
  if (role == ROLE_TOP && has_key_of(writer, node, lists)) return ROLE_ITEMS;
  return role == ROLE_ATTRIBUTES ? ROLE_ATTRIBUTE : ROLE_OTHER;
}

static bool is_typed(struct writer *writer, uint32_t number, const struct document_node *node, enum role role) {
  const struct document *document = writer->document;
  bool is_value = role == ROLE_ATTRIBUTE && has_key(writer, node, "value");
  bool is_fill = role == ROLE_ITEM && writer->layout && has_key(writer, node, "fill");
  if (!is_value && !is_fill) return false;
  uint32_t shape = is_value ? cshm__document_find(document, node->parent, "shape") : DOCUMENT_NONE;
  if (is_value && shape == DOCUMENT_NONE) return false;
  return write_typed(writer, number, cshm__document_find(document, node->parent, "dtype"), shape);
}

/* The value of a key of a map of that role. */
static void write_entry_value(struct writer *writer, uint32_t number, enum role role) {
  const struct document_node *node = get(writer, number);
  if (is_text(writer, node, role))
    write_text(writer, node);
  else if (!is_typed(writer, number, node, role))
    write_value(writer, number, role_within(writer, node, role));
}

/* A key as it stands where it is repeated, or has a line of its own. */
static void write_name(struct writer *writer, const struct document_node *node) {
  const char *key = string(writer, node->key);
  if (cshm__emit_is_bare(key, node->key_length))
    cshm__text_add(writer->text, key, node->key_length);
  else
    cshm__text_add_quoted(writer->text, key, node->key_length);
}

static void write_entry(struct writer *writer, uint32_t number, enum role role) {
  const struct document_node *node = get(writer, number);
  const char *key = string(writer, node->key);
  if (role != ROLE_ATTRIBUTES && cshm__emit_is_bare(key, node->key_length))
    cshm__emit_key(&writer->emitter, key);
  else
    cshm__emit_quoted_key(&writer->emitter, key, node->key_length);
  write_entry_value(writer, number, role);
}

static void write_value(struct writer *writer, uint32_t number, enum role role) {
  const struct document_node *node = get(writer, number);
  bool is_map = node->kind == DOCUMENT_MAP;
  if (is_single(node)) {
    write_single(writer, number, node);
    return;
  }
  add(writer, is_map ? "{" : "[");
  for (uint32_t child = node->first; child != DOCUMENT_NONE && !writer->status; child = get(writer, child)->next) {
    add(writer, child == node->first ? "" : ", ");
    if (is_map)
      write_entry(writer, child, role);
    else
      write_value(writer, child, role == ROLE_ITEMS ? ROLE_ITEM : ROLE_OTHER);
  }
  add(writer, is_map ? "}" : "]");
}

/* ---- lists at the top ---- */

/* A key as text of its own, since what it names is not at its side. The caller frees it. */
static struct text spelled_key(struct writer *writer, const struct document_node *node) {
  struct text key = {.data = NULL}, *all = writer->text;
  writer->text = &key;
  write_name(writer, node);
  writer->text = all;
  if (key.failed) all->failed = true;
  return key;
}

static void write_map_of_item(struct writer *writer, const struct document_node *map, enum role role) {
  struct text key = spelled_key(writer, map);
  for (uint32_t child = map->first; child != DOCUMENT_NONE && !writer->status; child = get(writer, child)->next) {
    cshm__emit_map_next(&writer->emitter, key.data, key.length, child == map->first);
    write_entry(writer, child, role);
  }
  cshm__emit_map_close(&writer->emitter);
  free(key.data);
}

static void write_item(struct writer *writer, const struct document_node *item, enum role role) {
  for (uint32_t child = item->first; child != DOCUMENT_NONE && !writer->status; child = get(writer, child)->next) {
    const struct document_node *node = get(writer, child);
    bool opens = node->kind == DOCUMENT_MAP && node->count > 0 && node->key_length <= MAX_REPEATED;
    if (child != item->first) cshm__emit_item_next(&writer->emitter);
    if (opens)
      write_map_of_item(writer, node, role_within(writer, node, role));
    else
      write_entry(writer, child, role);
  }
}

static void write_list(struct writer *writer, const struct document_node *list) {
  struct text key = spelled_key(writer, list);
  enum role role = role_within(writer, list, ROLE_TOP) == ROLE_ITEMS ? ROLE_ITEM : ROLE_OTHER;
  cshm__emit_list_open(&writer->emitter, key.data, key.length);
  for (uint32_t child = list->first; child != DOCUMENT_NONE && !writer->status; child = get(writer, child)->next) {
    cshm__emit_item_open(&writer->emitter, key.data, key.length);
    write_item(writer, get(writer, child), role);
    cshm__emit_item_close(&writer->emitter);
  }
  free(key.data);
}

/* Whether it can be written item by item. */
static bool is_list_of_maps(const struct writer *writer, uint32_t number) {
  const struct document_node *node = get(writer, number);
  bool good = node->kind == DOCUMENT_LIST && node->count > 0 && node->key_length <= MAX_REPEATED;
  for (uint32_t child = good ? node->first : DOCUMENT_NONE; child != DOCUMENT_NONE && good;
       child = get(writer, child)->next)
    good = get(writer, child)->kind == DOCUMENT_MAP && get(writer, child)->count > 0;
  return good;
}

/* The last value of the top before which a list cannot be written so; DOCUMENT_NONE: each can. */
static uint32_t last_before_tables(const struct writer *writer) {
  uint32_t last = DOCUMENT_NONE;
  if (writer->emitter.dialect->list_open) return last;
  for (uint32_t child = get(writer, 0)->first; child != DOCUMENT_NONE; child = get(writer, child)->next)
    if (!is_list_of_maps(writer, child)) last = child;
  return last;
}

/* ---- the top ---- */

static void write_line(struct writer *writer, uint32_t number) {
  const struct document_node *node = get(writer, number);
  const struct manifest_dialect *dialect = writer->emitter.dialect;
  bool is_long = node->key_length > EMIT_LONG_KEY;
  add(writer, is_long ? dialect->long_key : "");
  write_name(writer, node);
  add(writer, is_long ? dialect->long_assign : dialect->assign);
  write_entry_value(writer, number, ROLE_TOP);
  add(writer, "\n");
}

static void write_top(struct writer *writer) {
  uint32_t last = last_before_tables(writer);
  bool tables = last == DOCUMENT_NONE;
  const struct document_node *top = get(writer, 0);
  if (top->count == 0) add(writer, writer->emitter.dialect->nothing);
  for (uint32_t child = top->first; child != DOCUMENT_NONE && !writer->status; child = get(writer, child)->next) {
    if (tables && is_list_of_maps(writer, child))
      write_list(writer, get(writer, child));
    else
      write_line(writer, child);
    tables = tables || child == last;
  }
}

cshm_status cshm__manifest_document(const struct manifest_dialect *dialect, const struct document *document,
                                    struct text *text, cshm_error *err) {
  struct writer writer = {.emitter = {dialect, text}, .text = text, .document = document, .err = err};
  writer.layout = cshm__document_find(document, 0, "cute-shm-layout") != DOCUMENT_NONE;
  cshm__text_add(text, string(&writer, document->lead), document->lead_length);
  write_top(&writer);
  if (writer.status) return writer.status;
  if (text->failed) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "%s: no memory to write it", document->name);
  return CSHM_OK;
}

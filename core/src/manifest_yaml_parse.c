/* SPDX-License-Identifier: MIT */
#include "manifest_yaml_parse.h"

#include "error.h"
#include "manifest_yaml_event.h"
#include "manifest_yaml_scalar.h"

#include <string.h>

struct reader {
  yaml_parser_t parser;
  const char *text;
  struct document *document;
  cshm_error *err;
  uint32_t parent; /* the map or list that is open; DOCUMENT_NONE outside of all */
  bool has_key;    /* `key` is the key of the value that comes next */
  yaml_event_t key;
};

static cshm_status fail(const struct reader *reader, const yaml_event_t *event, const char *wanted, const char *found) {
  struct document_place place = {event->start_mark.line + 1, event->start_mark.column + 1};
  return cshm__document_fail_at(reader->document, place, CSHM_ERR_CORRUPT, wanted, found, reader->err);
}

static cshm_status fail_parser(const struct reader *reader) {
  const yaml_parser_t *parser = &reader->parser;
  const char *name = reader->document->name;
  if (parser->error == YAML_MEMORY_ERROR)
    return cshm__fail(reader->err, CSHM_ERR_NO_MEMORY, 0, "%s: out of memory", name);
  struct document_place place = {parser->problem_mark.line + 1, parser->problem_mark.column + 1};
  if (parser->error == YAML_READER_ERROR) place = cshm__document_place(reader->text, parser->problem_offset);
  return cshm__fail(reader->err, CSHM_ERR_CORRUPT, 0, "%s:%zu:%zu: not YAML: %s", name, place.line, place.column,
                    parser->problem ? parser->problem : "unknown error");
}

/* The next event, which the caller deletes after CSHM_OK. */
static cshm_status next(struct reader *reader, yaml_event_t *event) {
  if (!yaml_parser_parse(&reader->parser, event)) return fail_parser(reader);
  const char *found = cshm__yaml_event_forbidden(event);
  if (!found) return CSHM_OK;
  cshm_status status = fail(reader, event, "plain YAML", found);
  yaml_event_delete(event);
  return status;
}

static cshm_status expect(struct reader *reader, yaml_event_type_t type, const char *wanted) {
  yaml_event_t event;
  cshm_status status = next(reader, &event);
  if (status) return status;
  if (event.type != type) status = fail(reader, &event, wanted, cshm__yaml_event_name(&event));
  yaml_event_delete(&event);
  return status;
}

static struct document_text text_of(const yaml_event_t *scalar) {
  return (struct document_text){(const char *)scalar->data.scalar.value, scalar->data.scalar.length};
}

static bool is_plain(const yaml_event_t *scalar) { return scalar->data.scalar.style == YAML_PLAIN_SCALAR_STYLE; }

/* Adds a value under the key that waits for it, if it is one of a map. */
static cshm_status add(struct reader *reader, const yaml_event_t *event, struct document_node *node,
                       struct document_text text, uint32_t *number) {
  struct document_text key = reader->has_key ? text_of(&reader->key) : (struct document_text){"", 0};
  node->parent = reader->parent;
  node->line = (uint32_t)(event->start_mark.line + 1);
  node->column = (uint32_t)(event->start_mark.column + 1);
  cshm_status status = cshm__document_add(reader->document, node, key, text, number, reader->err);
  if (reader->has_key) yaml_event_delete(&reader->key);
  reader->has_key = false;
  return status;
}

static cshm_status add_scalar(struct reader *reader, const yaml_event_t *event) {
  struct document_node node = {.kind = DOCUMENT_STRING, .quoted = !is_plain(event)};
  struct document_text text = text_of(event);
  const char *wanted = node.quoted ? NULL : cshm__yaml_scalar(text.data, text.length, &node);
  char found[DOCUMENT_FOUND_SIZE];
  if (wanted) return fail(reader, event, wanted, cshm__document_quoted(text.data, text.length, found));
  return add(reader, event, &node, text, NULL);
}

static cshm_status open_node(struct reader *reader, const yaml_event_t *event, uint32_t kind) {
  struct document_node node = {.kind = kind};
  uint32_t number;
  cshm_status status = add(reader, event, &node, (struct document_text){"", 0}, &number);
  if (!status) reader->parent = number;
  return status;
}

/* Keeps the event, which is then the reader's to delete. */
static cshm_status take_key(struct reader *reader, yaml_event_t *event) {
  if (event->type != YAML_SCALAR_EVENT)
    return fail(reader, event, "a single value as a key", cshm__yaml_event_name(event));
  struct document_text text = text_of(event);
  if (is_plain(event) && text.length == 2 && memcmp(text.data, "<<", 2) == 0)
    return fail(reader, event, "plain YAML", "a merge key (a key that is called so is written in quotes)");
  reader->key = *event;
  reader->has_key = true;
  memset(event, 0, sizeof *event);
  return CSHM_OK;
}

static cshm_status take_event(struct reader *reader, yaml_event_t *event) {
  bool ends = event->type == YAML_MAPPING_END_EVENT || event->type == YAML_SEQUENCE_END_EVENT;
  if (ends) {
    reader->parent = cshm__document_node(reader->document, reader->parent)->parent;
    return CSHM_OK;
  }
  bool in_map = cshm__document_node(reader->document, reader->parent)->kind == DOCUMENT_MAP;
  if (in_map && !reader->has_key) return take_key(reader, event);
  if (event->type == YAML_SCALAR_EVENT) return add_scalar(reader, event);
  return open_node(reader, event, event->type == YAML_MAPPING_START_EVENT ? DOCUMENT_MAP : DOCUMENT_LIST);
}

static cshm_status take_root(struct reader *reader) {
  yaml_event_t event;
  cshm_status status = next(reader, &event);
  if (status) return status;
  if (event.type == YAML_MAPPING_START_EVENT)
    status = open_node(reader, &event, DOCUMENT_MAP);
  else
    status = fail(reader, &event, "a map: cute-shm, project, groups, arrays, ...", cshm__yaml_event_name(&event));
  yaml_event_delete(&event);
  return status;
}

static cshm_status take_all(struct reader *reader) {
  cshm_status status = expect(reader, YAML_STREAM_START_EVENT, "YAML");
  if (!status) status = expect(reader, YAML_DOCUMENT_START_EVENT, "a map");
  if (!status) status = take_root(reader);
  while (!status && reader->parent != DOCUMENT_NONE) {
    yaml_event_t event;
    status = next(reader, &event);
    if (status) break;
    status = take_event(reader, &event);
    yaml_event_delete(&event);
  }
  if (!status) status = expect(reader, YAML_DOCUMENT_END_EVENT, "the end");
  if (!status) status = expect(reader, YAML_STREAM_END_EVENT, "one document");
  return status;
}

cshm_status cshm__yaml_parse(const struct document_source *source, struct document *document, cshm_error *err) {
  struct document_source text = *source;
  struct reader reader = {.document = document, .err = err, .parent = DOCUMENT_NONE};
  cshm_status status = cshm__document_check_text(document, &text, err);
  if (status) return status;
  reader.text = text.text;
  if (!yaml_parser_initialize(&reader.parser))
    return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "%s: out of memory", document->name);
  yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&reader.parser, (const unsigned char *)text.text, text.length);
  status = take_all(&reader);
  if (reader.has_key) yaml_event_delete(&reader.key);
  yaml_parser_delete(&reader.parser);
  return status ? status : cshm__document_keep_lead(document, &text, err);
}

/* SPDX-License-Identifier: MIT */
/* The YAML of manifests: libyaml reads it, event by event, so that a head costs no more than itself. */
#include "error.h"
#include "manifest_head.h"
#include "manifest_write.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

/* libyaml decodes all it is given; a head is shorter than this. */
#define PIECE 1024

struct yaml_head {
  yaml_parser_t parser;
  manifest_source source;
  void *user;
  const char *file;
  cshm_error *err;
  size_t total;       /* bytes read */
  cshm_status status; /* of the source, or of this */
  struct head_reader reader;
};

static cshm_status fail(struct yaml_head *yaml, cshm_status status, yaml_mark_t mark, const char *wanted,
                        const char *found) {
  struct head_place place = {yaml->file, mark.line + 1, mark.column + 1};
  yaml->status = cshm__head_fail(yaml->err, status, place, wanted, found);
  return yaml->status;
}

static int read_piece(void *data, unsigned char *buffer, size_t size, size_t *length) {
  struct yaml_head *yaml = data;
  *length = 0;
  yaml->status = yaml->source(yaml->user, buffer, size < PIECE ? size : PIECE, length, yaml->err);
  if (yaml->status) return 0;
  yaml->total += *length;
  if (yaml->total <= MANIFEST_MAX_SIZE) return 1;
  yaml->status = cshm__fail(yaml->err, CSHM_ERR_CORRUPT, 0, "manifest %s: larger than %u MiB", yaml->file,
                            MANIFEST_MAX_SIZE >> 20);
  return 0;
}

static cshm_status fail_parser(struct yaml_head *yaml) {
  yaml_parser_t *parser = &yaml->parser;
  if (yaml->status) return yaml->status; /* the source's */
  if (parser->error == YAML_MEMORY_ERROR)
    return cshm__fail(yaml->err, CSHM_ERR_NO_MEMORY, 0, "manifest %s: out of memory", yaml->file);
  yaml_mark_t mark = parser->error == YAML_READER_ERROR ? parser->mark : parser->problem_mark;
  return cshm__fail(yaml->err, CSHM_ERR_CORRUPT, 0, "manifest %s:%zu:%zu: not YAML: %s", yaml->file, mark.line + 1,
                    mark.column + 1, parser->problem ? parser->problem : "unknown error");
}

static const char *event_name(const yaml_event_t *event) {
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    return "a scalar";
  case YAML_SEQUENCE_START_EVENT:
    return "a list";
  case YAML_MAPPING_START_EVENT:
    return "a mapping";
  case YAML_ALIAS_EVENT:
    return "an alias";
  case YAML_MAPPING_END_EVENT:
  case YAML_DOCUMENT_END_EVENT:
  case YAML_STREAM_END_EVENT:
    return "the end";
  default:
    return "something else";
  }
}

/* What a manifest never needs, and what makes small files large or mean more than they say. */
static const char *forbidden(const yaml_event_t *event) {
  switch (event->type) {
  case YAML_ALIAS_EVENT:
    return "an alias";
  case YAML_SCALAR_EVENT:
    return event->data.scalar.anchor ? "an anchor" : event->data.scalar.tag ? "a tag" : NULL;
  case YAML_SEQUENCE_START_EVENT:
    return event->data.sequence_start.anchor ? "an anchor" : event->data.sequence_start.tag ? "a tag" : NULL;
  case YAML_MAPPING_START_EVENT:
    return event->data.mapping_start.anchor ? "an anchor" : event->data.mapping_start.tag ? "a tag" : NULL;
  case YAML_DOCUMENT_START_EVENT:
    return event->data.document_start.tag_directives.start != event->data.document_start.tag_directives.end
               ? "a %TAG directive"
               : NULL;
  default:
    return NULL;
  }
}

/* The next event, which the caller deletes after CSHM_OK. */
static cshm_status next(struct yaml_head *yaml, yaml_event_t *event) {
  if (!yaml_parser_parse(&yaml->parser, event)) return fail_parser(yaml);
  const char *found = forbidden(event);
  if (!found) return CSHM_OK;
  cshm_status status = fail(yaml, CSHM_ERR_CORRUPT, event->start_mark, "plain YAML", found);
  yaml_event_delete(event);
  return status;
}

/* The next event must be of that type; nothing of it is kept. */
static cshm_status expect(struct yaml_head *yaml, yaml_event_type_t type, const char *wanted) {
  yaml_event_t event;
  cshm_status status = next(yaml, &event);
  if (status) return status;
  if (event.type != type) status = fail(yaml, CSHM_ERR_CORRUPT, event.start_mark, wanted, event_name(&event));
  yaml_event_delete(&event);
  return status;
}

/* Passes over a value, whatever it is. */
static cshm_status skip(struct yaml_head *yaml) {
  int depth = 0;
  do {
    yaml_event_t event;
    cshm_status status = next(yaml, &event);
    if (status) return status;
    if (event.type == YAML_SEQUENCE_START_EVENT || event.type == YAML_MAPPING_START_EVENT)
      depth++;
    else if (event.type == YAML_SEQUENCE_END_EVENT || event.type == YAML_MAPPING_END_EVENT)
      depth--;
    if (depth >= MANIFEST_MAX_DEPTH)
      status = fail(yaml, CSHM_ERR_CORRUPT, event.start_mark, "at most 64 levels", "one more");
    yaml_event_delete(&event);
    if (status) return status;
  } while (depth > 0);
  return CSHM_OK;
}

static cshm_status take(struct yaml_head *yaml, int key) {
  yaml_event_t event;
  cshm_status status = next(yaml, &event);
  if (status) return status;
  const char *wanted = "a single value", *found = event_name(&event);
  char text[HEAD_QUOTED_SIZE];
  status = CSHM_ERR_CORRUPT;
  if (event.type == YAML_SCALAR_EVENT) {
    struct head_value value = {(const char *)event.data.scalar.value, event.data.scalar.length,
                               event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE};
    status = cshm__head_take(&yaml->reader, key, &value, &wanted);
    found = cshm__head_quoted(&value, text);
  }
  if (status) fail(yaml, status, event.start_mark, wanted, found);
  yaml_event_delete(&event);
  return status;
}

/* A key of the top level and its value. */
static cshm_status take_entry(struct yaml_head *yaml) {
  yaml_event_t event;
  cshm_status status = next(yaml, &event);
  if (status) return status;
  int key = -1;
  if (event.type == YAML_SCALAR_EVENT) {
    key = cshm__head_key((const char *)event.data.scalar.value, event.data.scalar.length);
  } else {
    char wanted[40];
    snprintf(wanted, sizeof wanted, "the key '%s'", cshm__head_missing(&yaml->reader));
    status = fail(yaml, CSHM_ERR_CORRUPT, event.start_mark, wanted, event_name(&event));
  }
  yaml_event_delete(&event);
  if (status) return status;
  return key < 0 ? skip(yaml) : take(yaml, key);
}

static cshm_status take_head(struct yaml_head *yaml) {
  cshm_status status = expect(yaml, YAML_STREAM_START_EVENT, "YAML");
  if (!status) status = expect(yaml, YAML_DOCUMENT_START_EVENT, "a manifest");
  if (!status) status = expect(yaml, YAML_MAPPING_START_EVENT, "a mapping: cute-shm, project, generation, ...");
  while (!status && cshm__head_missing(&yaml->reader))
    status = take_entry(yaml);
  return status;
}

static cshm_status read_head(manifest_source source, void *user, const char *file, struct manifest_head *head,
                             cshm_error *err) {
  struct yaml_head yaml = {.source = source, .user = user, .file = file, .err = err};
  if (!yaml_parser_initialize(&yaml.parser))
    return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "manifest %s: out of memory", file);
  yaml_parser_set_encoding(&yaml.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input(&yaml.parser, read_piece, &yaml);
  cshm_status status = take_head(&yaml);
  yaml_parser_delete(&yaml.parser);
  if (!status) *head = yaml.reader.head;
  return status;
}

static const struct manifest_dialect dialect = {
    .assign = ": ",
    .list_open = ":\n",
    .item_open = "  - {",
    .item_next = ", ",
    .item_close = "}\n",
    .attributes_open = ", attributes: {",
    .attributes_next = ", ",
    .attributes_close = "}",
    .long_key = "? ",
    .nan = ".nan",
    .infinity = ".inf",
    .minus_infinity = "-.inf",
    .big_integers = true,
};

static cshm_status write_all(const struct index *index, const char *segment, struct text *text, cshm_error *err) {
  return cshm__manifest_write(&dialect, index, segment, text, err);
}

const struct manifest_syntax cshm__manifest_yaml = {"yaml", read_head, write_all};

/* SPDX-License-Identifier: MIT */
/* The YAML of manifests: libyaml reads it, event by event, so that a head costs no more than itself. */
#include "error.h"
#include "manifest_document.h"
#include "manifest_head.h"
#include "manifest_write.h"
#include "manifest_yaml_event.h"
#include "manifest_yaml_parse.h"
#include "manifest_yaml_plain.h"

#include <stdio.h>
#include <string.h>
#include <yaml.h>

/* libyaml decodes all it is given; a head is shorter than this. */
#define PIECE 1024

struct yaml_head {
  yaml_parser_t parser;
  unsigned char first[PIECE]; /* read before there was a parser, for which it is kept */
  size_t first_length;
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
  if (yaml->first_length > 0) {
    *length = size < yaml->first_length ? size : yaml->first_length;
    memcpy(buffer, yaml->first, *length);
    yaml->first_length -= *length;
    memmove(yaml->first, yaml->first + *length, yaml->first_length);
    yaml->total += *length;
    return 1;
  }
  yaml->status = yaml->source(yaml->user, buffer, size < PIECE ? size : PIECE, length, yaml->err);
  if (yaml->status) return 0;
  yaml->total += *length;
  if (yaml->total <= MANIFEST_MAX_SIZE) return 1;
  yaml->status = cshm__fail(yaml->err, CSHM_ERR_CORRUPT, 0, "manifest %s: larger than %zu MiB", yaml->file,
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

/* The next event, which the caller deletes after CSHM_OK. */
static cshm_status next(struct yaml_head *yaml, yaml_event_t *event) {
  if (!yaml_parser_parse(&yaml->parser, event)) return fail_parser(yaml);
  const char *found = cshm__yaml_event_forbidden(event);
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
  if (event.type != type)
    status = fail(yaml, CSHM_ERR_CORRUPT, event.start_mark, wanted, cshm__yaml_event_name(&event));
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
  const char *wanted = "a single value", *found = cshm__yaml_event_name(&event);
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
    status = fail(yaml, CSHM_ERR_CORRUPT, event.start_mark, wanted, cshm__yaml_event_name(&event));
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

/* By libyaml: whatever may stand in a file that someone has written by hand, or damaged. */
static cshm_status parse_head(struct yaml_head *yaml, struct manifest_head *head) {
  if (!yaml_parser_initialize(&yaml->parser))
    return cshm__fail(yaml->err, CSHM_ERR_NO_MEMORY, 0, "manifest %s: out of memory", yaml->file);
  yaml_parser_set_encoding(&yaml->parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input(&yaml->parser, read_piece, yaml);
  cshm_status status = take_head(yaml);
  yaml_parser_delete(&yaml->parser);
  if (!status) *head = yaml->reader.head;
  return status;
}

static cshm_status read_head(manifest_source source, void *user, const char *file, struct manifest_head *head,
                             cshm_error *err) {
  struct yaml_head yaml;
  yaml.source = source;
  yaml.user = user;
  yaml.file = file;
  yaml.err = err;
  yaml.total = 0;
  yaml.status = CSHM_OK;
  memset(&yaml.reader, 0, sizeof yaml.reader);
  cshm_status status = source(user, yaml.first, PIECE, &yaml.first_length, err);
  if (status) return status;
  if (cshm__manifest_yaml_plain((const char *)yaml.first, yaml.first_length, head)) return CSHM_OK;
  return parse_head(&yaml, head);
}

static const struct manifest_dialect dialect = {
    .assign = ": ",
    .list_open = ":\n",
    .item_open = "  - {",
    .item_next = ", ",
    .item_close = "}\n",
    .map_open = ": {",
    .map_next = ", ",
    .map_close = "}",
    .long_key = "? ",
    .long_assign = "\n: ",
    .nothing = "{}\n",
    .nan = ".nan",
    .infinity = ".inf",
    .minus_infinity = "-.inf",
    .null = "null",
    .big_integers = true,
};

static cshm_status write_all(const struct index *index, const char *segment, struct text *text, cshm_error *err) {
  return cshm__manifest_write(&dialect, index, segment, text, err);
}

static cshm_status write_document(const struct document *document, struct text *text, cshm_error *err) {
  return cshm__manifest_document(&dialect, document, text, err);
}

const struct manifest_syntax cshm__manifest_yaml = {"yaml", read_head, write_all, cshm__yaml_parse, write_document};

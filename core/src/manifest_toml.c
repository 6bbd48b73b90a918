/* SPDX-License-Identifier: MIT */
/*
 * The TOML of manifests. TOML lets no key of the top level follow a table, so the head ends before the first one, whoever
 * wrote the file: no more than that is read, and given to the parser.
 */
#include "error.h"
#include "manifest_document.h"
#include "manifest_toml_head.h"
#include "manifest_toml_parse.h"
#include "manifest_toml_scan.h"
#include "manifest_write.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_PIECE 1024 /* ours are shorter; each further piece doubles what is there */
#define MAX_HEAD (1u << 20)

/* Reads on until `text` holds `wanted` bytes; fewer mean the end. */
static cshm_status read_up_to(manifest_source source, void *user, size_t wanted, struct text *text, cshm_error *err) {
  size_t length = 1;
  while (text->length < wanted && length > 0) {
    char *room = cshm__text_room(text, wanted - text->length);
    if (!room) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for the head of a manifest");
    cshm_status status = source(user, (unsigned char *)room, wanted - text->length, &length, err);
    if (status) return status;
    text->length += length;
  }
  return CSHM_OK;
}

/* Leaves in `text` the head and what was read after it; *length is that of the head. */
static cshm_status read_text(manifest_source source, void *user, const char *file, struct text *text, size_t *length,
                             cshm_error *err) {
  for (size_t wanted = FIRST_PIECE; wanted <= MAX_HEAD; wanted *= 2) {
    bool whole;
    cshm_status status = read_up_to(source, user, wanted, text, err);
    if (!status) status = cshm__toml_head_end(text->data, text->length, file, length, &whole, err);
    if (status || whole || text->length < wanted) return status;
  }
  return cshm__fail(err, CSHM_ERR_CORRUPT, 0,
                    "manifest %s: what comes before its first table is larger than %u KiB: write lists as [[tables]]",
                    file, MAX_HEAD >> 10);
}

/* Each of its arrays is a table, the first one's among the first, and nothing comes before. */
static bool is_of_1_2(const char *text, size_t length, size_t head) {
  static const char mark[] = "\nshm_private_name = ";
  const size_t size = sizeof mark - 1;
  bool found = false;
  for (size_t at = 0; head == 0 && !found && at + size <= length; at++)
    found = memcmp(text + at, mark, size) == 0;
  return found;
}

static cshm_status fail_1_2(const char *file, cshm_error *err) {
  return cshm__fail(err, CSHM_ERR_CORRUPT, 0,
                    "manifest %s was written by cute-shm 1.2, whose projects only that version attaches and unlinks",
                    file);
}

static cshm_status read_head(manifest_source source, void *user, const char *file, struct manifest_head *head,
                             cshm_error *err) {
  struct text text = {.data = NULL};
  size_t length = 0;
  cshm_status status = read_text(source, user, file, &text, &length, err);
  if (!status && is_of_1_2(text.data, text.length, length))
    status = fail_1_2(file, err);
  else if (!status)
    status = cshm__toml_parse_head(text.data, length, file, head, err);
  free(text.data);
  return status;
}

static const struct manifest_dialect dialect = {
    .assign = " = ",
    .list_open = NULL,
    .item_open = "\n[[",
    .item_next = "\n",
    .item_close = "\n",
    .map_open = ".",
    .map_next = NULL,
    .map_close = "",
    .long_key = "",
    .long_assign = " = ",
    .nothing = "",
    .nan = "nan",
    .infinity = "inf",
    .minus_infinity = "-inf",
    .null = NULL,
    .big_integers = false,
};

static cshm_status write_all(const struct index *index, const char *segment, struct text *text, cshm_error *err) {
  return cshm__manifest_write(&dialect, index, segment, text, err);
}

static cshm_status write_document(const struct document *document, struct text *text, cshm_error *err) {
  return cshm__manifest_document(&dialect, document, text, err);
}

/* ---- whole texts ---- */

static cshm_status check_limits(const struct document_source *source, const struct document *document,
                                cshm_error *err) {
  struct toml_scan scan = {.text = source->text, .length = source->length, .first = true};
  const char *wanted = cshm__toml_scan_limits(&scan);
  if (!wanted) return CSHM_OK;
  return cshm__document_fail_at(document, cshm__document_place(source->text, scan.at), CSHM_ERR_LIMIT, wanted,
                                "one more", err);
}

static cshm_status parse(const struct document_source *source, struct document *document, cshm_error *err) {
  struct document_source text = *source;
  size_t head;
  bool whole;
  cshm_status status = cshm__document_check_text(document, &text, err);
  if (!status) status = check_limits(&text, document, err);
  if (!status) status = cshm__toml_head_end(text.text, text.length, document->name, &head, &whole, err);
  if (!status && is_of_1_2(text.text, text.length, head)) status = fail_1_2(document->name, err);
  if (!status) status = cshm__toml_parse_document(text.text, text.length, document, err);
  return status ? status : cshm__document_keep_lead(document, &text, err);
}

const struct manifest_syntax cshm__manifest_toml = {"toml", read_head, write_all, parse, write_document};

/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include "manifest_check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading and writing ---- */

static void expect_known(cshm_status status, const cshm_error *err) {
  bool known = status == CSHM_ERR_CORRUPT || status == CSHM_ERR_LIMIT || status == CSHM_ERR_VERSION ||
               status == CSHM_ERR_BAD_TYPE || status == CSHM_ERR_BAD_NAME;
  if (!known || err->message[0] == '\0') fuzz_broken("a status without words, or one that the API does not tell");
}

bool fuzz_parse(const struct manifest_syntax *syntax, const void *data, size_t size, struct document *document) {
  struct document_source source = {data, size, "fuzz"};
  cshm_error err = CSHM_ERROR_INIT;
  cshm__document_init(document, source.name);
  cshm_status status = syntax->parse(&source, document, &err);
  if (!status) return true;
  expect_known(status, &err);
  cshm__document_free(document);
  return false;
}

bool fuzz_write(const struct manifest_syntax *syntax, const struct document *document, struct text *text) {
  cshm_error err = CSHM_ERROR_INIT;
  *text = (struct text){.data = NULL};
  cshm_status status = syntax->write_document(document, text, &err);
  if (!status) return true;
  if (status != CSHM_ERR_UNSUPPORTED || err.message[0] == '\0') fuzz_broken("a document that cannot be written");
  free(text->data);
  return false;
}

void fuzz_parse_own(const struct manifest_syntax *syntax, const struct text *text, struct document *document) {
  struct document_source source = {text->data ? text->data : "", text->length, "own"};
  cshm_error err = CSHM_ERROR_INIT;
  cshm__document_init(document, source.name);
  if (syntax->parse(&source, document, &err)) {
    fprintf(stderr, "%.*s\n%s\n", (int)text->length, source.text, err.message);
    fuzz_broken("what was written cannot be read");
  }
}

/* ---- sameness ---- */

void fuzz_same_text(const struct text *one, const struct text *other, const char *what) {
  if (one->length == other->length && (one->length == 0 || memcmp(one->data, other->data, one->length) == 0)) return;
  fprintf(stderr, "--- one\n%.*s\n--- other\n%.*s\n", (int)one->length, one->data, (int)other->length, other->data);
  fuzz_broken(what);
}

static bool same_bytes(const struct document *one, uint32_t a, uint32_t a_length, const struct document *other,
                       uint32_t b, uint32_t b_length) {
  return a_length == b_length && memcmp(cshm__document_string(one, a), cshm__document_string(other, b), a_length) == 0;
}

static bool has_own_meaning(const struct document *document, const struct document_node *node) {
  static const char *const keys[] = {"attributes", "fill",  "project", "generation", "segment", "lifetime", "created",
                                     "path",       "dtype", "order",   "alias",      "key",     "text",     "reason"};
  for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
    if (strcmp(cshm__document_string(document, node->key), keys[i]) == 0) return true;
  return false;
}

static bool same_single(const struct document *one, const struct document_node *a, const struct document *other,
                        const struct document_node *b) {
  switch (a->kind) {
  case DOCUMENT_BOOL:
    return a->boolean == b->boolean;
  case DOCUMENT_INTEGER:
    return a->magnitude == b->magnitude && (a->magnitude == 0 || a->negative == b->negative);
  case DOCUMENT_FLOAT:
    return (isnan(a->real) && isnan(b->real)) || memcmp(&a->real, &b->real, sizeof a->real) == 0;
  case DOCUMENT_STRING:
    return same_bytes(one, a->text, a->text_length, other, b->text, b->text_length);
  default:
    return true;
  }
}

static void expect_same(const struct document *one, uint32_t a, const struct document *other, uint32_t b) {
  const struct document_node *x = cshm__document_node(one, a), *y = cshm__document_node(other, b);
  if (!same_bytes(one, x->key, x->key_length, other, y->key, y->key_length)) fuzz_broken("another key");
  if (x->parent != DOCUMENT_NONE && cshm__document_node(one, x->parent)->kind == DOCUMENT_MAP &&
      has_own_meaning(one, x))
    return;
  if (x->kind != y->kind || x->count != y->count) fuzz_broken("another kind of value");
  if (!same_single(one, x, other, y)) fuzz_broken("another value");
  uint32_t mine = x->first, its = y->first;
  for (; mine != DOCUMENT_NONE; mine = cshm__document_node(one, mine)->next) {
    expect_same(one, mine, other, its);
    its = cshm__document_node(other, its)->next;
  }
}

void fuzz_same_document(const struct document *one, const struct document *other) { expect_same(one, 0, other, 0); }

/* ---- one syntax ---- */

struct bytes {
  const uint8_t *data;
  size_t left;
};

static cshm_status give_bytes(void *user, unsigned char *buffer, size_t size, size_t *length, cshm_error *err) {
  struct bytes *bytes = user;
  (void)err;
  *length = size < bytes->left ? size : bytes->left;
  if (*length > 0) memcpy(buffer, bytes->data, *length);
  bytes->data += *length;
  bytes->left -= *length;
  return CSHM_OK;
}

static void judge_head(const struct manifest_syntax *syntax, const uint8_t *data, size_t size) {
  struct manifest_head head;
  struct bytes bytes = {data, size};
  cshm_error err = CSHM_ERROR_INIT;
  cshm_status status = syntax->read_head(give_bytes, &bytes, "fuzz", &head, &err);
  if (status) expect_known(status, &err);
}

bool fuzz_means(const struct document *document) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_status status = cshm__manifest_check(document, &err);
  if (status) expect_known(status, &err);
  return !status;
}

bool fuzz_rewrite(const struct manifest_syntax *syntax, struct document *document, bool keeps) {
  struct text first, second;
  struct document again;
  if (!fuzz_write(syntax, document, &first)) return false;
  fuzz_parse_own(syntax, &first, &again);
  fuzz_same_document(document, &again);
  if (!fuzz_write(syntax, &again, &second)) fuzz_broken("what was written once cannot be written again");
  if (keeps) fuzz_same_text(&first, &second, "written again it is another text");
  cshm__document_free(document);
  *document = again;
  free(first.data);
  free(second.data);
  return true;
}

void fuzz_syntax(const struct manifest_syntax *syntax, const uint8_t *data, size_t size) {
  struct document document;
  judge_head(syntax, data, size);
  if (!fuzz_parse(syntax, data, size, &document)) return;
  if (fuzz_rewrite(syntax, &document, fuzz_means(&document))) fuzz_rewrite(syntax, &document, true);
  cshm__document_free(&document);
}

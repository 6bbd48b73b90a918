/* SPDX-License-Identifier: MIT */
#include "manifest_dtype.h"

#include "dtype.h"
#include "error.h"
#include "manifest_keys.h"

#include <string.h>

struct writer {
  const struct document *document;
  struct text *text;
  bool by_hand;
  cshm_error *err;
};

/* ---- words ---- */

static const char *const names[][2] = {
    {"bool", "|b1"},    {"int8", "|i1"},    {"int16", "<i2"},     {"int32", "<i4"},      {"int64", "<i8"},
    {"uint8", "|u1"},   {"uint16", "<u2"},  {"uint32", "<u4"},    {"uint64", "<u8"},     {"float16", "<f2"},
    {"float32", "<f4"}, {"float64", "<f8"}, {"complex64", "<c8"}, {"complex128", "<c16"}};

/* "datetime64[ns]" and "timedelta64[ns]", with what stands before the unit in a typestring. */
static const char *const times[][2] = {{"datetime64", "<M8"}, {"timedelta64", "<m8"}};

/* Adds a typestring in its one spelling: numpy takes "f8" and "=f8" for "<f8", and "<i1" for "|i1". */
static void add_typestring(const struct writer *writer, const struct keys_text *word) {
  bool told = word->length > 0 && strchr("<>|=", word->data[0]);
  const char *kind = word->data + told;
  if (kind[0] == '\0' || !strchr("biufcMmSUV", kind[0]) || kind[1] < '0' || kind[1] > '9') {
    cshm__text_add(writer->text, word->data, word->length); /* it is for others to say what is wrong */
    return;
  }
  bool ordered = !strchr("bSV", kind[0]) && strcmp(kind + 1, "1") != 0;
  cshm__text_add_word(writer->text, !ordered ? "|" : word->data[0] == '>' ? ">" : "<");
  cshm__text_add_word(writer->text, kind);
}

/* Adds a word as a typestring: numpy's name of a type becomes its typestring. */
static void add_word(const struct writer *writer, const struct keys_text *word) {
  for (size_t i = 0; writer->by_hand && i < sizeof names / sizeof names[0]; i++)
    if (strcmp(word->data, names[i][0]) == 0) {
      cshm__text_add_word(writer->text, names[i][1]);
      return;
    }
  for (size_t i = 0; writer->by_hand && i < sizeof times / sizeof times[0]; i++) {
    size_t length = strlen(times[i][0]);
    if (strncmp(word->data, times[i][0], length) == 0) {
      cshm__text_add_word(writer->text, times[i][1]);
      cshm__text_add_word(writer->text, word->data + length);
      return;
    }
  }
  if (writer->by_hand)
    add_typestring(writer, word);
  else
    cshm__text_add(writer->text, word->data, word->length);
}

/* ---- lists of fields, as JSON ---- */

static cshm_status add_fields(const struct writer *writer, uint32_t list);

/* The type of a field that is a word, checked by itself, so that a fault is told where it is. */
static cshm_status add_field_word(const struct writer *writer, uint32_t node) {
  struct keys_text word;
  cshm_dtype parts;
  cshm_status status = cshm__keys_text(writer->document, node, "the type of a field", &word, writer->err);
  if (status) return status;
  cshm__text_add_word(writer->text, "\"");
  size_t start = writer->text->length;
  add_word(writer, &word);
  if (writer->text->failed) return CSHM_OK; /* told at the end */
  status = cshm__dtype_parse(writer->text->data + start, writer->text->length - start, &parts, NULL, writer->err);
  if (status) return cshm__keys_about(writer->document, node, status, writer->err);
  cshm__text_add_word(writer->text, "\"");
  return CSHM_OK;
}

static cshm_status add_field_type(const struct writer *writer, uint32_t node) {
  bool is_list = cshm__document_node(writer->document, node)->kind == DOCUMENT_LIST;
  return is_list ? add_fields(writer, node) : add_field_word(writer, node);
}

static cshm_status add_field_shape(const struct writer *writer, uint32_t node) {
  int64_t shape[CSHM_MAX_NDIM];
  uint32_t ndim;
  cshm_status status = cshm__keys_shape(writer->document, node, &ndim, shape, writer->err);
  if (status) return status;
  for (uint32_t i = 0; i < ndim; i++) {
    cshm__text_add_word(writer->text, i == 0 ? ",[" : ",");
    cshm__text_add_signed(writer->text, shape[i]);
  }
  cshm__text_add_word(writer->text, ndim > 0 ? "]" : ",[]");
  return CSHM_OK;
}

static cshm_status add_field(const struct writer *writer, uint32_t number) {
  const struct document_node *node = cshm__document_node(writer->document, number);
  struct keys_text name;
  if (node->kind != DOCUMENT_LIST || node->count < 2 || node->count > 3)
    return cshm__document_fail(writer->document, number, CSHM_ERR_CORRUPT,
                               "a field: a list of its name, its type, and maybe a shape", writer->err);
  cshm_status status = cshm__keys_text(writer->document, node->first, "the name of a field", &name, writer->err);
  if (status) return status;
  cshm__text_add_word(writer->text, "[");
  cshm__text_add_quoted(writer->text, name.data, name.length);
  cshm__text_add_word(writer->text, ",");
  status = add_field_type(writer, cshm__document_node(writer->document, node->first)->next);
  if (!status && node->count == 3) status = add_field_shape(writer, node->last);
  cshm__text_add_word(writer->text, "]");
  return status;
}

/* As deep as the document at most. */
static cshm_status add_fields(const struct writer *writer, uint32_t list) {
  uint32_t child = cshm__document_node(writer->document, list)->first;
  cshm_status status = CSHM_OK;
  cshm__text_add_word(writer->text, "[");
  for (bool first = true; child != DOCUMENT_NONE && !status; first = false) {
    cshm__text_add_word(writer->text, first ? "" : ",");
    status = add_field(writer, child);
    child = cshm__document_node(writer->document, child)->next;
  }
  cshm__text_add_word(writer->text, "]");
  return status;
}

cshm_status cshm__manifest_dtype(const struct document *document, uint32_t node, bool by_hand, struct text *text,
                                 cshm_dtype *parts, cshm_error *err) {
  struct writer writer = {document, text, by_hand, err};
  struct keys_text word;
  cshm_status status;
  text->length = 0;
  if (by_hand && cshm__document_node(document, node)->kind == DOCUMENT_LIST) {
    status = add_fields(&writer, node);
  } else {
    const char *wanted =
        by_hand ? "a dtype: \"<f8\", float64, or a list of fields" : "a dtype: a string such as \"<f8\"";
    status = cshm__keys_text(document, node, wanted, &word, err);
    if (!status) add_word(&writer, &word);
  }
  if (status) return status;
  cshm__text_add(text, "", 1);
  if (text->failed) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for a dtype");
  status = cshm__dtype_parse(text->data, text->length - 1, parts, NULL, err);
  return status ? cshm__keys_about(document, node, status, err) : CSHM_OK;
}

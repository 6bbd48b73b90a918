/* SPDX-License-Identifier: MIT */
#include "h5values.h"

#include "utf8.h"

#include <stdlib.h>
#include <string.h>

#define MAX_COUNT (UINT64_C(1) << 62)

static size_t smaller(uint64_t a, size_t b) { return a < b ? (size_t)a : b; }

static bool counts_only(const struct h5values *values) { return values->builder.id == 0 && !values->memory; }

cshm_status cshm__h5_values_begin(struct h5values *values, hid_t from, hid_t to) {
  values->from = from;
  values->to = to;
  values->from_size = from > 0 ? H5Tget_size(from) : 1;
  values->to_size = to > 0 ? H5Tget_size(to) : 1;
  values->is_utf8 = true;
  size_t larger = values->from_size > values->to_size ? values->from_size : values->to_size;
  values->capacity = larger < values->budget ? values->budget / larger : 1;
  values->buffer = (unsigned char *)malloc(values->capacity * larger);
  values->background = (unsigned char *)calloc(values->capacity, from > 0 ? values->to_size : 1);
  if (values->buffer && values->background) return CSHM_OK;
  cshm__h5_values_end(values);
  return CSHM_ERR_NO_MEMORY;
}

void cshm__h5_values_end(struct h5values *values) {
  free(values->buffer);
  free(values->background);
  values->buffer = NULL;
  values->background = NULL;
}

/* ---- the buffer ------------------------------------------------------------------------------------ */

/* Counts items; false where they are more than can be, or more than there is room for. */
static bool count(struct h5values *values, uint64_t more, struct h5reason *reason) {
  uint64_t most = counts_only(values) ? MAX_COUNT / values->to_size : values->room / values->to_size;
  if (more <= most && values->count <= most - more) {
    values->count += more;
    return true;
  }
  cshm__h5_reason(reason, "%s",
                  counts_only(values) ? "its elements make more than 2^62 bytes" : "it changes while it is read");
  return false;
}

cshm_status cshm__h5_values_flush(struct h5values *values, struct h5reason *reason, cshm_error *err) {
  size_t used = values->used;
  uint64_t nbytes = used * values->to_size;
  values->used = 0;
  if (used == 0 || counts_only(values)) return CSHM_OK;
  if (values->from > 0) {
    memset(values->background, 0, used * values->to_size);
    if (H5Tconvert(values->from, values->to, used, values->buffer, values->background, H5P_DEFAULT) < 0) {
      cshm__h5_reason_words(reason, "it cannot be converted");
      return CSHM_OK;
    }
  }
  if (values->memory) {
    memcpy(values->memory + values->begin, values->buffer, (size_t)nbytes);
    values->begin += nbytes;
    return CSHM_OK;
  }
  cshm_status status = cshm_builder_write(values->builder, values->array, values->begin, values->buffer, nbytes, err);
  values->begin += nbytes;
  return status ? status : cshm__h5_progress_add(values->progress, nbytes, err);
}

/* Makes room for at least one item. */
static cshm_status make_room(struct h5values *values, struct h5reason *reason, cshm_error *err) {
  return values->used == values->capacity ? cshm__h5_values_flush(values, reason, err) : CSHM_OK;
}

static unsigned char *free_place(const struct h5values *values) {
  return values->buffer + values->used * values->from_size;
}

cshm_status cshm__h5_values_bytes(struct h5values *values, const void *data, size_t nbytes, struct h5reason *reason,
                                  cshm_error *err) {
  const unsigned char *at = (const unsigned char *)data;
  if (!count(values, nbytes, reason) || counts_only(values)) return CSHM_OK;
  while (nbytes > 0) {
    cshm_status status = make_room(values, reason, err);
    if (status != CSHM_OK) return status;
    size_t piece = smaller(nbytes, values->capacity - values->used);
    memcpy(free_place(values), at, piece);
    values->used += piece;
    at += piece;
    nbytes -= piece;
  }
  return CSHM_OK;
}

/* ---- strings --------------------------------------------------------------------------------------- */

/* Looks whether the text goes on as UTF-8; a character may lie in two pieces, or more. */
static void check_text(struct h5values *values, const char *text, size_t length) {
  while (values->is_utf8 && length > 0) {
    uint32_t code;
    if (values->tail_size == 0) {
      size_t step = cshm__utf8_next(text, length, &code);
      if (step > 0) {
        text += step;
        length -= step;
        continue;
      }
    }
    values->tail[values->tail_size++] = (unsigned char)*text++;
    length--;
    if (cshm__utf8_next((const char *)values->tail, values->tail_size, &code) > 0)
      values->tail_size = 0;
    else if (values->tail_size == sizeof values->tail)
      values->is_utf8 = false;
  }
}

/* The end of a string cannot be inside of a character. */
static void check_end(struct h5values *values) {
  if (values->tail_size > 0) values->is_utf8 = false;
  values->tail_size = 0;
}

cshm_status cshm__h5_values_string(struct h5values *values, const struct h5heap *heap, const struct h5object *object,
                                   uint64_t nbytes, struct h5reason *reason, cshm_error *err) {
  for (uint64_t at = 0; at < nbytes;) {
    cshm_status status = make_room(values, reason, err);
    if (status != CSHM_OK || reason->text[0] != '\0') return status;
    size_t piece = smaller(nbytes - at, values->capacity - values->used);
    unsigned char *text = free_place(values);
    if (!cshm__h5_heap_read(heap, object, at, piece, text, reason)) return CSHM_OK;
    const unsigned char *nul = (const unsigned char *)memchr(text, '\0', piece);
    size_t length = nul ? (size_t)(nul - text) : piece;
    if (!count(values, length, reason)) return CSHM_OK;
    check_text(values, (const char *)text, length);
    values->used += counts_only(values) ? 0 : length;
    if (nul) break;
    at += piece;
  }
  check_end(values);
  return CSHM_OK;
}

/* ---- sequences ------------------------------------------------------------------------------------- */

cshm_status cshm__h5_values_items(struct h5values *values, const struct h5heap *heap, const struct h5object *object,
                                  uint64_t nbytes, struct h5reason *reason, cshm_error *err) {
  size_t size = values->from_size;
  if (!count(values, nbytes / size, reason) || counts_only(values)) return CSHM_OK;
  for (uint64_t at = 0; at < nbytes;) {
    cshm_status status = make_room(values, reason, err);
    if (status != CSHM_OK || reason->text[0] != '\0') return status;
    size_t items = smaller((nbytes - at) / size, values->capacity - values->used);
    if (!cshm__h5_heap_read(heap, object, at, items * size, free_place(values), reason)) return CSHM_OK;
    values->used += items;
    at += items * size;
  }
  return CSHM_OK;
}

/* SPDX-License-Identifier: MIT */
#include "descr.h"

#include <assert.h>

#include <string.h>

/* Names seen so far, so that one that comes twice is found in time that does not grow with the square of the fields.
 * A name belongs to the list it is in; both are known by their place in the text. 12 bytes are the least that a field
 * takes, so the table never fills up. The seed keeps a hostile text from choosing names that collide. */
#define SLOTS 8192u
static_assert(CSHM_MAX_DTYPE / 12 < SLOTS * 3 / 4, "the table of names holds those of every dtype");
static_assert(CSHM_MAX_DTYPE <= UINT16_MAX, "places in a dtype fit in its slots");

struct names {
  uint16_t list[SLOTS];
  uint16_t name[SLOTS]; /* 0: free; a name is never first in the text */
  uint32_t seed;
};

struct reader {
  struct json in;
  struct names *names; /* NULL: they were checked before */
  struct dtype_fault fault;
  bool swapped;
};

struct total {
  uint64_t itemsize;
  uint32_t field_count;
};

static bool fail(struct reader *reader, const char *wanted) {
  reader->fault.at = reader->in.at;
  reader->fault.wanted = wanted;
  return false;
}

static bool take(struct reader *reader, char wanted, const char *words) {
  return cshm__json_take(&reader->in, wanted) || fail(reader, words);
}

/* ---- names ---- */

static bool same_name(const struct json *text, size_t a, size_t b) {
  struct json left = {text->text, text->length, a + 1};
  struct json right = {text->text, text->length, b + 1};
  for (;;) {
    uint32_t from_left = 0, from_right = 0;
    bool more = cshm__json_char(&left, &from_left);
    if (more != cshm__json_char(&right, &from_right) || from_left != from_right) return false;
    if (!more) return true;
  }
}

static uint32_t name_hash(const struct names *names, const struct json *text, size_t list, size_t name) {
  struct json in = {text->text, text->length, name + 1};
  uint32_t hash = (names->seed ^ (uint32_t)list) * 0x9E3779B1u;
  uint32_t code;
  while (cshm__json_char(&in, &code))
    hash = ((hash ^ code) * 0x85EBCA6Bu) ^ (hash >> 15);
  return (hash ^ hash >> 16) * 0xC2B2AE35u >> 16;
}

/* False where the list has that name already. */
static bool add_name(struct names *names, const struct json *text, size_t list, size_t name) {
  uint32_t slot = name_hash(names, text, list, name) % SLOTS;
  for (; names->name[slot]; slot = (slot + 1) % SLOTS)
    if (names->list[slot] == list && same_name(text, names->name[slot], name)) return false;
  names->list[slot] = (uint16_t)list;
  names->name[slot] = (uint16_t)name;
  return true;
}

static bool take_name(struct reader *reader, size_t list, struct dtype_field *field) {
  if (!cshm__json_take_string(&reader->in, &field->name, &field->name_length))
    return fail(reader, "a field's name: a JSON string");
  size_t at = (size_t)(field->name - reader->in.text);
  struct json in = {reader->in.text, reader->in.length, at + 1};
  uint32_t code;
  while (cshm__json_char(&in, &code)) {
    if (code == 0) {
      reader->in.at = in.at;
      return fail(reader, "a name without NUL before this");
    }
  }
  if (field->name_length > 2 && reader->names && !add_name(reader->names, &reader->in, list, at)) {
    reader->in.at = at;
    return fail(reader, "a name that no other field of this list has");
  }
  return true;
}

/* ---- fields ---- */

static bool take_list(struct reader *reader, uint32_t depth, struct total *total);

static bool take_typestring(struct reader *reader, uint64_t *itemsize) {
  const char *string;
  size_t length;
  cshm_dtype parts;
  if (!cshm__json_take_string(&reader->in, &string, &length))
    return fail(reader, "a type: a JSON string such as \"<f8\", or a list of fields");
  if (!cshm__typestring_parse(string + 1, length - 2, &parts, &reader->fault)) {
    reader->fault.at += (size_t)(string + 1 - reader->in.text);
    return false;
  }
  reader->swapped |= parts.byte_order == '>';
  *itemsize = parts.itemsize;
  return true;
}

static bool take_format(struct reader *reader, uint32_t depth, struct dtype_field *field) {
  char next = 0;
  cshm__json_peek(&reader->in, &next);
  size_t start = reader->in.at;
  struct total inner = {0, 0};
  bool good = next == '[' ? take_list(reader, depth + 1, &inner) : take_typestring(reader, &inner.itemsize);
  if (!good) return false;
  field->nbytes = inner.itemsize;
  field->format = reader->in.text + start;
  field->format_length = reader->in.at - start;
  return true;
}

static bool take_shape(struct reader *reader, struct dtype_field *field) {
  if (!take(reader, '[', "the shape of a sub-array: a JSON list of lengths")) return false;
  do {
    int64_t length;
    if (field->ndim == CSHM_MAX_NDIM) return fail(reader, "at most 64 dimensions");
    if (!cshm__json_take_count(&reader->in, &length)) return fail(reader, "a length from 1 to 2147483647");
    field->shape[field->ndim++] = length;
    field->nbytes *= (uint64_t)length;
    if (field->nbytes >= (uint64_t)TYPESTRING_MAX_ITEMSIZE) return fail(reader, "a type of less than 2^31 bytes");
  } while (cshm__json_take(&reader->in, ','));
  return take(reader, ']', "',' or ']'");
}

static bool is_padding(const struct dtype_field *field) { return field->name_length == 2; }

static bool take_field(struct reader *reader, uint32_t depth, size_t list, struct dtype_field *field) {
  memset(field, 0, sizeof *field);
  if (!take(reader, '[', "a field: [name, type] or [name, type, shape]") || !take_name(reader, list, field) ||
      !take(reader, ',', "',' and the field's type") || !take_format(reader, depth, field))
    return false;
  if (is_padding(field) && (field->format[0] != '"' || field->format[2] != 'V')) {
    reader->in.at = (size_t)(field->name - reader->in.text);
    return fail(reader, "a name (only padding has none, as in [\"\",\"|V4\"])");
  }
  if (!is_padding(field) && cshm__json_take(&reader->in, ',') && !take_shape(reader, field)) return false;
  return take(reader, ']', is_padding(field) ? "']': padding has no shape" : "',' or ']'");
}

static bool take_list(struct reader *reader, uint32_t depth, struct total *total) {
  if (depth > DTYPE_MAX_DEPTH) return fail(reader, "no more than 16 levels of lists");
  size_t list = reader->in.at;
  if (!take(reader, '[', "a list of fields")) return false;
  do {
    struct dtype_field field;
    if (!take_field(reader, depth, list, &field)) return false;
    total->field_count += is_padding(&field) ? 0 : 1;
    total->itemsize += field.nbytes;
    if (total->itemsize >= (uint64_t)TYPESTRING_MAX_ITEMSIZE) return fail(reader, "a type of less than 2^31 bytes");
  } while (cshm__json_take(&reader->in, ','));
  if (!take(reader, ']', "',' or ']'")) return false;
  return total->field_count > 0 || fail(reader, "a field that is not padding before this");
}

bool cshm__descr_parse(const char *text, size_t length, cshm_dtype *parts, bool *swapped, struct dtype_fault *fault) {
  struct names names;
  memset(&names, 0, sizeof names);
  names.seed = (uint32_t)((uintptr_t)&names >> 4);
  struct reader reader = {.in = {text, length, 0}, .names = &names};
  struct total total = {0, 0};
  char next;
  bool good = take_list(&reader, 1, &total) && (!cshm__json_peek(&reader.in, &next) || fail(&reader, "the end"));
  if (!good) {
    *fault = reader.fault;
    return false;
  }
  *parts = (cshm_dtype)CSHM_DTYPE_INIT;
  parts->kind = 'V';
  parts->byte_order = '|';
  parts->field_count = total.field_count;
  parts->itemsize = total.itemsize;
  *swapped = reader.swapped;
  return true;
}

struct descr_walk cshm__descr_walk(const char *text, size_t length) {
  struct descr_walk walk = {{text, length, 0}, 0};
  cshm__json_take(&walk.in, '[');
  return walk;
}

bool cshm__descr_next(struct descr_walk *walk, struct dtype_field *field) {
  struct reader reader = {.in = walk->in};
  bool found = false;
  while (!found && take_field(&reader, 1, 0, field)) {
    field->offset = walk->offset;
    walk->offset += field->nbytes;
    found = !is_padding(field);
    cshm__json_take(&reader.in, ',');
  }
  walk->in = reader.in;
  return found;
}

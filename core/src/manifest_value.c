/* SPDX-License-Identifier: MIT */
#include "manifest_value.h"

#include "decimal.h"
#include "descr.h"
#include "utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct writer {
  const struct manifest_dialect *dialect;
  struct text *text;
  struct text scratch; /* a U string as UTF-8 */
  uint32_t depth;
  uint32_t max_depth;
  uint64_t walked; /* bytes of lists of fields */
  bool given_up;
};

static void add(struct writer *writer, const char *word) { cshm__text_add_word(writer->text, word); }

/* ---- plain elements ---- */

/* `sign` is 0, or all ones before a negative number. */
static uint64_t load_after(uint64_t sign, const unsigned char *data, uint64_t size, bool big_endian) {
  uint64_t bits = sign;
  for (uint64_t i = 0; i < size; i++)
    bits = bits << 8 | data[big_endian ? i : size - 1 - i];
  return bits;
}

static uint64_t load(const unsigned char *data, uint64_t size, bool big_endian) {
  return load_after(0, data, size, big_endian);
}

static int64_t load_signed(const unsigned char *data, uint64_t size, bool big_endian) {
  bool negative = data[big_endian ? 0 : size - 1] & 0x80;
  uint64_t bits = load_after(negative ? UINT64_MAX : 0, data, size, big_endian);
  int64_t value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static void add_unsigned(struct writer *writer, uint64_t value) {
  bool as_string = value > INT64_MAX && !writer->dialect->big_integers;
  add(writer, as_string ? "\"" : "");
  cshm__text_add_unsigned(writer->text, value);
  add(writer, as_string ? "\"" : "");
}

static void add_time(struct writer *writer, int64_t value) {
  if (value == INT64_MIN)
    add(writer, "\"NaT\"");
  else
    cshm__text_add_signed(writer->text, value);
}

/* True where it was no finite number and is written already. */
static bool add_special(struct writer *writer, double value) {
  if (isfinite(value)) return false;
  const struct manifest_dialect *dialect = writer->dialect;
  add(writer, isnan(value) ? dialect->nan : value > 0 ? dialect->infinity : dialect->minus_infinity);
  return true;
}

static size_t decimal(uint64_t bits, uint64_t size, char *out) {
  if (size == 2) return cshm__decimal_half((uint16_t)bits, out);
  if (size == 4) {
    uint32_t low = (uint32_t)bits;
    float value;
    memcpy(&value, &low, sizeof value);
    return cshm__decimal_float(value, out);
  }
  double value;
  memcpy(&value, &bits, sizeof value);
  return cshm__decimal_double(value, out);
}

static double float_value(uint64_t bits, uint64_t size) {
  if (size == 2) return cshm__half_value((uint16_t)bits);
  if (size == 4) {
    uint32_t low = (uint32_t)bits;
    float value;
    memcpy(&value, &low, sizeof value);
    return (double)value;
  }
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static void add_float(struct writer *writer, const unsigned char *data, uint64_t size, bool big_endian) {
  uint64_t bits = load(data, size, big_endian);
  char out[DECIMAL_SIZE];
  if (!add_special(writer, float_value(bits, size))) cshm__text_add(writer->text, out, decimal(bits, size, out));
}

static void add_complex(struct writer *writer, const unsigned char *data, uint64_t size, bool big_endian) {
  add(writer, "[");
  add_float(writer, data, size / 2, big_endian);
  add(writer, ", ");
  add_float(writer, data + size / 2, size / 2, big_endian);
  add(writer, "]");
}

/* ---- strings: text where the bytes are text, else {base64: ...} of all of them ---- */

static void add_no_text(struct writer *writer, const unsigned char *data, uint64_t size) {
  add(writer, "{base64");
  add(writer, writer->dialect->assign);
  cshm__text_add_base64(writer->text, data, size);
  add(writer, "}");
}

static void add_bytes(struct writer *writer, const unsigned char *data, uint64_t size) {
  uint64_t length = size;
  while (length > 0 && data[length - 1] == 0)
    length--;
  if (cshm__utf8_valid((const char *)data, length))
    cshm__text_add_quoted(writer->text, (const char *)data, length);
  else
    add_no_text(writer, data, size);
}

static void add_utf32(struct writer *writer, const unsigned char *data, uint64_t size, bool big_endian) {
  uint64_t length = size;
  while (length > 0 && load(data + length - 4, 4, big_endian) == 0)
    length -= 4;
  writer->scratch.length = 0;
  for (uint64_t i = 0; i < length; i += 4) {
    char bytes[4];
    size_t count = cshm__utf8_put((uint32_t)load(data + i, 4, big_endian), bytes);
    if (count == 0) {
      add_no_text(writer, data, size);
      return;
    }
    cshm__text_add(&writer->scratch, bytes, count);
  }
  cshm__text_add_quoted(writer->text, writer->scratch.data, writer->scratch.length);
}

static void add_plain(struct writer *writer, const cshm_dtype *dtype, const unsigned char *data) {
  uint64_t size = dtype->itemsize;
  bool big_endian = dtype->byte_order == '>';
  switch (dtype->kind) {
  case 'b':
    add(writer, data[0] ? "true" : "false");
    return;
  case 'i':
    cshm__text_add_signed(writer->text, load_signed(data, size, big_endian));
    return;
  case 'u':
    add_unsigned(writer, load(data, size, big_endian));
    return;
  case 'f':
    add_float(writer, data, size, big_endian);
    return;
  case 'c':
    add_complex(writer, data, size, big_endian);
    return;
  case 'M':
  case 'm':
    add_time(writer, load_signed(data, size, big_endian));
    return;
  case 'S':
    add_bytes(writer, data, size);
    return;
  case 'U':
    add_utf32(writer, data, size, big_endian);
    return;
  default:
    cshm__text_add_base64(writer->text, data, size);
  }
}

/* ---- lists ---- */

/* What the elements are: a plain type taken apart, or the text of a list of fields. */
struct element {
  cshm_dtype plain;
  const char *fields; /* NULL: plain */
  size_t fields_length;
};

static struct element element_of(const char *dtype, size_t length, bool is_list) {
  struct element element = {.fields = NULL};
  struct dtype_fault fault;
  if (is_list) {
    element.fields = dtype;
    element.fields_length = length;
  } else {
    cshm__typestring_parse(dtype, length, &element.plain, &fault);
  }
  return element;
}

static void add_shaped(struct writer *writer, const struct element *element, uint32_t ndim, const int64_t *shape,
                       const unsigned char *data, uint64_t nbytes);

static void add_fields(struct writer *writer, const struct element *element, const unsigned char *data) {
  struct descr_walk walk = cshm__descr_walk(element->fields, element->fields_length);
  struct dtype_field field;
  writer->walked += element->fields_length;
  if (writer->walked > MANIFEST_MAX_WALK) writer->given_up = true;
  for (bool first = true; !writer->given_up && cshm__descr_next(&walk, &field); first = false) {
    bool is_list = field.format[0] == '[';
    size_t quote = is_list ? 0 : 1; /* a type's word holds no escapes: it is what is between the quotes */
    struct element inner = element_of(field.format + quote, field.format_length - 2 * quote, is_list);
    add(writer, first ? "" : ", ");
    add_shaped(writer, &inner, field.ndim, field.shape, data + field.offset, field.nbytes);
  }
}

/* Opens a list; false where there are too many around it already. */
static bool open_list(struct writer *writer) {
  if (writer->depth == writer->max_depth) writer->given_up = true;
  if (writer->given_up) return false;
  writer->depth++;
  add(writer, "[");
  return true;
}

static void close_list(struct writer *writer) {
  writer->depth--;
  add(writer, "]");
}

static void add_element(struct writer *writer, const struct element *element, const unsigned char *data) {
  if (!element->fields) {
    add_plain(writer, &element->plain, data);
    return;
  }
  if (open_list(writer)) {
    add_fields(writer, element, data);
    close_list(writer);
  }
}

/* `nbytes` are those of the whole shape. Without elements it is an empty list, whatever the shape: that is told apart. */
static void add_shaped(struct writer *writer, const struct element *element, uint32_t ndim, const int64_t *shape,
                       const unsigned char *data, uint64_t nbytes) {
  if (ndim == 0) {
    add_element(writer, element, data);
    return;
  }
  if (!open_list(writer)) return;
  uint64_t step = nbytes == 0 ? 0 : nbytes / (uint64_t)shape[0];
  for (uint64_t at = 0; at < nbytes && !writer->given_up; at += step) {
    add(writer, at == 0 ? "" : ", ");
    add_shaped(writer, element, ndim - 1, shape + 1, data + at, step);
  }
  close_list(writer);
}

bool cshm__manifest_value(const struct manifest_dialect *dialect, const struct manifest_value *value,
                          struct text *text) {
  struct writer writer = {.dialect = dialect, .text = text};
  writer.max_depth = value->whole ? UINT32_MAX : MANIFEST_MAX_VALUE_DEPTH;
  size_t start = text->length;
  cshm_dtype parts;
  if ((!value->whole && value->nbytes > MANIFEST_MAX_VALUE) ||
      cshm__dtype_parse(value->dtype, value->dtype_length, &parts, NULL, NULL) != CSHM_OK)
    return false;
  struct element element = element_of(value->dtype, value->dtype_length, parts.field_count > 0);
  add_shaped(&writer, &element, value->ndim, value->shape, value->data, value->nbytes);
  if (writer.scratch.failed) text->failed = true;
  free(writer.scratch.data);
  if (writer.given_up) text->length = start;
  return !writer.given_up;
}

/* SPDX-License-Identifier: MIT */
#include "manifest_value_read.h"

#include "decimal_read.h"
#include "descr.h"
#include "manifest_value.h"
#include "text.h"
#include "utf8.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WANTED_SIZE 128

struct reader {
  const struct document *document;
  unsigned char *data; /* NULL: nothing is written */
  uint64_t walked;     /* bytes of lists of fields */
  cshm_error *err;
};

/* What the elements are: a plain type taken apart, or the text of a list of fields. */
struct element {
  cshm_dtype plain;
  const char *fields; /* NULL: plain */
  size_t fields_length;
};

/* Elements of a shape, and where their bytes are. */
struct place {
  uint32_t ndim;
  const int64_t *shape;
  uint64_t at;
  uint64_t nbytes;
};

static cshm_status fail(const struct reader *reader, uint32_t node, const char *wanted) {
  return cshm__document_fail(reader->document, node, CSHM_ERR_CORRUPT, wanted, reader->err);
}

static const struct document_node *get(const struct reader *reader, uint32_t node) {
  return cshm__document_node(reader->document, node);
}

/* The lowest `size` bytes of a number. */
static void put(const struct reader *reader, uint64_t at, uint64_t bits, uint64_t size, bool big_endian) {
  if (!reader->data) return;
  for (uint64_t i = 0; i < size; i++)
    reader->data[at + i] = (unsigned char)(bits >> 8 * (big_endian ? size - 1 - i : i));
}

/* ---- numbers ---- */

static bool is_signed_within(const struct document_node *node, uint64_t size) {
  uint64_t limit = UINT64_C(1) << (8 * size - 1);
  return node->kind == DOCUMENT_INTEGER && (node->negative ? node->magnitude <= limit : node->magnitude < limit);
}

static cshm_status read_signed(const struct reader *reader, uint32_t number, uint64_t at, const cshm_dtype *dtype) {
  const struct document_node *node = get(reader, number);
  uint64_t size = dtype->itemsize, most = (UINT64_C(1) << (8 * size - 1)) - 1;
  if (!is_signed_within(node, size)) {
    char wanted[WANTED_SIZE];
    snprintf(wanted, sizeof wanted, "a whole number from -%llu to %llu", (unsigned long long)most + 1,
             (unsigned long long)most);
    return fail(reader, number, wanted);
  }
  put(reader, at, node->negative ? 0 - node->magnitude : node->magnitude, size, dtype->byte_order == '>');
  return CSHM_OK;
}

/* Digits of a number below 2^64, as TOML has it from 2^63 up. */
static bool take_digits(const char *text, size_t length, uint64_t *value) {
  *value = 0;
  for (size_t i = 0; i < length; i++) {
    uint64_t digit = (uint64_t)(unsigned char)text[i] - '0';
    if (digit > 9 || *value > (UINT64_MAX - digit) / 10) return false;
    *value = *value * 10 + digit;
  }
  return length > 0;
}

static bool take_unsigned(const struct reader *reader, const struct document_node *node, uint64_t size,
                          uint64_t *value) {
  if (size == 8 && node->kind == DOCUMENT_STRING)
    return take_digits(cshm__document_string(reader->document, node->text), node->text_length, value);
  *value = node->magnitude;
  bool fits = size == 8 || node->magnitude >> 8 * size == 0;
  return node->kind == DOCUMENT_INTEGER && fits && (!node->negative || node->magnitude == 0);
}

static cshm_status read_unsigned(const struct reader *reader, uint32_t number, uint64_t at, const cshm_dtype *dtype) {
  uint64_t size = dtype->itemsize, value = 0;
  if (!take_unsigned(reader, get(reader, number), size, &value)) {
    char wanted[WANTED_SIZE];
    snprintf(wanted, sizeof wanted, "a whole number from 0 to %llu",
             (unsigned long long)(UINT64_MAX >> (64 - 8 * size)));
    return fail(reader, number, wanted);
  }
  put(reader, at, value, size, dtype->byte_order == '>');
  return CSHM_OK;
}

static cshm_status read_bool(const struct reader *reader, uint32_t number, uint64_t at) {
  const struct document_node *node = get(reader, number);
  if (node->kind != DOCUMENT_BOOL) return fail(reader, number, "true or false");
  put(reader, at, node->boolean, 1, false);
  return CSHM_OK;
}

/* Bits of what is no finite number. */
static uint64_t special_bits(double value, uint64_t size) {
  uint64_t infinity = size == 2 ? 0x7C00 : size == 4 ? 0x7F800000 : UINT64_C(0x7FF0000000000000);
  uint64_t quiet = size == 2 ? 0x0200 : size == 4 ? 0x00400000 : UINT64_C(0x0008000000000000);
  if (isnan(value)) return infinity | quiet;
  return infinity | (value < 0 ? UINT64_C(1) << (8 * size - 1) : 0);
}

/* False where the text is no decimal, or is larger than the type holds. */
static bool decimal_bits(const char *text, size_t length, uint64_t size, uint64_t *bits) {
  if (size == 2) {
    uint16_t half = 0;
    bool good = cshm__decimal_read_half(text, length, &half);
    *bits = half;
    return good && (half & 0x7FFF) != 0x7C00;
  }
  if (size == 4) {
    float value = 0;
    uint32_t low;
    bool good = cshm__decimal_read_float(text, length, &value);
    memcpy(&low, &value, sizeof low);
    *bits = low;
    return good && isfinite(value);
  }
  double value = 0;
  bool good = cshm__decimal_read_double(text, length, &value);
  memcpy(bits, &value, sizeof *bits);
  return good && isfinite(value);
}

/* From the text, since a double would be rounded twice. Integers may be written in other bases than ten. */
static bool float_bits(const struct reader *reader, const struct document_node *node, uint64_t size, uint64_t *bits) {
  char digits[TEXT_DIGITS_SIZE + 1];
  if (node->kind == DOCUMENT_INTEGER) {
    int length =
        snprintf(digits, sizeof digits, "%s%llu", node->negative ? "-" : "", (unsigned long long)node->magnitude);
    return decimal_bits(digits, (size_t)length, size, bits);
  }
  if (node->kind != DOCUMENT_FLOAT) return false;
  if (isfinite(node->real))
    return decimal_bits(cshm__document_string(reader->document, node->text), node->text_length, size, bits);
  *bits = special_bits(node->real, size);
  return true;
}

static cshm_status read_float(const struct reader *reader, uint32_t number, uint64_t at, uint64_t size,
                              bool big_endian) {
  const struct document_node *node = get(reader, number);
  uint64_t bits = 0;
  if (!float_bits(reader, node, size, &bits)) {
    bool is_number = node->kind == DOCUMENT_FLOAT || node->kind == DOCUMENT_INTEGER;
    char wanted[WANTED_SIZE] = "a number";
    if (is_number) snprintf(wanted, sizeof wanted, "a number that a float of %d bytes holds", (int)size);
    return fail(reader, number, wanted);
  }
  put(reader, at, bits, size, big_endian);
  return CSHM_OK;
}

static cshm_status read_complex(const struct reader *reader, uint32_t number, uint64_t at, const cshm_dtype *dtype) {
  const struct document_node *node = get(reader, number);
  uint64_t half = dtype->itemsize / 2;
  bool big_endian = dtype->byte_order == '>';
  if (node->kind != DOCUMENT_LIST || node->count != 2)
    return fail(reader, number, "a complex number: a list of two numbers");
  cshm_status status = read_float(reader, node->first, at, half, big_endian);
  return status ? status : read_float(reader, node->last, at + half, half, big_endian);
}

/* ---- strings ---- */

static bool is_single(const struct document_node *node) {
  return node->kind != DOCUMENT_LIST && node->kind != DOCUMENT_MAP;
}

static cshm_status read_time(const struct reader *reader, uint32_t number, uint64_t at, const cshm_dtype *dtype) {
  const struct document_node *node = get(reader, number);
  const char *text = cshm__document_string(reader->document, node->text);
  if (node->kind == DOCUMENT_STRING && node->text_length == 3 && memcmp(text, "NaT", 3) == 0) {
    put(reader, at, (uint64_t)INT64_MAX + 1, 8, dtype->byte_order == '>');
    return CSHM_OK;
  }
  if (!is_signed_within(node, 8)) return fail(reader, number, "a whole number of 64 bits, or \"NaT\"");
  return read_signed(reader, number, at, dtype);
}

static int base64_digit(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Text of base64, with its padding, for exactly `size` bytes. */
static bool take_base64(const struct reader *reader, const struct document_node *node, uint64_t at, uint64_t size) {
  const char *text = cshm__document_string(reader->document, node->text);
  uint64_t bits = 0, digits = size / 3 * 4 + (size % 3 ? size % 3 + 1 : 0);
  if (node->text_length != (size + 2) / 3 * 4) return false;
  for (uint64_t i = 0; i < digits; i++) {
    int digit = base64_digit(text[i]);
    if (digit < 0) return false;
    bits = bits << 6 | (uint64_t)digit;
    if (i % 4 > 0) put(reader, at + i / 4 * 3 + i % 4 - 1, bits >> (6 - 2 * (i % 4)), 1, false);
  }
  for (uint64_t i = digits; i < node->text_length; i++)
    if (text[i] != '=') return false;
  uint64_t unused = size % 3 == 1 ? 4 : size % 3 == 2 ? 2 : 0;
  return (bits & ((UINT64_C(1) << unused) - 1)) == 0;
}

static cshm_status read_base64(const struct reader *reader, uint32_t number, uint64_t at, uint64_t size) {
  const struct document_node *node = get(reader, number);
  if (is_single(node) && take_base64(reader, node, at, size)) return CSHM_OK;
  char wanted[WANTED_SIZE];
  snprintf(wanted, sizeof wanted, "%llu bytes in base64", (unsigned long long)size);
  return fail(reader, number, wanted);
}

/* {base64: "..."}, or words for what else a string may be. */
static cshm_status read_no_text(const struct reader *reader, uint32_t number, uint64_t at, uint64_t size,
                                const char *wanted) {
  const struct document_node *node = get(reader, number);
  uint32_t inner = node->kind == DOCUMENT_MAP && node->count == 1
                       ? cshm__document_find(reader->document, number, "base64")
                       : DOCUMENT_NONE;
  return inner == DOCUMENT_NONE ? fail(reader, number, wanted) : read_base64(reader, inner, at, size);
}

static cshm_status read_bytes(const struct reader *reader, uint32_t number, uint64_t at, uint64_t size) {
  const struct document_node *node = get(reader, number);
  if (!is_single(node) || node->text_length > size) {
    char wanted[WANTED_SIZE];
    snprintf(wanted, sizeof wanted, "text of at most %llu bytes, or base64 of as many in a map",
             (unsigned long long)size);
    return read_no_text(reader, number, at, size, wanted);
  }
  if (reader->data && node->text_length > 0)
    memcpy(reader->data + at, cshm__document_string(reader->document, node->text), node->text_length);
  return CSHM_OK;
}

/* False where it has more characters than there is room for. */
static bool take_utf32(const struct reader *reader, const struct document_node *node, uint64_t at,
                       const cshm_dtype *dtype) {
  const char *text = cshm__document_string(reader->document, node->text);
  uint64_t used = 0;
  for (size_t i = 0; i < node->text_length; used += 4) {
    uint32_t code = 0;
    size_t count = cshm__utf8_next(text + i, node->text_length - i, &code);
    if (count == 0 || used == dtype->itemsize) return false;
    put(reader, at + used, code, 4, dtype->byte_order == '>');
    i += count;
  }
  return true;
}

static cshm_status read_utf32(const struct reader *reader, uint32_t number, uint64_t at, const cshm_dtype *dtype) {
  const struct document_node *node = get(reader, number);
  if (is_single(node) && take_utf32(reader, node, at, dtype)) return CSHM_OK;
  char wanted[WANTED_SIZE];
  snprintf(wanted, sizeof wanted, "text of at most %llu characters, or base64 of as many in a map",
           (unsigned long long)dtype->itemsize / 4);
  return read_no_text(reader, number, at, dtype->itemsize, wanted);
}

static cshm_status read_plain(const struct reader *reader, uint32_t node, uint64_t at, const cshm_dtype *dtype) {
  switch (dtype->kind) {
  case 'b':
    return read_bool(reader, node, at);
  case 'i':
    return read_signed(reader, node, at, dtype);
  case 'u':
    return read_unsigned(reader, node, at, dtype);
  case 'f':
    return read_float(reader, node, at, dtype->itemsize, dtype->byte_order == '>');
  case 'c':
    return read_complex(reader, node, at, dtype);
  case 'M':
  case 'm':
    return read_time(reader, node, at, dtype);
  case 'S':
    return read_bytes(reader, node, at, dtype->itemsize);
  case 'U':
    return read_utf32(reader, node, at, dtype);
  default:
    return read_base64(reader, node, at, dtype->itemsize);
  }
}

/* ---- lists ---- */

static struct element element_of(const char *dtype, size_t length) {
  struct element element = {.fields = NULL};
  struct dtype_fault fault;
  if (dtype[0] == '[') {
    element.fields = dtype;
    element.fields_length = length;
  } else {
    cshm__typestring_parse(dtype, length, &element.plain, &fault);
  }
  return element;
}

static cshm_status read_shaped(struct reader *reader, uint32_t number, const struct element *element,
                               struct place place);

static cshm_status fail_count(const struct reader *reader, uint32_t number, uint64_t count, const char *of) {
  const struct document_node *node = get(reader, number);
  char wanted[WANTED_SIZE];
  int length =
      snprintf(wanted, sizeof wanted, "a list of %llu %s%s", (unsigned long long)count, of, count == 1 ? "" : "s");
  if (node->kind == DOCUMENT_LIST)
    snprintf(wanted + length, sizeof wanted - (size_t)length, ", not of %u", (unsigned)node->count);
  return fail(reader, number, wanted);
}

static uint32_t count_fields(const struct element *element) {
  struct descr_walk walk = cshm__descr_walk(element->fields, element->fields_length);
  struct dtype_field field;
  uint32_t count = 0;
  while (cshm__descr_next(&walk, &field))
    count++;
  return count;
}

static cshm_status read_fields(struct reader *reader, uint32_t number, const struct element *element, uint64_t at) {
  const struct document_node *node = get(reader, number);
  struct descr_walk walk = cshm__descr_walk(element->fields, element->fields_length);
  struct dtype_field field;
  reader->walked += element->fields_length;
  if (reader->walked > MANIFEST_MAX_WALK)
    return cshm__document_fail(reader->document, number, CSHM_ERR_LIMIT, "fewer elements of so long a dtype",
                               reader->err);
  if (node->kind != DOCUMENT_LIST) return fail_count(reader, number, count_fields(element), "field");
  uint32_t child = node->first;
  while (cshm__descr_next(&walk, &field)) {
    if (child == DOCUMENT_NONE) return fail_count(reader, number, count_fields(element), "field");
    bool is_list = field.format[0] == '[';
    size_t quote = is_list ? 0 : 1; /* a type's word holds no escapes: it is what is between the quotes */
    struct element inner = element_of(field.format + quote, field.format_length - 2 * quote);
    struct place place = {field.ndim, field.shape, at + field.offset, field.nbytes};
    cshm_status status = read_shaped(reader, child, &inner, place);
    if (status) return status;
    child = get(reader, child)->next;
  }
  return child == DOCUMENT_NONE ? CSHM_OK : fail_count(reader, number, count_fields(element), "field");
}

/* A shape without elements may be written as one empty list, or as lists down to the empty ones. */
static cshm_status read_shaped(struct reader *reader, uint32_t number, const struct element *element,
                               struct place place) {
  if (place.ndim == 0)
    return element->fields ? read_fields(reader, number, element, place.at)
                           : read_plain(reader, number, place.at, &element->plain);
  const struct document_node *node = get(reader, number);
  if (node->kind == DOCUMENT_LIST && node->count == 0 && place.nbytes == 0) return CSHM_OK;
  uint64_t count = (uint64_t)place.shape[0];
  if (node->kind != DOCUMENT_LIST || node->count != count) return fail_count(reader, number, count, "element");
  struct place inner = {place.ndim - 1, place.shape + 1, place.at, count == 0 ? 0 : place.nbytes / count};
  for (uint32_t child = node->first; child != DOCUMENT_NONE; child = get(reader, child)->next) {
    cshm_status status = read_shaped(reader, child, element, inner);
    if (status) return status;
    inner.at += inner.nbytes;
  }
  return CSHM_OK;
}

cshm_status cshm__manifest_value_read(const struct document *document, uint32_t node, const char *dtype,
                                      size_t dtype_length, uint32_t ndim, const int64_t *shape, unsigned char *data,
                                      uint64_t nbytes, cshm_error *err) {
  struct reader reader = {.document = document, .data = data, .err = err};
  struct json in = {dtype, dtype_length, 0}; /* a list may begin with white space */
  char first;
  cshm__json_peek(&in, &first);
  struct element element = element_of(dtype + in.at, dtype_length - in.at);
  if (data && nbytes > 0) memset(data, 0, nbytes);
  return read_shaped(&reader, node, &element, (struct place){ndim, shape, 0, nbytes});
}

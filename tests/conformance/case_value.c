/* SPDX-License-Identifier: MIT */
#include "case_value.h"

#include "case_file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void give_up(const char *what, const char *text) {
  fprintf(stderr, "conform: %s: %.60s\n", what, text);
  exit(2);
}

static void *allocate(size_t count, size_t size) {
  void *memory = calloc(count + 1, size);
  if (memory == NULL) give_up("out of memory", "");
  return memory;
}

/* ---- types ----------------------------------------------------------------------------------------- */

static void open_field(const char *dtype, uint32_t index, value_field *out) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_field field = CSHM_FIELD_INIT;
  size_t name_length = 0, format_length = 0;
  cshm_status status = cshm_dtype_field(dtype, index, &field, NULL, &name_length, NULL, &format_length, &err);
  if (status != CSHM_ERR_BUFFER_TOO_SMALL && status != CSHM_OK) give_up(err.message, dtype);
  char *name = allocate(++name_length, 1);
  char *format = allocate(++format_length, 1);
  if (cshm_dtype_field(dtype, index, &field, name, &name_length, format, &format_length, &err) != CSHM_OK)
    give_up(err.message, dtype);
  out->type = value_type_open(format);
  out->offset = field.offset;
  out->sub_array = field.ndim > 0;
  out->count = 1;
  for (uint32_t i = 0; i < field.ndim; i++)
    out->count *= (uint64_t)field.shape[i];
  free(name);
  free(format);
}

value_type value_type_open(const char *dtype) {
  cshm_error err = CSHM_ERROR_INIT;
  value_type type = {.parts = CSHM_DTYPE_INIT};
  if (cshm_dtype_parse(dtype, &type.parts, &err) != CSHM_OK) give_up(err.message, dtype);
  if (type.parts.field_count > 0) type.fields = allocate(type.parts.field_count, sizeof *type.fields);
  for (uint32_t i = 0; i < type.parts.field_count; i++)
    open_field(dtype, i, &type.fields[i]);
  return type;
}

void value_type_close(value_type *type) {
  for (uint32_t i = 0; i < type->parts.field_count; i++)
    value_type_close(&type->fields[i].type);
  free(type->fields);
  type->fields = NULL;
  type->parts.field_count = 0;
}

/* ---- text to bytes --------------------------------------------------------------------------------- */

static void store(unsigned char *bytes, size_t size, uint32_t byte_order, uint64_t value) {
  for (size_t i = 0; i < size; i++)
    bytes[byte_order == '>' ? size - 1 - i : i] = (unsigned char)(value >> (8 * i));
}

static uint64_t load(const unsigned char *bytes, size_t size, uint32_t byte_order) {
  uint64_t value = 0;
  for (size_t i = 0; i < size; i++)
    value |= (uint64_t)bytes[byte_order == '>' ? size - 1 - i : i] << (8 * i);
  return value;
}

/* binary16 of a number that it can hold exactly. */
static uint64_t half_bits(double value) {
  uint64_t sign = signbit(value) ? 0x8000U : 0;
  if (isnan(value)) return 0x7e00U;
  if (isinf(value)) return sign | 0x7c00U;
  if (fpclassify(value) == FP_ZERO) return sign;
  int exponent = 0;
  double fraction = frexp(fabs(value), &exponent);
  if (exponent + 14 < 1) return sign | (uint64_t)ldexp(fabs(value), 24);
  return sign | ((uint64_t)(exponent + 14) << 10) | (uint64_t)((fraction * 2 - 1) * 1024);
}

static uint64_t float_bits(double value, size_t size) {
  if (size == 2) return half_bits(value);
  uint64_t wide = 0;
  if (size == 8) {
    memcpy(&wide, &value, sizeof wide);
    return wide;
  }
  float narrow = (float)value;
  uint32_t bits = 0;
  memcpy(&bits, &narrow, sizeof bits);
  return bits;
}

static const char *parse_float(const char *text, size_t size, uint32_t byte_order, unsigned char *bytes) {
  char *end = NULL;
  double value = strtod(text, &end);
  if (end == text) give_up("not a number", text);
  store(bytes, size, byte_order, float_bits(value, size));
  return end;
}

static const char *parse_complex(const char *text, size_t size, uint32_t byte_order, unsigned char *bytes) {
  const char *end = parse_float(text, size / 2, byte_order, bytes);
  if (*end != ';') give_up("not a complex number", text);
  return parse_float(end + 1, size / 2, byte_order, bytes + size / 2);
}

static const char *parse_integer(const char *text, size_t size, uint32_t byte_order, unsigned char *bytes) {
  if (strncmp(text, "NaT", 3) == 0) {
    store(bytes, size, byte_order, UINT64_C(1) << 63);
    return text + 3;
  }
  char *end = NULL;
  uint64_t value = *text == '-' ? (uint64_t)strtoll(text, &end, 10) : strtoull(text, &end, 10);
  if (end == text) give_up("not an integer", text);
  store(bytes, size, byte_order, value);
  return end;
}

static uint32_t next_code_point(const unsigned char **text) {
  const unsigned char *s = *text;
  int more = *s < 0x80 ? 0 : *s < 0xe0 ? 1 : *s < 0xf0 ? 2 : 3;
  uint32_t value = more == 0 ? *s : *s & (0x3fU >> more);
  for (int i = 1; i <= more; i++)
    value = (value << 6) | (s[i] & 0x3fU);
  *text = s + more + 1;
  return value;
}

static void store_text(const cshm_dtype *parts, const char *decoded, size_t length, unsigned char *bytes) {
  const unsigned char *in = (const unsigned char *)decoded;
  const unsigned char *end = in + length;
  size_t step = parts->kind == 'U' ? 4 : 1;
  for (uint64_t at = 0; in < end; at += step) {
    if (at + step > parts->itemsize) give_up("string longer than its type", decoded);
    store(bytes + at, step, parts->byte_order, step == 4 ? next_code_point(&in) : *in++);
  }
}

static const char *parse_string(const cshm_dtype *parts, const char *text, unsigned char *bytes) {
  if (*text != '=') give_up("a string begins with =", text);
  size_t length = strcspn(++text, " ,|{}[]");
  char *copy = allocate(length, 1);
  memcpy(copy, text, length);
  size_t decoded = case_decode(copy);
  if (decoded == SIZE_MAX) give_up("bad percent-encoding", text);
  store_text(parts, copy, decoded, bytes);
  free(copy);
  return text + length;
}

static const char *parse_raw(uint64_t itemsize, const char *text, unsigned char *bytes) {
  if (*text++ != '=') give_up("raw bytes begin with =", text);
  for (uint64_t i = 0; i < itemsize; i++, text += 2) {
    int high = case_hex_digit(text[0]);
    int low = high < 0 ? -1 : case_hex_digit(text[1]);
    if (low < 0) give_up("too few hexadecimal digits", text);
    bytes[i] = (unsigned char)(high * 16 + low);
  }
  return text;
}

static const char *expect(const char *text, char wanted) {
  if (*text != wanted) give_up("not a record or sub-array of this type", text);
  return text + 1;
}

static const char *parse_field(const value_field *field, const char *text, unsigned char *bytes) {
  bytes += field->offset;
  if (!field->sub_array) return value_parse(&field->type, text, bytes);
  text = expect(text, '[');
  for (uint64_t i = 0; i < field->count; i++) {
    text = i > 0 ? expect(text, ',') : text;
    text = value_parse(&field->type, text, bytes + i * field->type.parts.itemsize);
  }
  return expect(text, ']');
}

static const char *parse_record(const value_type *type, const char *text, unsigned char *bytes) {
  text = expect(text, '{');
  for (uint32_t i = 0; i < type->parts.field_count; i++) {
    text = i > 0 ? expect(text, '|') : text;
    text = parse_field(&type->fields[i], text, bytes);
  }
  return expect(text, '}');
}

const char *value_parse(const value_type *type, const char *text, unsigned char *bytes) {
  const cshm_dtype *parts = &type->parts;
  size_t size = (size_t)parts->itemsize;
  if (parts->field_count > 0) return parse_record(type, text, bytes);
  switch (parts->kind) {
  case 'f':
    return parse_float(text, size, parts->byte_order, bytes);
  case 'c':
    return parse_complex(text, size, parts->byte_order, bytes);
  case 'S':
  case 'U':
    return parse_string(parts, text, bytes);
  case 'V':
    return parse_raw(size, text, bytes);
  default:
    return parse_integer(text, size, parts->byte_order, bytes);
  }
}

/* ---- comparing ------------------------------------------------------------------------------------- */

static int is_nan(const unsigned char *bytes, size_t size, uint32_t byte_order) {
  uint64_t bits = load(bytes, size, byte_order);
  uint64_t infinity = size == 2 ? 0x7c00U : size == 4 ? 0x7f800000U : UINT64_C(0x7ff0000000000000);
  return (bits & ~(UINT64_C(1) << (8 * size - 1))) > infinity;
}

static int float_equal(const unsigned char *a, const unsigned char *b, size_t size, uint32_t byte_order) {
  return memcmp(a, b, size) == 0 || (is_nan(a, size, byte_order) && is_nan(b, size, byte_order));
}

int value_equal(const value_type *type, const unsigned char *a, const unsigned char *b) {
  const cshm_dtype *parts = &type->parts;
  size_t size = (size_t)parts->itemsize;
  if (parts->kind == 'f') return float_equal(a, b, size, parts->byte_order);
  if (parts->kind == 'c')
    return float_equal(a, b, size / 2, parts->byte_order) &&
           float_equal(a + size / 2, b + size / 2, size / 2, parts->byte_order);
  if (parts->field_count == 0) return memcmp(a, b, size) == 0;
  for (uint32_t i = 0; i < parts->field_count; i++) {
    const value_field *field = &type->fields[i];
    for (uint64_t k = 0; k < field->count; k++) {
      uint64_t at = field->offset + k * field->type.parts.itemsize;
      if (!value_equal(&field->type, a + at, b + at)) return 0;
    }
  }
  return 1;
}

/* SPDX-License-Identifier: MIT */
#include "cli_value.h"

#include "cli_number.h"
#include "cli_text.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct printer {
  FILE *out;
  bool json;
};

/* ---- strings --------------------------------------------------------------------------------------- */

static void print_character(FILE *out, const char *text, size_t length, uint32_t code) {
  if (code == '"' || code == '\\')
    fprintf(out, "\\%c", (int)code);
  else if (code == UINT32_MAX)
    fputs("\\ufffd", out);
  else if (!cli_is_plain(code))
    fprintf(out, "\\u%04x", (unsigned)code);
  else
    fwrite(text, 1, length, out);
}

void cli_print_json_string(FILE *out, const char *text) {
  fputc('"', out);
  while (*text) {
    uint32_t code;
    size_t length = cli_next(text, &code);
    print_character(out, text, length, code);
    text += length;
  }
  fputc('"', out);
}

static void print_base64(FILE *out, const unsigned char *data, uint64_t size) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  fputc('"', out);
  for (uint64_t i = 0; i < size; i += 3) {
    uint64_t left = size - i;
    unsigned bits =
        (unsigned)data[i] << 16 | (left > 1 ? (unsigned)data[i + 1] << 8 : 0) | (left > 2 ? data[i + 2] : 0);
    fputc(digits[bits >> 18], out);
    fputc(digits[bits >> 12 & 63], out);
    fputc(left > 1 ? digits[bits >> 6 & 63] : '=', out);
    fputc(left > 2 ? digits[bits & 63] : '=', out);
  }
  fputc('"', out);
}

/* Bytes as a string where they are UTF-8 with no NUL inside; false, with nothing printed, where they are not. */
static bool print_text(FILE *out, const unsigned char *data, uint64_t size) {
  while (size > 0 && data[size - 1] == 0)
    size--;
  char *text = (char *)malloc((size_t)size + 1);
  if (!text) return false;
  memcpy(text, data, (size_t)size);
  text[size] = '\0';
  bool good = strlen(text) == size;
  for (size_t at = 0; good && at < size;) {
    uint32_t code;
    at += cli_next(text + at, &code);
    good = code != UINT32_MAX;
  }
  if (good) cli_print_json_string(out, text);
  free(text);
  return good;
}

static void print_bytes(struct printer *printer, const unsigned char *data, uint64_t size) {
  if (print_text(printer->out, data, size)) return;
  fputs(printer->json ? "{\"base64\": " : "base64 ", printer->out);
  print_base64(printer->out, data, size);
  fputs(printer->json ? "}" : "", printer->out);
}

static size_t put_utf8(uint32_t code, char out[4]) {
  if (code < 0x80) {
    out[0] = (char)code;
    return 1;
  }
  size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  static const unsigned char leads[] = {0, 0xC0, 0xE0, 0xF0};
  out[0] = (char)(leads[more] | code >> (6 * more));
  for (size_t i = 1; i <= more; i++)
    out[i] = (char)(0x80 | (code >> (6 * (more - i)) & 0x3F));
  return more + 1;
}

static void print_utf32(struct printer *printer, const unsigned char *data, uint64_t size, bool big) {
  while (size > 0 && cli_read_unsigned(data + size - 4, 4, big) == 0)
    size -= 4;
  fputc('"', printer->out);
  for (uint64_t i = 0; i < size; i += 4) {
    uint32_t code = (uint32_t)cli_read_unsigned(data + i, 4, big);
    char text[4] = {0};
    bool good = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
    size_t length = good ? put_utf8(code, text) : 0;
    print_character(printer->out, text, length, good ? code : UINT32_MAX);
  }
  fputc('"', printer->out);
}

/* ---- elements -------------------------------------------------------------------------------------- */

static void print_float(struct printer *printer, const unsigned char *data, uint64_t size, bool big) {
  char text[CLI_NUMBER_TEXT];
  bool finite = cli_format_float(cli_read_unsigned(data, size, big), size, text);
  if (finite || !printer->json)
    fputs(text, printer->out);
  else
    fputs(text[0] == 'n' ? "\"NaN\"" : text[0] == '-' ? "\"-Infinity\"" : "\"Infinity\"", printer->out);
}

static void print_time(struct printer *printer, int64_t value) {
  if (value == INT64_MIN)
    fputs(printer->json ? "\"NaT\"" : "NaT", printer->out);
  else
    fprintf(printer->out, "%lld", (long long)value);
}

static void print_plain(struct printer *printer, const cshm_dtype *dtype, const unsigned char *data) {
  uint64_t size = dtype->itemsize;
  bool big = dtype->byte_order == '>';
  switch (dtype->kind) {
  case 'b':
    fputs(data[0] ? "true" : "false", printer->out);
    break;
  case 'i':
    fprintf(printer->out, "%lld", (long long)cli_read_signed(data, size, big));
    break;
  case 'u':
    fprintf(printer->out, "%llu", (unsigned long long)cli_read_unsigned(data, size, big));
    break;
  case 'f':
    print_float(printer, data, size, big);
    break;
  case 'c':
    fputc('[', printer->out);
    print_float(printer, data, size / 2, big);
    fputs(", ", printer->out);
    print_float(printer, data + size / 2, size / 2, big);
    fputc(']', printer->out);
    break;
  case 'M':
  case 'm':
    print_time(printer, cli_read_signed(data, size, big));
    break;
  case 'S':
    print_bytes(printer, data, size);
    break;
  case 'U':
    print_utf32(printer, data, size, big);
    break;
  default:
    print_base64(printer->out, data, size);
  }
}

/* ---- structures and lists -------------------------------------------------------------------------- */

static void print_shaped(struct printer *printer, const char *dtype, const cshm_dtype *parts, uint32_t ndim,
                         const int64_t *shape, const unsigned char *data);

static void print_field(struct printer *printer, const char *dtype, uint32_t index, const unsigned char *data,
                        char *format) {
  cshm_field field = CSHM_FIELD_INIT;
  cshm_dtype parts = CSHM_DTYPE_INIT;
  size_t name_length = CSHM_MAX_DTYPE + 1, format_length = CSHM_MAX_DTYPE + 1;
  char *name = (char *)malloc(name_length);
  if (name && cshm_dtype_field(dtype, index, &field, name, &name_length, format, &format_length, NULL) == CSHM_OK &&
      cshm_dtype_parse(format, &parts, NULL) == CSHM_OK)
    print_shaped(printer, format, &parts, field.ndim, field.shape, data + field.offset);
  else
    fputs("null", printer->out);
  free(name);
}

static void print_element(struct printer *printer, const char *dtype, const cshm_dtype *parts,
                          const unsigned char *data) {
  if (parts->field_count == 0) {
    print_plain(printer, parts, data);
    return;
  }
  char *format = (char *)malloc(CSHM_MAX_DTYPE + 1);
  fputc('[', printer->out);
  for (uint32_t i = 0; format && i < parts->field_count; i++) {
    fputs(i == 0 ? "" : ", ", printer->out);
    print_field(printer, dtype, i, data, format);
  }
  fputc(']', printer->out);
  free(format);
}

static void print_shaped(struct printer *printer, const char *dtype, const cshm_dtype *parts, uint32_t ndim,
                         const int64_t *shape, const unsigned char *data) {
  if (ndim == 0) {
    print_element(printer, dtype, parts, data);
    return;
  }
  uint64_t step = parts->itemsize;
  for (uint32_t i = 1; i < ndim; i++)
    step *= (uint64_t)shape[i];
  fputc('[', printer->out);
  for (int64_t i = 0; i < shape[0]; i++) {
    fputs(i == 0 ? "" : ", ", printer->out);
    print_shaped(printer, dtype, parts, ndim - 1, shape + 1, data + (uint64_t)i * step);
  }
  fputc(']', printer->out);
}

void cli_print_value(FILE *out, const struct cli_value *value, int json) {
  struct printer printer = {out, json != 0};
  cshm_dtype parts = CSHM_DTYPE_INIT;
  if (cshm_dtype_parse(value->dtype, &parts, NULL) == CSHM_OK)
    print_shaped(&printer, value->dtype, &parts, value->ndim, value->shape, (const unsigned char *)value->data);
  else
    fputs("null", out);
}

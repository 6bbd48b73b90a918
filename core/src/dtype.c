/* SPDX-License-Identifier: MIT */
#include "dtype.h"

#include "descr.h"
#include "error.h"
#include "typestring.h"
#include "utf8.h"

#include <string.h>

#define MAX_NBYTES (UINT64_C(1) << 62)
#define SHOWN 160 /* bytes of a dtype in a message */

static cshm_status fail(cshm_error *err, const char *text, size_t length, const struct dtype_fault *fault) {
  int shown = (int)(length < SHOWN ? length : SHOWN);
  const char *dots = length > SHOWN ? "..." : "";
  if (fault->at >= length)
    return cshm__fail(err, CSHM_ERR_BAD_TYPE, 0, "dtype '%.*s%s': at its end: wanted %s", shown, text, dots,
                      fault->wanted);
  size_t rest = length - fault->at;
  return cshm__fail(err, CSHM_ERR_BAD_TYPE, 0, "dtype '%.*s%s': at byte %zu: wanted %s, found '%.*s'", shown, text,
                    dots, fault->at, fault->wanted, (int)(rest < 16 ? rest : 16), text + fault->at);
}

cshm_status cshm__dtype_parse(const char *text, size_t length, cshm_dtype *parts, bool *swapped, cshm_error *err) {
  struct json in = {text, length, 0};
  struct dtype_fault fault;
  cshm_dtype found;
  bool big_endian = false, good;
  char first;
  if (length > CSHM_MAX_DTYPE)
    return cshm__fail(err, CSHM_ERR_BAD_TYPE, 0, "a dtype of %zu bytes: at most %d are allowed", length,
                      CSHM_MAX_DTYPE);
  if (cshm__json_peek(&in, &first) && first == '[') {
    good = cshm__descr_parse(text, length, &found, &big_endian, &fault);
  } else {
    good = cshm__typestring_parse(text, length, &found, &fault);
    big_endian = found.byte_order == '>';
  }
  if (!good) return fail(err, text, length, &fault);
  *parts = found;
  if (swapped) *swapped = big_endian;
  return CSHM_OK;
}

static size_t put_escaped(uint32_t code, char *out) {
  static const char controls[] = "\b\t\n\f\r\"\\";
  static const char letters[] = "btnfr\"\\";
  static const char hex[] = "0123456789abcdef";
  const char *control = code < 0x80 && code > 0 ? strchr(controls, (int)code) : NULL;
  if (control) {
    out[0] = '\\';
    out[1] = letters[control - controls];
    return 2;
  }
  if (code >= 0x20) return cshm__utf8_put(code, out);
  const char escape[] = {'\\', 'u', '0', '0', hex[code >> 4], hex[code & 15]};
  memcpy(out, escape, sizeof escape);
  return sizeof escape;
}

size_t cshm__dtype_canonical(const char *text, size_t length, char *out) {
  struct json in = {text, length, 0};
  size_t size = 0;
  char next;
  while (cshm__json_peek(&in, &next)) {
    uint32_t code;
    out[size++] = next;
    in.at++;
    if (next != '"') continue;
    while (cshm__json_char(&in, &code))
      size += put_escaped(code, out + size);
    out[size++] = '"';
    in.at++;
  }
  return size;
}

cshm_status cshm__dtype_field(const char *text, size_t length, uint32_t index, struct dtype_field *field,
                              cshm_error *err) {
  struct descr_walk walk = cshm__descr_walk(text, length);
  for (uint32_t i = 0; cshm__descr_next(&walk, field); i++)
    if (i == index) return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_NOT_FOUND, 0, "dtype '%.*s' has no field number %u",
                    (int)(length < SHOWN ? length : SHOWN), text, (unsigned)index);
}

cshm_status cshm__dtype_format(const struct dtype_field *field, char *buffer, size_t *buffer_length, cshm_error *err) {
  if (field->format[0] == '"')
    return cshm__json_string(field->format, field->format_length, buffer, buffer_length, err);
  size_t room = *buffer_length;
  *buffer_length = field->format_length;
  if (field->format_length >= room)
    return cshm__fail(err, CSHM_ERR_BUFFER_TOO_SMALL, 0, "a dtype of %zu bytes does not fit in a buffer of %zu",
                      field->format_length, room);
  memcpy(buffer, field->format, field->format_length);
  buffer[field->format_length] = '\0';
  return CSHM_OK;
}

cshm_status cshm__shape_nbytes(uint32_t ndim, const int64_t *shape, uint64_t itemsize, uint64_t *nbytes,
                               cshm_error *err) {
  if (ndim > CSHM_MAX_NDIM)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "%u dimensions: at most %d are allowed", (unsigned)ndim,
                      CSHM_MAX_NDIM);
  uint64_t total = itemsize;
  bool empty = false;
  for (uint32_t i = 0; i < ndim; i++) {
    if (shape[i] < 0)
      return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, 0, "dimension %u has the negative length %lld", (unsigned)i,
                        (long long)shape[i]);
    if (shape[i] == 0)
      empty = true;
    else if ((total | (uint64_t)shape[i]) >> 31 != 0 && total > MAX_NBYTES / (uint64_t)shape[i]) /* seldom divides */
      return cshm__fail(err, CSHM_ERR_LIMIT, 0, "a shape of more than 2^62 bytes (dimension %u has length %lld)",
                        (unsigned)i, (long long)shape[i]);
    else
      total *= (uint64_t)shape[i];
  }
  *nbytes = empty ? 0 : total;
  return CSHM_OK;
}

void cshm__shape_strides(uint32_t ndim, const int64_t *shape, uint64_t itemsize, uint32_t order, int64_t *strides) {
  int64_t step = (int64_t)itemsize;
  for (uint32_t i = 0; i < ndim; i++) {
    uint32_t dimension = order == CSHM_ORDER_C ? ndim - 1 - i : i;
    strides[dimension] = step;
    step *= shape[dimension] > 0 ? shape[dimension] : 1;
  }
}

/* SPDX-License-Identifier: MIT */
#include "text.h"

#include "utf8.h"

#include <stdlib.h>
#include <string.h>

char *cshm__text_room(struct text *text, size_t size) {
  if (text->failed) return NULL;
  if (!text->data || text->capacity - text->length < size) {
    bool absurd = size > SIZE_MAX / 4 || text->capacity > SIZE_MAX / 4;
    size_t capacity = text->capacity + text->capacity / 2 + size + 256;
    char *data = absurd ? NULL : realloc(text->data, capacity);
    if (!data) {
      text->failed = true;
      return NULL;
    }
    text->data = data;
    text->capacity = capacity;
  }
  return text->data + text->length;
}

void cshm__text_add(struct text *text, const char *bytes, size_t length) {
  char *room = cshm__text_room(text, length);
  if (!room) return;
  if (length > 0) memcpy(room, bytes, length);
  text->length += length;
}

void cshm__text_add_word(struct text *text, const char *word) { cshm__text_add(text, word, strlen(word)); }

const char *cshm__text_digits(uint64_t number, char buffer[TEXT_DIGITS_SIZE]) {
  char *at = buffer + TEXT_DIGITS_SIZE - 1;
  *at = '\0';
  do {
    *--at = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  return at;
}

void cshm__text_add_unsigned(struct text *text, uint64_t number) {
  char buffer[TEXT_DIGITS_SIZE];
  const char *digits = cshm__text_digits(number, buffer);
  cshm__text_add(text, digits, (size_t)(buffer + TEXT_DIGITS_SIZE - 1 - digits));
}

void cshm__text_add_signed(struct text *text, int64_t number) {
  if (number < 0) cshm__text_add(text, "-", 1);
  cshm__text_add_unsigned(text, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
}

void cshm__text_join(char *buffer, size_t size, const char *const *strings) {
  size_t used = 0;
  for (; *strings; strings++) {
    size_t length = strlen(*strings);
    if (length > size - 1 - used) length = size - 1 - used;
    memcpy(buffer + used, *strings, length);
    used += length;
  }
  buffer[used] = '\0';
}

/* ---- strings ---- */

static bool is_plain_ascii(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

static void add_escaped(struct text *text, uint32_t code) {
  static const char known[] = "\"\\\b\t\n\f\r";
  static const char letters[] = "\"\\btnfr";
  static const char hex[] = "0123456789abcdef";
  const char *found = code > 0 && code < 0x80 ? strchr(known, (int)code) : NULL;
  if (found) {
    cshm__text_add(text, (char[]){'\\', letters[found - known]}, 2);
    return;
  }
  char bytes[] = {'\\', 'u', hex[code >> 12 & 15], hex[code >> 8 & 15], hex[code >> 4 & 15], hex[code & 15]};
  cshm__text_add(text, bytes, sizeof bytes);
}

/* The character at `string`, as it is or escaped. Returns how many bytes it had. */
static size_t add_character(struct text *text, const char *string, size_t length) {
  uint32_t code;
  size_t count = cshm__utf8_next(string, length, &code);
  if (count == 0) {
    cshm__text_add(text, "\xEF\xBF\xBD", 3);
    return 1;
  }
  if (code >= 0x80 && cshm__utf8_is_printed(code)) /* of ASCII only the others come here */
    cshm__text_add(text, string, count);
  else
    add_escaped(text, code);
  return count;
}

void cshm__text_add_quoted(struct text *text, const char *string, size_t length) {
  size_t at = 0;
  cshm__text_add(text, "\"", 1);
  while (at < length) {
    size_t plain = at;
    while (plain < length && is_plain_ascii(string[plain]))
      plain++;
    cshm__text_add(text, string + at, plain - at);
    at = plain;
    if (at < length) at += add_character(text, string + at, length - at);
  }
  cshm__text_add(text, "\"", 1);
}

/* Three bytes as four digits, of which `count` mean something. */
static char *put_base64(char *out, uint32_t bytes, int count) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (int i = 0; i < 4; i++) {
    out[i] = '=';
    if (i < count) out[i] = digits[bytes >> (18 - 6 * i) & 63];
  }
  return out + 4;
}

void cshm__text_add_base64(struct text *text, const unsigned char *bytes, size_t length) {
  size_t size = (length + 2) / 3 * 4 + 2;
  char *out = cshm__text_room(text, size);
  if (!out) return;
  text->length += size;
  *out++ = '"';
  size_t i = 0;
  for (; i + 3 <= length; i += 3)
    out = put_base64(out, (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2], 4);
  if (length - i == 2) out = put_base64(out, (uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8, 3);
  if (length - i == 1) out = put_base64(out, (uint32_t)bytes[i] << 16, 2);
  *out = '"';
}

/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <string.h>

/* The length of the well-formed sequence at `s`, or 0. */
static size_t sequence(const unsigned char *s, size_t left) {
  unsigned char low = 0x80, high = 0xBF;
  size_t length;
  if (s[0] < 0x80) return 1;
  if (s[0] < 0xC2 || s[0] > 0xF4) return 0;
  length = s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3 : 4;
  if (length > left) return 0;
  if (s[0] == 0xE0) low = 0xA0;
  if (s[0] == 0xED) high = 0x9F;
  if (s[0] == 0xF0) low = 0x90;
  if (s[0] == 0xF4) high = 0x8F;
  if (s[1] < low || s[1] > high) return 0;
  for (size_t i = 2; i < length; i++)
    if (s[i] < 0x80 || s[i] > 0xBF) return 0;
  return length;
}

/* How many of the next bytes are ASCII, as far as one look tells: nearly all text is. */
static size_t ascii(const unsigned char *s, size_t left) {
  const uint64_t high = UINT64_C(0x8080808080808080);
  uint64_t words[4];
  if (left >= sizeof words) {
    memcpy(words, s, sizeof words);
    if (((words[0] | words[1] | words[2] | words[3]) & high) == 0) return sizeof words;
  }
  if (left < sizeof *words) return 0;
  memcpy(words, s, sizeof *words);
  return (words[0] & high) == 0 ? sizeof *words : 0;
}

bool cshm__utf8_valid(const char *text, size_t length) {
  const unsigned char *s = (const unsigned char *)text;
  size_t i = 0;
  while (i < length) {
    size_t step = ascii(s + i, length - i);
    if (step == 0) step = sequence(s + i, length - i);
    if (step == 0) return false;
    i += step;
  }
  return true;
}

size_t cshm__utf8_next(const char *text, size_t length, uint32_t *code) {
  static const unsigned char lead_bits[] = {0, 0x7F, 0x1F, 0x0F, 0x07};
  const unsigned char *s = (const unsigned char *)text;
  size_t count = length == 0 ? 0 : sequence(s, length);
  *code = count == 0 ? 0 : s[0] & lead_bits[count];
  for (size_t i = 1; i < count; i++)
    *code = *code << 6 | (s[i] & 0x3Fu);
  return count;
}

size_t cshm__utf8_put(uint32_t code, char *out) {
  static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
  size_t count = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return 0;
  for (size_t i = count; i-- > 1; code >>= 6)
    out[i] = (char)(0x80 | (code & 0x3F));
  out[0] = (char)(marks[count] | code);
  return count;
}

bool cshm__utf8_is_printed(uint32_t code) {
  bool ends_line = code == 0x2028 || code == 0x2029;
  bool is_no_character = code == 0xFEFF || code == 0xFFFE || code == 0xFFFF;
  return code >= 0x20 && (code < 0x7F || code >= 0xA0) && !ends_line && !is_no_character;
}

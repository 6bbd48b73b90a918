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

bool cshm__utf8_valid(const char *text, size_t length) {
  const unsigned char *s = (const unsigned char *)text;
  size_t i = 0;
  while (i < length) {
    uint64_t word;
    if (length - i >= sizeof word) {
      memcpy(&word, s + i, sizeof word);
      if ((word & UINT64_C(0x8080808080808080)) == 0) { /* eight ASCII bytes at once: nearly all text is */
        i += sizeof word;
        continue;
      }
    }
    size_t step = sequence(s + i, length - i);
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

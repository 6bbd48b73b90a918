/* SPDX-License-Identifier: MIT */
#include "h5savetext.h"

#include "utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CODE_SIZE sizeof(uint32_t)

static uint32_t code_at(const unsigned char *bytes) {
  return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

/* Characters without the NULs at the end; `width` + 1 where it is no text. */
static uint64_t text_length(const unsigned char *bytes, uint64_t width) {
  uint64_t length = 0;
  while (length < width && code_at(bytes + length * CODE_SIZE) != 0) {
    uint32_t code = code_at(bytes + length * CODE_SIZE);
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return width + 1;
    length++;
  }
  for (uint64_t i = length; i < width; i++)
    if (code_at(bytes + i * CODE_SIZE) != 0) return width + 1;
  return length;
}

static uint64_t width_of(const char *dtype) { return strtoull(dtype + 2, NULL, 10); }

bool cshm__h5_savetext_is_exact(const char *dtype, const void *data, uint64_t nbytes) {
  const unsigned char *bytes = (const unsigned char *)data;
  if (strncmp(dtype, "<U", 2) != 0) return false;
  uint64_t width = width_of(dtype), longest = 1;
  for (uint64_t at = 0; at < nbytes; at += width * CODE_SIZE) {
    uint64_t length = text_length(bytes + at, width);
    if (length > width) return false;
    longest = length > longest ? length : longest;
  }
  return longest == width;
}

static uint32_t code_in_order(const unsigned char *bytes, bool big) {
  const unsigned char turned[CODE_SIZE] = {bytes[3], bytes[2], bytes[1], bytes[0]};
  return code_at(big ? turned : bytes);
}

/* Bytes of a string in UTF-8; SIZE_MAX where it is no text. */
static size_t measure(const unsigned char *bytes, uint64_t width, bool big) {
  char unused[CODE_SIZE];
  size_t length = 0;
  bool ended = false;
  for (uint64_t i = 0; i < width; i++) {
    uint32_t code = code_in_order(bytes + i * CODE_SIZE, big);
    size_t step = code ? cshm__utf8_put(code, unused) : 0;
    if (code ? ended || step == 0 : false) return SIZE_MAX;
    ended = code == 0;
    length += step;
  }
  return length;
}

size_t cshm__h5_savetext_packed(const char *dtype, const void *data, uint64_t nbytes) {
  const unsigned char *bytes = (const unsigned char *)data;
  uint64_t width = width_of(dtype);
  size_t longest = 1;
  for (uint64_t at = 0; at < nbytes; at += width * CODE_SIZE) {
    size_t length = measure(bytes + at, width, dtype[0] == '>');
    if (length == SIZE_MAX) return 0;
    longest = length > longest ? length : longest;
  }
  return longest;
}

/* The string becomes no longer: what has not been read yet is not written over. */
static void pack_one(const struct h5pack *pack, const unsigned char *in, unsigned char *out) {
  size_t length = 0;
  for (size_t at = 0; at < pack->from; at += CODE_SIZE) {
    char character[CODE_SIZE];
    uint32_t code = code_in_order(in + at, pack->big);
    size_t step = code ? cshm__utf8_put(code, character) : 0;
    if (code && step == 0) character[step++] = '?';
    if (step > pack->to - length) break;
    memcpy(out + length, character, step);
    length += step;
  }
  memset(out + length, 0, pack->to - length);
}

void cshm__h5_savetext_pack(const struct h5pack *pack, unsigned char *bytes, size_t count) {
  for (size_t i = 0; i < count; i++)
    pack_one(pack, bytes + i * pack->from, bytes + i * pack->to);
}

/* Writes a string with its NUL, and returns the end. */
static char *put_utf8(const unsigned char *bytes, uint64_t width, char *out) {
  for (uint64_t i = 0; i < width && code_at(bytes + i * CODE_SIZE) != 0; i++)
    out += cshm__utf8_put(code_at(bytes + i * CODE_SIZE), out);
  *out++ = '\0';
  return out;
}

char **cshm__h5_savetext_strings(const char *dtype, const void *data, uint64_t nbytes) {
  const unsigned char *bytes = (const unsigned char *)data;
  uint64_t width = width_of(dtype), count = nbytes / (width * CODE_SIZE);
  char **strings = (char **)malloc((size_t)((count + 1) * sizeof *strings + nbytes + count));
  if (!strings) return NULL;
  char *out = (char *)(strings + count + 1);
  for (uint64_t i = 0; i < count; i++) {
    strings[i] = out;
    out = put_utf8(bytes + i * width * CODE_SIZE, width, out);
  }
  return strings;
}

bool cshm__h5_savetext_put(const char *dtype, const void *data, uint64_t nbytes, char *out) {
  const unsigned char *bytes = (const unsigned char *)data;
  if (strncmp(dtype, "|S", 2) == 0) {
    memcpy(out, data, (size_t)nbytes);
    out[nbytes] = '\0';
    return true;
  }
  uint64_t width = nbytes / CODE_SIZE;
  if (strncmp(dtype, "<U", 2) != 0 || text_length(bytes, width) > width) return false;
  put_utf8(bytes, width, out);
  return true;
}

bool cshm__h5_savetext_is(const cshm_attribute *attribute, const char *word) {
  const unsigned char *bytes = (const unsigned char *)attribute->data;
  size_t length = strlen(word);
  if (strncmp(attribute->dtype, "<U", 2) != 0 || attribute->ndim != 0 || attribute->nbytes != CODE_SIZE * length)
    return false;
  for (size_t i = 0; i < length; i++)
    if (code_at(bytes + CODE_SIZE * i) != (unsigned char)word[i]) return false;
  return true;
}

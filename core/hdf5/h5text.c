/* SPDX-License-Identifier: MIT */
#include "h5text.h"

#include "utf8.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct width {
  bool is_utf8;
  size_t bytes; /* of the longest */
  size_t characters;
};

static struct width measure(char *const *strings, size_t count) {
  struct width width = {true, 1, 1};
  for (size_t i = 0; i < count; i++) {
    const char *text = strings[i] ? strings[i] : "";
    size_t length = strlen(text), characters = 0;
    width.bytes = length > width.bytes ? length : width.bytes;
    for (size_t at = 0; at < length && width.is_utf8; characters++) {
      uint32_t code;
      size_t step = cshm__utf8_next(text + at, length - at, &code);
      width.is_utf8 = step > 0;
      at += step;
    }
    width.characters = characters > width.characters ? characters : width.characters;
  }
  return width;
}

static void put_utf32(unsigned char *out, const char *text) {
  size_t length = strlen(text);
  while (length > 0) {
    uint32_t code = 0;
    size_t step = cshm__utf8_next(text, length, &code);
    for (int byte = 0; byte < 4; byte++)
      *out++ = (unsigned char)(code >> (8 * byte));
    text += step;
    length -= step;
  }
}

bool cshm__h5_text(struct h5plan *plan, char *const *strings, size_t count, uint64_t limit, struct h5value *value,
                   struct h5reason *reason) {
  struct width width = measure(strings, count);
  size_t itemsize = width.is_utf8 ? 4 * width.characters : width.bytes;
  if (count > 0 && itemsize > limit / count) {
    cshm__h5_reason(reason, "%zu strings of up to %zu bytes are more than %" PRIu64 " bytes of fixed-width text", count,
                    width.bytes, limit);
    return false;
  }
  char dtype[32];
  snprintf(dtype, sizeof dtype, "%s%zu", width.is_utf8 ? "<U" : "|S", width.is_utf8 ? width.characters : width.bytes);
  unsigned char *data = (unsigned char *)cshm__h5_plan_alloc(plan, count * itemsize);
  value->dtype = cshm__h5_plan_keep_text(plan, dtype);
  value->nbytes = count * itemsize;
  value->data = data;
  if (!data || !value->dtype) {
    cshm__h5_reason_memory(reason);
    return false;
  }
  for (size_t i = 0; i < count; i++) {
    const char *text = strings[i] ? strings[i] : "";
    if (width.is_utf8)
      put_utf32(data + i * itemsize, text);
    else
      memcpy(data + i * itemsize, text, strlen(text));
  }
  return true;
}

/* SPDX-License-Identifier: MIT */
#include "manifest_yaml_plain.h"

#include "manifest_head.h"

#include <string.h>

/* No control characters, which YAML forbids, and nothing that would have to be checked for being UTF-8. */
static bool is_plain(const char *text, size_t length) {
  bool plain = true;
  for (size_t i = 0; i < length; i++)
    plain = plain && text[i] >= 0x20 && text[i] < 0x7F;
  return plain;
}

/* A number, or a string in double quotes that mean themselves. */
static bool take_value(const char *text, size_t length, struct head_value *value) {
  *value = (struct head_value){text, length, text[0] != '"'};
  if (value->is_number) return strspn(text, "0123456789") == length;
  value->text++;
  value->length -= 2;
  return length >= 2 && text[length - 1] == '"' && !memchr(value->text, '"', value->length) &&
         !memchr(value->text, '\\', value->length);
}

static bool take_line(struct head_reader *reader, const char *line, size_t length) {
  const char *wanted;
  struct head_value value;
  if (!is_plain(line, length)) return false;
  if (length > 0 && line[0] == '#') return true;
  const char *colon = memchr(line, ':', length);
  if (!colon || line + length - colon < 3 || colon[1] != ' ') return false;
  const char *text = colon + 2;
  int key = cshm__head_key(line, (size_t)(colon - line));
  return key >= 0 && take_value(text, (size_t)(line + length - text), &value) &&
         cshm__head_take(reader, key, &value, &wanted) == CSHM_OK;
}

bool cshm__manifest_yaml_plain(const char *text, size_t length, struct manifest_head *head) {
  struct head_reader reader = {.seen = 0};
  while (cshm__head_missing(&reader)) {
    const char *end = memchr(text, '\n', length);
    if (!end || !take_line(&reader, text, (size_t)(end - text))) return false;
    length -= (size_t)(end - text) + 1;
    text = end + 1;
  }
  *head = reader.head;
  return true;
}

/* SPDX-License-Identifier: MIT */
#include "manifest_head.h"

#include "error.h"

#include <string.h>

/* Each takes a value or says what was wanted. */
typedef const char *(*take)(struct manifest_head *head, const struct head_value *value);

/* Digits only, no leading zero. 0 stands for what is none, or is too large. */
static uint64_t number(const struct head_value *value) {
  uint64_t result = 0;
  if (!value->is_number || value->length == 0 || value->length > 19) return 0;
  for (size_t i = 0; i < value->length; i++) {
    if (value->text[i] < '0' || value->text[i] > '9') return 0;
    result = result * 10 + (uint64_t)(value->text[i] - '0');
    if (result == 0) return 0;
  }
  return result;
}

static const char *take_version(struct manifest_head *head, const struct head_value *value) {
  (void)head;
  return number(value) == 0 ? "the manifest's version, a number such as 1" : NULL;
}

/* A name that can stand in a folder. `size` counts the NUL. */
static bool take_file_name(const struct head_value *value, char *name, size_t size) {
  if (value->length == 0 || value->length >= size || value->text[0] == '.') return false;
  if (memchr(value->text, '/', value->length) || memchr(value->text, '\0', value->length)) return false;
  memcpy(name, value->text, value->length);
  name[value->length] = '\0';
  return true;
}

static const char *take_project(struct manifest_head *head, const struct head_value *value) {
  return take_file_name(value, head->project, sizeof head->project)
             ? NULL
             : "a project's name: 1 to 200 bytes, no '/', not starting with '.'";
}

static const char *take_segment(struct manifest_head *head, const struct head_value *value) {
  return take_file_name(value, head->segment, sizeof head->segment)
             ? NULL
             : "a segment's name: 1 to 255 bytes, no '/', not starting with '.'";
}

static const char *take_generation(struct manifest_head *head, const struct head_value *value) {
  uint64_t generation = 0;
  bool good = value->length == 16;
  for (size_t i = 0; i < value->length && good; i++) {
    char c = value->text[i];
    bool is_letter = c >= 'a' && c <= 'f';
    good = is_letter || (c >= '0' && c <= '9');
    generation = generation << 4 | (uint64_t)(is_letter ? c - 'a' + 10 : c - '0');
  }
  head->generation = generation;
  return good && generation != 0 ? NULL : "a generation: 16 digits from 0-9a-f, not all 0";
}

static const char *take_bytes(struct manifest_head *head, const struct head_value *value) {
  head->nbytes = number(value);
  return head->nbytes == 0 ? "the segment's size, a number of bytes" : NULL;
}

/* One that is not known is one of a later version: what is not to be touched. */
static const char *take_lifetime(struct manifest_head *head, const struct head_value *value) {
  for (uint32_t lifetime = 0; lifetime < HEAD_LIFETIMES; lifetime++) {
    const char *name = cshm__head_lifetime(lifetime);
    if (strlen(name) == value->length && memcmp(name, value->text, value->length) == 0) head->lifetime = lifetime;
  }
  return NULL;
}

static const struct {
  const char *name;
  take take;
} keys[] = {{"cute-shm", take_version}, {"project", take_project}, {"generation", take_generation},
            {"segment", take_segment},  {"bytes", take_bytes},     {"lifetime", take_lifetime}};

#define KEYS ((int)(sizeof keys / sizeof keys[0]))
#define NEEDED (KEYS - 1) /* all but the last */

const char *cshm__head_lifetime(uint32_t lifetime) {
  return lifetime == CSHM_OWNER ? "owner" : lifetime == CSHM_LAST_USER ? "last-user" : "persistent";
}

int cshm__head_key(const char *text, size_t length) {
  for (int key = 0; key < KEYS; key++)
    if (strlen(keys[key].name) == length && memcmp(keys[key].name, text, length) == 0) return key;
  return -1;
}

cshm_status cshm__head_take(struct head_reader *reader, int key, const struct head_value *value, const char **wanted) {
  if (reader->seen & 1u << key) {
    *wanted = "every key once";
    return CSHM_ERR_CORRUPT;
  }
  *wanted = keys[key].take(&reader->head, value);
  if (*wanted) return CSHM_ERR_CORRUPT;
  reader->seen |= 1u << key;
  if (keys[key].take == take_version && number(value) > MANIFEST_VERSION) {
    *wanted = "version 1: this manifest was written by a newer cute-shm; update this one";
    return CSHM_ERR_VERSION;
  }
  return CSHM_OK;
}

const char *cshm__head_missing(const struct head_reader *reader) {
  for (int key = 0; key < NEEDED; key++)
    if (!(reader->seen & 1u << key)) return keys[key].name;
  return NULL;
}

cshm_status cshm__head_fail(cshm_error *err, cshm_status status, struct head_place place, const char *wanted,
                            const char *found) {
  return cshm__fail(err, status, 0, "manifest %s:%zu:%zu: wanted %s, found %s", place.file, place.line, place.column,
                    wanted, found);
}

const char *cshm__head_quoted(const struct head_value *value, char out[HEAD_QUOTED_SIZE]) {
  size_t length = value->length < HEAD_QUOTED_SIZE - 3 ? value->length : HEAD_QUOTED_SIZE - 3;
  out[0] = '\'';
  memcpy(out + 1, value->text, length);
  memcpy(out + 1 + length, "'", 2);
  return out;
}

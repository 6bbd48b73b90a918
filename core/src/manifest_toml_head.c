/* SPDX-License-Identifier: MIT */
#include "manifest_toml_head.h"

#include <string.h>

/* How deep a value lies: each bracket is a level, and so is each dot of a key. Dots of numbers count until the next one. */
struct nesting {
  unsigned level;
  unsigned open;                         /* brackets */
  unsigned base[MANIFEST_MAX_DEPTH + 1]; /* for each open bracket, the level of what is in it */
};

static void nest(struct nesting *nesting, char c) {
  if (c == '.') {
    nesting->level++;
  } else if (c == '[' || c == '{') {
    nesting->level++;
    nesting->open++;
    nesting->base[nesting->open] = nesting->level;
  } else {
    if ((c == ']' || c == '}') && nesting->open > 0) nesting->open--;
    nesting->level = nesting->base[nesting->open];
  }
}

static size_t after_comment(const char *text, size_t length, size_t at) {
  const char *newline = memchr(text + at, '\n', length - at);
  return newline ? (size_t)(newline - text) : length;
}

/* After the quotes that end a string of three quotes: up to two more belong to it. */
static size_t after_long_string(const char *text, size_t length, size_t at, char quote) {
  size_t row = 0;
  for (; at < length; at++) {
    if (row >= 3 && text[at] != quote) return at;
    row = text[at] == quote ? row + 1 : 0;
    if (text[at] == '\\' && quote == '"') at++;
  }
  return length;
}

static size_t after_string(const char *text, size_t length, size_t at) {
  char quote = text[at];
  if (length - at >= 3 && text[at + 1] == quote && text[at + 2] == quote)
    return after_long_string(text, length, at + 3, quote);
  for (at++; at < length && text[at] != quote && text[at] != '\n'; at++)
    if (text[at] == '\\' && quote == '"') at++;
  return at < length ? at + 1 : length;
}

struct head_place cshm__toml_place(const char *file, const char *text, size_t at) {
  struct head_place place = {file, 1, 1};
  for (size_t i = 0; i < at; i++) {
    bool begins_character = ((unsigned char)text[i] & 0xC0) != 0x80;
    place.column = text[i] == '\n' ? 1 : place.column + begins_character;
    place.line += text[i] == '\n';
  }
  return place;
}

cshm_status cshm__toml_head_end(const char *text, size_t length, const char *file, size_t *end, bool *whole,
                                cshm_error *err) {
  struct nesting nesting = {.level = 0};
  bool first = true; /* of a line, but for white space */
  size_t at = 0;
  while (at < length && !(first && text[at] == '[' && nesting.open == 0)) {
    char c = text[at];
    first = c == '\n' || (first && strchr(" \t\r", c) && c != '\0');
    if (c == '#') {
      at = after_comment(text, length, at);
    } else if (c == '"' || c == '\'') {
      at = after_string(text, length, at);
    } else {
      if (strchr(".[]{},\n", c) && c != '\0') nest(&nesting, c);
      if (nesting.level > MANIFEST_MAX_DEPTH - 1)
        return cshm__head_fail(err, CSHM_ERR_CORRUPT, cshm__toml_place(file, text, at), "at most 64 levels",
                               "one more");
      at++;
    }
  }
  *end = at;
  *whole = at < length;
  return CSHM_OK;
}

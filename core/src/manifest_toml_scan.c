/* SPDX-License-Identifier: MIT */
#include "manifest_toml_scan.h"

#include <string.h>

/* Whether a dot would be one of a key: others are those of numbers. */
static bool is_key(const struct toml_scan *scan) {
  bool in_list = scan->open > 0 && scan->is_list[scan->open];
  return scan->header || !(scan->value || in_list);
}

static void nest(struct toml_scan *scan, char c) {
  if (c == '.') {
    scan->level += is_key(scan);
  } else if (c == '[' || c == '{') {
    scan->level++;
    scan->open++;
    scan->base[scan->open] = scan->level;
    scan->is_list[scan->open] = c == '[';
  } else {
    if ((c == ']' || c == '}') && scan->open > 0) scan->open--;
    scan->level = scan->base[scan->open];
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

bool cshm__toml_scan_is_table(const struct toml_scan *scan) {
  return scan->first && scan->open == 0 && scan->text[scan->at] == '[';
}

bool cshm__toml_scan_next(struct toml_scan *scan) {
  char c = scan->text[scan->at];
  scan->header = c != '\n' && (scan->header || cshm__toml_scan_is_table(scan));
  scan->value = c == '=' || (scan->value && c != '\n' && c != '{' && c != ',');
  scan->first = c == '\n' || (scan->first && (c == ' ' || c == '\t' || c == '\r'));
  if (c == '#') {
    scan->at = after_comment(scan->text, scan->length, scan->at);
  } else if (c == '"' || c == '\'') {
    scan->at = after_string(scan->text, scan->length, scan->at);
  } else {
    if (strchr(".[]{},\n", c) && c != '\0') nest(scan, c);
    if (scan->level > MANIFEST_MAX_DEPTH - 1) return false;
    scan->at++;
  }
  return true;
}

/* Each equals sign, each comma of a list and each table's header stands for a value of its own; a dot of a key may. */
struct count {
  uint64_t values;
  uint64_t dots; /* of a key, since the last one */
  uint64_t keys; /* dots of keys that are whole */
};

static void count(struct count *count, const struct toml_scan *scan) {
  char c = scan->text[scan->at];
  bool begins_table = cshm__toml_scan_is_table(scan);
  if (c == '.') {
    count->dots += is_key(scan);
  } else if (c == '=' || c == ']') {
    count->keys += count->dots;
    count->dots = 0;
  }
  count->values += c == '=' || begins_table || (c == ',' && scan->is_list[scan->open]);
}

const char *cshm__toml_scan_limits(struct toml_scan *scan) {
  struct count found = {0, 0, 0};
  while (scan->at < scan->length) {
    count(&found, scan);
    if (!cshm__toml_scan_next(scan)) return "at most 64 levels";
    if (found.values > CSHM_MANIFEST_MAX_NODES || found.values + found.keys > UINT64_C(2) * CSHM_MANIFEST_MAX_NODES)
      return "at most 1000000 values";
  }
  return NULL;
}

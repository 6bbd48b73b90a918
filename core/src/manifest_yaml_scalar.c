/* SPDX-License-Identifier: MIT */
#include "manifest_yaml_scalar.h"

#include "decimal_read.h"

#include <math.h>
#include <string.h>

static bool is_one_of(const char *text, size_t length, const char *const *words) {
  for (; *words; words++)
    if (strlen(*words) == length && memcmp(*words, text, length) == 0) return true;
  return false;
}

/* Null, true and false. */
static bool take_word(const char *text, size_t length, struct document_node *node) {
  static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
  static const char *const trues[] = {"true", "True", "TRUE", NULL};
  static const char *const falses[] = {"false", "False", "FALSE", NULL};
  node->boolean = is_one_of(text, length, trues);
  if (is_one_of(text, length, nulls))
    node->kind = DOCUMENT_NULL;
  else if (node->boolean || is_one_of(text, length, falses))
    node->kind = DOCUMENT_BOOL;
  else
    return false;
  return true;
}

/* Infinities, and what is no number. */
static bool take_special(const char *text, size_t length, struct document_node *node) {
  static const char *const infinities[] = {".inf", ".Inf", ".INF", NULL};
  static const char *const nans[] = {".nan", ".NaN", ".NAN", NULL};
  bool is_signed = length > 0 && (text[0] == '-' || text[0] == '+');
  if (is_one_of(text, length, nans))
    node->real = (double)NAN;
  else if (is_one_of(text + is_signed, length - is_signed, infinities))
    node->real = text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
  else
    return false;
  node->kind = DOCUMENT_FLOAT;
  return true;
}

static int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 16;
}

/* False where there is no digit, or something else. */
static bool take_digits(const char *text, size_t length, unsigned base, uint64_t *value, bool *too_large) {
  *value = 0;
  *too_large = false;
  for (size_t i = 0; i < length; i++) {
    unsigned digit = (unsigned)digit_value(text[i]);
    if (digit >= base) return false;
    *too_large = *too_large || *value > (UINT64_MAX - digit) / base;
    *value = *value * base + digit;
  }
  return length > 0;
}

static bool take_integer(const char *text, size_t length, struct document_node *node, const char **wanted) {
  bool is_signed = length > 0 && (text[0] == '-' || text[0] == '+'), too_large, found;
  if (length > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'o'))
    found = take_digits(text + 2, length - 2, text[1] == 'x' ? 16 : 8, &node->magnitude, &too_large);
  else
    found = take_digits(text + is_signed, length - is_signed, 10, &node->magnitude, &too_large);
  if (!found) return false;
  node->kind = DOCUMENT_INTEGER;
  node->negative = text[0] == '-' && node->magnitude > 0;
  if (too_large || (node->negative && node->magnitude > (uint64_t)1 << 63))
    *wanted = "a whole number from -2^63 to 2^64-1 (or a string, in quotes)";
  return true;
}

static bool take_float(const char *text, size_t length, struct document_node *node, const char **wanted) {
  bool has_gaps = memchr(text, '_', length) != NULL; /* which are TOML's */
  if (has_gaps || !cshm__decimal_read_double(text, length, &node->real)) return false;
  node->kind = DOCUMENT_FLOAT;
  if (!isfinite(node->real)) *wanted = "a number that 64 bits hold, .inf or -.inf (or a string, in quotes)";
  return true;
}

const char *cshm__yaml_scalar(const char *text, size_t length, struct document_node *node) {
  const char *wanted = NULL;
  bool found = take_word(text, length, node) || take_special(text, length, node) ||
               take_integer(text, length, node, &wanted) || take_float(text, length, node, &wanted);
  if (!found) node->kind = DOCUMENT_STRING;
  return wanted;
}

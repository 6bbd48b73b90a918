/* SPDX-License-Identifier: MIT */
#include "typestring.h"

#include <string.h>

/* One kind of type: its letter, its byte order ('|' or '<' for either), and its sizes. */
struct kind {
  char letter;
  char order;
  uint32_t unit_size; /* bytes that the number counts; 0: the number is one of `sizes` */
  const char *sizes;  /* " 1 2 4 8 " */
  const char *wanted; /* for the message */
};

static const struct kind kinds[] = {
    {'b', '|', 0, " 1 ", "1: a bool is one byte"},
    {'i', '<', 0, " 1 2 4 8 ", "1, 2, 4 or 8: the bytes of an integer"},
    {'u', '<', 0, " 1 2 4 8 ", "1, 2, 4 or 8: the bytes of an integer"},
    {'f', '<', 0, " 2 4 8 ", "2, 4 or 8: the bytes of a float"},
    {'c', '<', 0, " 8 16 ", "8 or 16: the bytes of a complex number"},
    {'M', '<', 0, " 8 ", "8: the bytes of a date"},
    {'m', '<', 0, " 8 ", "8: the bytes of a duration"},
    {'S', '|', 1, NULL, "a number of bytes from 1 to 2147483647"},
    {'V', '|', 1, NULL, "a number of bytes from 1 to 2147483647"},
    {'U', '<', 4, NULL, "a number of characters from 1 to 536870911"},
};

static bool fail(struct dtype_fault *fault, size_t at, const char *wanted) {
  fault->at = at;
  fault->wanted = wanted;
  return false;
}

static const struct kind *find_kind(char letter) {
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
    if (kinds[i].letter == letter) return &kinds[i];
  return NULL;
}

/* Digits without a leading zero, at most 2^31 - 1. Returns 0 where there are none. */
static uint32_t take_number(const char *text, size_t length, size_t *at) {
  uint64_t number = 0;
  while (*at < length && text[*at] >= '0' && text[*at] <= '9') {
    number = number * 10 + (uint64_t)(text[*at] - '0');
    if (number == 0 || number > INT32_MAX) return 0;
    ++*at;
  }
  return (uint32_t)number;
}

static bool is_listed(const char *sizes, const char *digits, size_t length) {
  for (const char *p = strchr(sizes, ' '); p[1]; p = strchr(p + 1, ' '))
    if (strncmp(p + 1, digits, length) == 0 && p[1 + length] == ' ') return true;
  return false;
}

static bool take_itemsize(const struct kind *kind, const char *text, size_t length, size_t *at, cshm_dtype *parts,
                          struct dtype_fault *fault) {
  size_t start = *at;
  uint64_t number = take_number(text, length, at);
  if (number == 0) return fail(fault, start, kind->wanted);
  if (kind->sizes && !is_listed(kind->sizes, text + start, *at - start)) return fail(fault, start, kind->wanted);
  parts->itemsize = kind->sizes ? number : number * kind->unit_size;
  return parts->itemsize < (uint64_t)TYPESTRING_MAX_ITEMSIZE || fail(fault, start, kind->wanted);
}

static bool check_order(const struct kind *kind, char order, const cshm_dtype *parts, struct dtype_fault *fault) {
  bool has_order = kind->order == '<' && parts->itemsize > 1;
  if (has_order && order == '|') return fail(fault, 0, "'<' or '>': this type has a byte order");
  if (!has_order && order != '|') return fail(fault, 0, "'|': this type has no byte order");
  return true;
}

/* "[ns]", "[25s]" or nothing at all. */
static bool take_unit(const char *text, size_t length, size_t *at, cshm_dtype *parts, struct dtype_fault *fault) {
  static const char *const units[] = {"Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as"};
  parts->multiple = 1;
  if (*at == length) return true;
  size_t start = *at;
  if (text[start] != '[') return fail(fault, start, "the end, or a unit such as [ns] or [25s]");
  ++*at;
  if (*at < length && text[*at] >= '0' && text[*at] <= '9') {
    parts->multiple = take_number(text, length, at);
    if (parts->multiple < 2) return fail(fault, start + 1, "a number from 2 to 2147483647, or only the unit");
  }
  for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
    size_t size = strlen(units[i]);
    if (length - *at > size && memcmp(text + *at, units[i], size) == 0 && text[*at + size] == ']') {
      memcpy(parts->unit, units[i], size);
      *at += size + 1;
      return true;
    }
  }
  return fail(fault, *at, "a unit: Y M W D h m s ms us ns ps fs as, then ]");
}

bool cshm__typestring_parse(const char *text, size_t length, cshm_dtype *parts, struct dtype_fault *fault) {
  *parts = (cshm_dtype)CSHM_DTYPE_INIT;
  if (length == 0 || (text[0] != '<' && text[0] != '>' && text[0] != '|'))
    return fail(fault, 0, "'<', '>' or '|', as in \"<f8\", \">i4\", \"|S12\", or a JSON list of fields");
  const struct kind *kind = length < 2 ? NULL : find_kind(text[1]);
  if (!kind) return fail(fault, 1, "a type: b i u f c S U M m V");
  size_t at = 2;
  if (!take_itemsize(kind, text, length, &at, parts, fault) || !check_order(kind, text[0], parts, fault)) return false;
  if ((kind->letter == 'M' || kind->letter == 'm') && !take_unit(text, length, &at, parts, fault)) return false;
  if (at != length) return fail(fault, at, "the end");
  parts->kind = (unsigned char)kind->letter;
  parts->byte_order = (unsigned char)text[0];
  return true;
}

/* SPDX-License-Identifier: MIT */
#include "decimal_read.h"

#include "decimal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A number halfway between two doubles has at most 767 digits that are not zero at an end: of more it is enough to know that
 * there are some. */
#define MAX_DIGITS 800
#define MAX_EXPONENT 1000000000 /* far beyond every number, even after as many zeros as a manifest can hold */
#define HALF_INFINITY 0x7C00u

/* digits x 10^exponent; neither the first nor the last digit is 0, and zero has none. */
struct decimal {
  bool negative;
  char digit[MAX_DIGITS + 1];
  int count;
  int64_t exponent;
};

struct reader {
  const char *text;
  size_t length;
  size_t at;
};

static bool is_digit(const struct reader *in) {
  return in->at < in->length && in->text[in->at] >= '0' && in->text[in->at] <= '9';
}

static bool take(struct reader *in, char lower, char upper) {
  bool found = in->at < in->length && (in->text[in->at] == lower || in->text[in->at] == upper);
  in->at += found;
  return found;
}

static bool take_sign(struct reader *in) {
  bool negative = take(in, '-', '-');
  if (!negative) take(in, '+', '+');
  return negative;
}

static void add_digit(struct decimal *decimal, char digit, bool behind_point) {
  if (decimal->count == 0 && digit == '0') {
    decimal->exponent -= behind_point;
  } else if (decimal->count < MAX_DIGITS) {
    decimal->digit[decimal->count++] = digit;
    decimal->exponent -= behind_point;
  } else {
    decimal->exponent += !behind_point;
    if (digit != '0') decimal->digit[MAX_DIGITS - 1] = '1'; /* anything but 0 */
  }
}

/* False where there is not one digit. */
static bool take_digits(struct reader *in, struct decimal *decimal) {
  bool behind_point = false, any = false;
  for (;;) {
    if (is_digit(in)) {
      add_digit(decimal, in->text[in->at++], behind_point);
      any = true;
    } else if (!behind_point && take(in, '.', '.')) {
      behind_point = true;
    } else if (!take(in, '_', '_')) {
      return any;
    }
  }
}

static bool take_exponent(struct reader *in, int64_t *exponent) {
  bool negative = take_sign(in), any = false;
  int64_t value = 0;
  for (; is_digit(in) || (any && in->at < in->length && in->text[in->at] == '_'); in->at++) {
    any = true;
    if (in->text[in->at] != '_' && value < MAX_EXPONENT) value = value * 10 + (in->text[in->at] - '0');
  }
  *exponent += negative ? -value : value;
  return any;
}

static void drop_zeros(struct decimal *decimal) {
  for (; decimal->count > 0 && decimal->digit[decimal->count - 1] == '0'; decimal->count--)
    decimal->exponent++;
}

static bool read_decimal(const char *text, size_t length, struct decimal *decimal) {
  struct reader in = {text, length, 0};
  decimal->count = 0;
  decimal->exponent = 0;
  decimal->negative = take_sign(&in);
  if (!take_digits(&in, decimal)) return false;
  if (take(&in, 'e', 'E') && !take_exponent(&in, &decimal->exponent)) return false;
  drop_zeros(decimal);
  return in.at == length;
}

/* As text that strtod reads in any locale: an integer and an exponent, without a sign or a point. */
#define WITHOUT_POINT_SIZE (MAX_DIGITS + 32)
static const char *without_point(const struct decimal *decimal, char text[WITHOUT_POINT_SIZE]) {
  if (decimal->count == 0) return "0";
  snprintf(text, WITHOUT_POINT_SIZE, "%.*se%lld", decimal->count, decimal->digit, (long long)decimal->exponent);
  return text;
}

bool cshm__decimal_read_double(const char *text, size_t length, double *value) {
  struct decimal decimal;
  char plain[WITHOUT_POINT_SIZE];
  if (!read_decimal(text, length, &decimal)) return false;
  double size = strtod(without_point(&decimal, plain), NULL);
  *value = decimal.negative ? -size : size;
  return true;
}

bool cshm__decimal_read_float(const char *text, size_t length, float *value) {
  struct decimal decimal;
  char plain[WITHOUT_POINT_SIZE];
  if (!read_decimal(text, length, &decimal)) return false;
  float size = strtof(without_point(&decimal, plain), NULL);
  *value = decimal.negative ? -size : size;
  return true;
}

/* ---- halves: through doubles, which are exact enough but for a decimal very near to the middle of two halves ---- */

/* A finite double of few digits; the sign is not looked at. */
static void exact_decimal(double value, struct decimal *decimal) {
  char text[96];
  snprintf(text, sizeof text, "%.60e", value);
  *decimal = (struct decimal){.count = 0};
  const char *p = text;
  for (; *p != 'e'; p++) /* the point is the locale's, so it is passed over */
    if (*p >= '0' && *p <= '9') add_digit(decimal, *p, p > text);
  decimal->exponent += strtol(p + 1, NULL, 10);
  drop_zeros(decimal);
}

/* Less than, equal to or greater than 0, as a is to b. */
static int compare(const struct decimal *a, const struct decimal *b) {
  int64_t a_first = a->exponent + a->count, b_first = b->exponent + b->count;
  if (a_first != b_first) return a_first < b_first ? -1 : 1;
  int shorter = a->count < b->count ? a->count : b->count;
  int order = memcmp(a->digit, b->digit, (size_t)shorter);
  return order != 0 ? order : a->count - b->count;
}

static double half_size(uint16_t bits) { return bits == HALF_INFINITY ? 65536 : cshm__half_value(bits); }

/* The largest half that is not above a number. */
static uint16_t half_below(double size) {
  uint16_t low = 0, high = HALF_INFINITY;
  while (low < high) {
    uint16_t middle = (uint16_t)((low + high + 1) / 2);
    if (half_size(middle) <= size)
      low = middle;
    else
      high = (uint16_t)(middle - 1);
  }
  return low;
}

static uint16_t round_to_half(const struct decimal *decimal, double size) {
  uint16_t below = half_below(size);
  if (below == HALF_INFINITY) return below;
  double middle = (half_size(below) + half_size((uint16_t)(below + 1))) / 2;
  int side = size < middle ? -1 : size > middle;
  if (side == 0) {
    struct decimal exact;
    exact_decimal(middle, &exact);
    side = compare(decimal, &exact);
  }
  bool up = side > 0 || (side == 0 && below % 2 == 1);
  return (uint16_t)(below + up);
}

bool cshm__decimal_read_half(const char *text, size_t length, uint16_t *bits) {
  struct decimal decimal;
  char plain[WITHOUT_POINT_SIZE];
  if (!read_decimal(text, length, &decimal)) return false;
  uint16_t size = round_to_half(&decimal, strtod(without_point(&decimal, plain), NULL));
  *bits = (uint16_t)(size | (decimal.negative ? 0x8000 : 0));
  return true;
}

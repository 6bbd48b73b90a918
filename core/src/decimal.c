/* SPDX-License-Identifier: MIT */
#include "decimal.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DIGITS 17

/* 0.d1d2d3... times ten to the `exponent` + 1: the first digit is worth ten to the exponent. */
struct digits {
  char digit[MAX_DIGITS + 1];
  int count;
  int exponent;
};

/* `count` digits of a number that is not negative. The point that printf writes is the locale's, so it is passed over. */
static void round_to(double value, int count, struct digits *digits) {
  char text[48];
  snprintf(text, sizeof text, "%.*e", count - 1, value);
  digits->count = 0;
  const char *p = text;
  for (; *p != 'e'; p++)
    if (*p >= '0' && *p <= '9') digits->digit[digits->count++] = *p;
  digits->exponent = (int)strtol(p + 1, NULL, 10);
  while (digits->count > 1 && digits->digit[digits->count - 1] == '0')
    digits->count--;
}

/* As text that strtod reads in any locale: an integer and an exponent, without a point. */
static const char *without_point(const struct digits *digits, char *text, size_t size) {
  snprintf(text, size, "%.*se%d", digits->count, digits->digit, digits->exponent - digits->count + 1);
  return text;
}

static size_t put_exponent(const struct digits *digits, char *out) {
  const char *rest = digits->count > 1 ? digits->digit + 1 : "0";
  int length = digits->count > 1 ? digits->count - 1 : 1;
  return (size_t)snprintf(out, DECIMAL_SIZE - 1, "%c.%.*se%+03d", digits->digit[0], length, rest, digits->exponent);
}

static size_t put_plain(const struct digits *digits, char *out) {
  static const char zeros[] = "0000000000000000";
  int whole = digits->exponent + 1; /* digits before the point */
  if (whole <= 0)
    return (size_t)snprintf(out, DECIMAL_SIZE - 1, "0.%.*s%.*s", -whole, zeros, digits->count, digits->digit);
  int taken = whole < digits->count ? whole : digits->count;
  int left = digits->count - taken;
  return (size_t)snprintf(out, DECIMAL_SIZE - 1, "%.*s%.*s.%.*s", taken, digits->digit, whole - taken, zeros,
                          left > 0 ? left : 1, left > 0 ? digits->digit + taken : "0");
}

static size_t put(bool negative, const struct digits *digits, char *out) {
  if (negative) *out++ = '-';
  bool plain = digits->exponent >= -4 && digits->exponent < 16;
  return negative + (plain ? put_plain(digits, out) : put_exponent(digits, out));
}

/* A decimal of FLT_DIG or DBL_DIG digits survives the way through a binary number and back, so no shorter one needs to
 * be tried: its zeros at the end are dropped. Numbers below the normal ones have fewer digits: there every length is. */

size_t cshm__decimal_double(double value, char *out) {
  struct digits digits;
  char text[48];
  double size = fabs(value);
  for (int count = size < DBL_MIN ? 1 : DBL_DIG; count <= MAX_DIGITS; count++) {
    round_to(size, count, &digits);
    if (strtod(without_point(&digits, text, sizeof text), NULL) == size) break;
  }
  return put(signbit(value), &digits, out);
}

size_t cshm__decimal_float(float value, char *out) {
  struct digits digits;
  char text[48];
  float size = fabsf(value);
  for (int count = size < FLT_MIN ? 1 : FLT_DIG; count <= 9; count++) {
    round_to((double)size, count, &digits);
    if (strtof(without_point(&digits, text, sizeof text), NULL) == size) break;
  }
  return put(signbit(value), &digits, out);
}

double cshm__half_value(uint16_t bits) {
  int exponent = bits >> 10 & 31;
  int fraction = bits & 1023;
  double size = exponent == 0    ? ldexp(fraction, -24)
                : exponent == 31 ? (fraction ? (double)NAN : (double)INFINITY)
                                 : ldexp(fraction + 1024, exponent - 25);
  return bits & 0x8000 ? -size : size;
}

/* A decimal reads back as this half where it is nearer to it than to its neighbours. */
size_t cshm__decimal_half(uint16_t bits, char *out) {
  struct digits digits;
  char text[48];
  uint16_t magnitude = bits & 0x7FFF;
  double size = cshm__half_value(magnitude);
  double below = magnitude > 0 ? size - cshm__half_value((uint16_t)(magnitude - 1)) : ldexp(1, -24);
  for (int count = 1; count <= 5; count++) {
    round_to(size, count, &digits);
    if (fabs(strtod(without_point(&digits, text, sizeof text), NULL) - size) < below / 2) break;
  }
  return put(bits & 0x8000, &digits, out);
}

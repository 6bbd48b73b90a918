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

/* ---- reading ---- */

/* Where the digits of a number go on beyond these, it is enough to know whether all the others are 0. */
#define KEPT 800
#define MAX_EXPONENT 1000000000

struct reading {
  char kept[KEPT + 2]; /* digits, without zeros in front */
  int count;
  bool any;      /* digit at all */
  bool rest;     /* one that is not 0 among those that were not kept */
  int64_t scale; /* the power of ten that the kept digits, taken for a whole number, are to be multiplied with */
};

static void take_digit(struct reading *reading, char digit, bool after_point) {
  bool keeps = reading->count < KEPT;
  reading->any = true;
  if (keeps && (digit != '0' || reading->count > 0)) reading->kept[reading->count++] = digit;
  if (!keeps && digit != '0') reading->rest = true;
  reading->scale += !keeps - after_point;
}

/* Returns what comes after the digits. */
static const char *take_number(struct reading *reading, const char *at, const char *end) {
  bool after_point = false;
  for (; at < end; at++) {
    if (*at >= '0' && *at <= '9')
      take_digit(reading, *at, after_point);
    else if (*at == '.' && !after_point)
      after_point = true;
    else
      break;
  }
  return at;
}

static bool take_exponent(struct reading *reading, const char *at, const char *end) {
  int64_t exponent = 0;
  if (at == end) return true;
  if (*at != 'e' && *at != 'E') return false;
  at++;
  bool negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) at++;
  if (at == end) return false;
  for (; at < end; at++) {
    if (*at < '0' || *at > '9') return false;
    if (exponent < MAX_EXPONENT) exponent = exponent * 10 + (*at - '0');
  }
  reading->scale += negative ? -exponent : exponent;
  return true;
}

/* No number of so few digits is finite, or more than 0, beyond this power of ten. */
static long bounded(int64_t scale) { return scale > 9999 ? 9999 : scale < -9999 ? -9999 : (long)scale; }

bool cshm__decimal_read(const char *text, size_t length, double *value) {
  struct reading reading = {.count = 0};
  char whole[KEPT + 24]; /* without a point, so that strtod reads it in any locale */
  const char *end = text + length;
  bool is_signed = length > 0 && (text[0] == '-' || text[0] == '+');
  const char *at = take_number(&reading, text + is_signed, end);
  if (!reading.any || !take_exponent(&reading, at, end)) return false;
  if (reading.rest) {
    reading.kept[reading.count++] = '1';
    reading.scale--;
  }
  if (reading.count == 0) reading.kept[reading.count++] = '0';
  snprintf(whole, sizeof whole, "%.*se%ld", reading.count, reading.kept, bounded(reading.scale));
  double size = strtod(whole, NULL);
  *value = text[0] == '-' ? -size : size;
  return true;
}

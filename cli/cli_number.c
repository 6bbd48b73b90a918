/* SPDX-License-Identifier: MIT */
#include "cli_number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t cli_read_unsigned(const unsigned char *data, uint64_t size, bool big) {
  uint64_t bits = 0;
  for (uint64_t i = 0; i < size; i++)
    bits = bits << 8 | data[big ? i : size - 1 - i];
  return bits;
}

int64_t cli_read_signed(const unsigned char *data, uint64_t size, bool big) {
  uint64_t sign = UINT64_C(1) << (8 * size - 1);
  uint64_t wide = (cli_read_unsigned(data, size, big) ^ sign) - sign;
  int64_t value;
  memcpy(&value, &wide, sizeof value);
  return value;
}

static double half_value(uint64_t bits) {
  int exponent = (int)(bits >> 10 & 31);
  double mantissa = (double)(bits & 1023), sign = bits >> 15 ? -1 : 1;
  if (exponent == 31) return mantissa > 0 ? (double)NAN : sign * (double)INFINITY;
  return exponent == 0 ? sign * ldexp(mantissa, -24) : sign * ldexp(mantissa + 1024, exponent - 25);
}

static double float_value(uint64_t bits, uint64_t size) {
  uint32_t low = (uint32_t)bits;
  double value;
  float single;
  if (size == 2) return half_value(bits);
  memcpy(&single, &low, sizeof single);
  memcpy(&value, &bits, sizeof value);
  return size == 4 ? (double)single : value;
}

/* Whether `text` stands for this value and no neighbour of it. */
static bool reads_back(const char *text, double value, uint64_t size) {
  if (size == 8) return strtod(text, NULL) == value;
  if (size == 4) return strtof(text, NULL) == (float)value;
  int exponent = 0;
  double fraction = fabs(frexp(value, &exponent)), given = strtod(text, NULL);
  double step = ldexp(1, exponent < -13 ? -24 : exponent - 11);                  /* from one half to the next; */
  if (fraction == 0.5 && fabs(given) < fabs(value) && exponent > -13) step /= 2; /* below a power of two, half as far */
  return given == value || fabs(given - value) < step / 2;
}

/* Writes the shortest digits that read back, as "1.25e+02"; returns how many there are. */
static int format_shortest(double value, uint64_t size, char text[CLI_NUMBER_TEXT]) {
  int digits = 1;
  for (; digits < 17; digits++) {
    snprintf(text, CLI_NUMBER_TEXT, "%.*e", digits - 1, value);
    if (reads_back(text, value, size)) return digits;
  }
  snprintf(text, CLI_NUMBER_TEXT, "%.*e", digits - 1, value);
  return digits;
}

bool cli_format_float(uint64_t bits, uint64_t size, char text[CLI_NUMBER_TEXT]) {
  double value = float_value(bits, size);
  if (!isfinite(value)) {
    snprintf(text, CLI_NUMBER_TEXT, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
    return false;
  }
  int digits = format_shortest(value, size, text);
  int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
  if (exponent >= -4 && exponent < 16) /* as people write it: 125.0 */
    snprintf(text, CLI_NUMBER_TEXT, "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 1, value);
  return true;
}

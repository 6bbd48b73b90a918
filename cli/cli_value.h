/* SPDX-License-Identifier: MIT */
/* cli_value: values of arrays and attributes as text, for people or as JSON. */
#ifndef CUTESHM_CLI_VALUE_H
#define CUTESHM_CLI_VALUE_H

#include <stdint.h>
#include <stdio.h>

/* A block of elements in C order. */
struct cli_value {
  const char *dtype; /* a dtype of cuteshm.h */
  uint32_t ndim;
  const int64_t *shape;
  const void *data;
};

/*
 * Prints a value, lists in lists for its dimensions. The same words as in a manifest:
 *
 *     bool true false, integers as they are, floats as short as they read back (always with a point or an exponent)
 *     complex      [real, imaginary]
 *     strings      without trailing NULs; in JSON bytes that are not UTF-8 are {"base64": "..."}
 *     dates        the integer they are stored as, or "NaT"
 *     raw bytes    base64, as a string
 *     structured   a list of the fields' values
 *     NaN, infinities: "NaN", "Infinity", "-Infinity", since JSON has no numbers for them; for people nan, inf, -inf
 */
void cli_print_value(FILE *out, const struct cli_value *value, int json);

/* A JSON string, quotes included. Valid for any bytes: those that are not UTF-8 become U+FFFD. */
void cli_print_json_string(FILE *out, const char *text);

#endif

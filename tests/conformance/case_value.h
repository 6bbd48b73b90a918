/*
 * Elements: from the text of cases.tsv to bytes, and two elements compared.
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CUTESHM_TESTS_CASE_VALUE_H
#define CUTESHM_TESTS_CASE_VALUE_H

#include <cuteshm/cuteshm.h>

typedef struct value_field value_field;

/** A dtype taken apart by the library, down to its plain types. */
typedef struct value_type {
  cshm_dtype parts;
  value_field *fields; /* parts.field_count of them */
} value_type;

struct value_field {
  value_type type;
  uint64_t offset;
  uint64_t count; /* elements of a sub-array, else 1 */
  int sub_array;
};

/** Takes a dtype apart. A failing library ends the program with its message. */
value_type value_type_open(const char *dtype);

void value_type_close(value_type *type);

/** Writes the element that begins at `text` to zeroed `bytes`. Returns what follows it; ends the program if malformed. */
const char *value_parse(const value_type *type, const char *text, unsigned char *bytes);

/** Whether two elements are the same: NaN is NaN, -0.0 is not 0.0, padding does not count. */
int value_equal(const value_type *type, const unsigned char *a, const unsigned char *b);

#endif

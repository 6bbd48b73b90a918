/*
 * The records of cases.tsv (its head explains the format).
 *
 * SPDX-License-Identifier: MIT
 */
#ifndef CUTESHM_TESTS_CASE_FILE_H
#define CUTESHM_TESTS_CASE_FILE_H

#include <cuteshm/cuteshm.h>

typedef enum case_kind { CASE_GROUP, CASE_ARRAY, CASE_ATTRIBUTE } case_kind;

/** One record. Strings point into the file's text. */
typedef struct case_record {
  case_kind kind;
  const char *path;  /* decoded; "" is the root */
  const char *name;  /* attribute: its name, decoded; else "" */
  const char *dtype; /* "" of a group */
  uint32_t ndim;
  int64_t shape[CSHM_MAX_NDIM];
  uint32_t order;     /* a cshm_order */
  uint64_t count;     /* elements */
  const char *values; /* as in the file */
} case_record;

typedef struct case_file {
  char *text;
  case_record *records;
  size_t count;
} case_file;

/** Reads the whole file. A malformed file ends the program with its name and line: nothing can be tested with it. */
case_file case_file_read(const char *name);

void case_file_free(case_file *file);

/** The record of an array or group at `path`, or NULL. */
const case_record *case_file_node(const case_file *file, const char *path);

/** The record of an attribute, or NULL. */
const case_record *case_file_attribute(const case_file *file, const char *path, const char *name);

/** How many records are of this kind. */
size_t case_file_count(const case_file *file, case_kind kind);

/** Decodes %XX in place and returns the length, which counts NULs. SIZE_MAX where a "%" is not followed by two digits. */
size_t case_decode(char *text);

/** The value of a hexadecimal digit, or -1. */
int case_hex_digit(char c);

#endif

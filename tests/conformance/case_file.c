/* SPDX-License-Identifier: MIT */
#include "case_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_FIELDS = 6 };

static _Noreturn void give_up(const char *name, size_t line, const char *what) {
  fprintf(stderr, "conform: %s:%zu: %s\n", name, line, what);
  exit(2);
}

int case_hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

size_t case_decode(char *text) {
  char *out = text;
  for (const char *in = text; *in != '\0'; in++) {
    if (*in != '%') {
      *out++ = *in;
      continue;
    }
    int high = case_hex_digit(in[1]);
    int low = high < 0 ? -1 : case_hex_digit(in[2]);
    if (low < 0) return SIZE_MAX;
    *out++ = (char)(high * 16 + low);
    in += 2;
  }
  *out = '\0';
  return (size_t)(out - text);
}

static char *read_text(const char *name) {
  FILE *stream = fopen(name, "rb");
  if (stream == NULL) give_up(name, 0, "cannot be opened");
  size_t length = 0, room = 1 << 16;
  char *text = malloc(room);
  while (text != NULL) {
    length += fread(text + length, 1, room - length - 1, stream);
    if (length < room - 1) break;
    room *= 2;
    text = realloc(text, room);
  }
  if (text == NULL || ferror(stream) != 0) give_up(name, 0, "cannot be read");
  (void)fclose(stream);
  text[length] = '\0';
  return text;
}

/* Cuts a line at its tabs. */
static size_t split(char *line, char *fields[MAX_FIELDS]) {
  size_t count = 0;
  for (;;) {
    if (count == MAX_FIELDS) return MAX_FIELDS + 1;
    fields[count++] = line;
    line = strchr(line, '\t');
    if (line == NULL) return count;
    *line++ = '\0';
  }
}

static int parse_shape(const char *text, case_record *record) {
  record->ndim = 0;
  record->count = 1;
  if (strcmp(text, "-") == 0) return 1;
  for (;;) {
    char *end = NULL;
    long long length = strtoll(text, &end, 10);
    if (end == text || length < 0 || record->ndim == CSHM_MAX_NDIM) return 0;
    record->shape[record->ndim++] = length;
    record->count *= (uint64_t)length;
    if (*end == '\0') return 1;
    if (*end != ',') return 0;
    text = end + 1;
  }
}

/* NULL, or what is wrong with the line. */
static const char *parse_record(char *line, case_record *record) {
  char *field[MAX_FIELDS];
  size_t count = split(line, field);
  *record = (case_record){.kind = CASE_GROUP, .name = "", .dtype = "", .values = "-"};
  int has_name = 0;
  if (count == 2 && strcmp(field[0], "group") == 0)
    record->kind = CASE_GROUP;
  else if (count == 6 && strcmp(field[0], "array") == 0)
    record->kind = CASE_ARRAY;
  else if (count == 6 && strcmp(field[0], "attr") == 0)
    record->kind = CASE_ATTRIBUTE, has_name = 1;
  else
    return "is none of group, array, attr with its fields";
  if (case_decode(field[1]) == SIZE_MAX || (has_name && case_decode(field[2]) == SIZE_MAX))
    return "bad percent-encoding";
  record->path = field[1];
  if (record->kind == CASE_GROUP) return NULL;
  record->name = has_name ? field[2] : "";
  record->dtype = field[2 + has_name];
  if (!parse_shape(field[3 + has_name], record)) return "bad shape";
  if (record->kind == CASE_ARRAY && strcmp(field[4], "C") != 0 && strcmp(field[4], "F") != 0)
    return "order is neither C nor F";
  record->order = record->kind == CASE_ARRAY && field[4][0] == 'F' ? CSHM_ORDER_FORTRAN : CSHM_ORDER_C;
  record->values = field[5];
  return NULL;
}

static size_t count_lines(const char *text) {
  size_t lines = 1;
  for (; *text != '\0'; text++)
    lines += *text == '\n';
  return lines;
}

case_file case_file_read(const char *name) {
  case_file file = {.text = read_text(name)};
  file.records = calloc(count_lines(file.text), sizeof *file.records);
  if (file.records == NULL) give_up(name, 0, "out of memory");
  char *line = file.text;
  for (size_t number = 1; line != NULL; number++) {
    char *end = strchr(line, '\n');
    if (end != NULL) *end++ = '\0';
    if (*line != '\0' && *line != '#') {
      const char *wrong = parse_record(line, &file.records[file.count++]);
      if (wrong != NULL) give_up(name, number, wrong);
    }
    line = end;
  }
  if (file.count == 0) give_up(name, 0, "holds no case");
  return file;
}

void case_file_free(case_file *file) {
  free(file->records);
  free(file->text);
  *file = (case_file){NULL, NULL, 0};
}

const case_record *case_file_node(const case_file *file, const char *path) {
  for (size_t i = 0; i < file->count; i++)
    if (file->records[i].kind != CASE_ATTRIBUTE && strcmp(file->records[i].path, path) == 0) return &file->records[i];
  return NULL;
}

const case_record *case_file_attribute(const case_file *file, const char *path, const char *name) {
  for (size_t i = 0; i < file->count; i++) {
    const case_record *record = &file->records[i];
    if (record->kind == CASE_ATTRIBUTE && strcmp(record->path, path) == 0 && strcmp(record->name, name) == 0)
      return record;
  }
  return NULL;
}

size_t case_file_count(const case_file *file, case_kind kind) {
  size_t count = 0;
  for (size_t i = 0; i < file->count; i++)
    count += file->records[i].kind == kind;
  return count;
}

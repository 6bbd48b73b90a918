/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* clock_gettime, localtime_r */

#include "v1_text.h"

#include "cli_text.h"

#include <cuteshm/cuteshm.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void v1_format_size(uint64_t nbytes, char text[V1_SIZE_TEXT]) {
  static const char *const units[] = {"bytes", "KB", "MB", "GB", "TB", "PB", "EB"};
  double size = (double)nbytes;
  size_t unit = 0;
  for (; size >= 1024; unit++)
    size /= 1024;
  char digits[V1_SIZE_TEXT / 2];
  int length = snprintf(digits, sizeof digits, "%.2f", size);
  if (digits[length - 1] == '0') digits[length - 1] = '\0'; /* one digit behind the point stays */
  snprintf(text, V1_SIZE_TEXT, "%s %s", nbytes == 0 ? "0" : digits, units[unit]);
}

/* ---- dtypes ---------------------------------------------------------------------------------------- */

static void print_plain(FILE *out, const char *dtype, const cshm_dtype *parts) {
  static const struct {
    char kind;
    const char *name;
  } numbers[] = {{'i', "int"}, {'u', "uint"}, {'f', "float"}, {'c', "complex"}};
  if (parts->byte_order != '>' && parts->kind == 'b') {
    fputs("bool", out);
    return;
  }
  if (parts->byte_order != '>' && (parts->kind == 'M' || parts->kind == 'm')) {
    fprintf(out, "%s%s", parts->kind == 'M' ? "datetime64" : "timedelta64", dtype + strcspn(dtype, "["));
    return;
  }
  for (size_t i = 0; parts->byte_order != '>' && i < sizeof numbers / sizeof numbers[0]; i++)
    if ((uint32_t)numbers[i].kind == parts->kind) {
      fprintf(out, "%s%" PRIu64, numbers[i].name, 8 * parts->itemsize);
      return;
    }
  fputs(dtype, out);
}

static void print_field(FILE *out, const char *dtype, uint32_t index, char *name, char *format) {
  cshm_field field = CSHM_FIELD_INIT;
  cshm_dtype parts = CSHM_DTYPE_INIT;
  size_t name_size = CSHM_MAX_DTYPE + 1, format_size = CSHM_MAX_DTYPE + 1;
  if (cshm_dtype_field(dtype, index, &field, name, &name_size, format, &format_size, NULL) != CSHM_OK ||
      cshm_dtype_parse(format, &parts, NULL) != CSHM_OK)
    return;
  fprintf(out, "%s('", index == 0 ? "" : ", ");
  cli_print(out, name);
  fputs("', ", out);
  if (parts.field_count > 0)
    v1_print_dtype(out, format);
  else
    fprintf(out, "'%s'", format);
  for (uint32_t i = 0; i < field.ndim; i++)
    fprintf(out, "%s%" PRId64, i == 0 ? ", (" : ", ", field.shape[i]);
  fputs(field.ndim == 0 ? ")" : field.ndim == 1 ? ",))" : "))", out);
}

void v1_print_dtype(FILE *out, const char *dtype) {
  cshm_dtype parts = CSHM_DTYPE_INIT;
  if (cshm_dtype_parse(dtype, &parts, NULL) != CSHM_OK || parts.field_count == 0) {
    print_plain(out, dtype, &parts);
    return;
  }
  char *name = (char *)malloc(CSHM_MAX_DTYPE + 1), *format = (char *)malloc(CSHM_MAX_DTYPE + 1);
  fputc('[', out);
  for (uint32_t i = 0; name && format && i < parts.field_count; i++)
    print_field(out, dtype, i, name, format);
  fputc(']', out);
  free(name);
  free(format);
}

/* ---- names and lines ------------------------------------------------------------------------------- */

void v1_print_key(FILE *out, const char *path) {
  while (*path) {
    size_t length = strcspn(path, "/");
    char name[CSHM_MAX_NAME + 1];
    snprintf(name, sizeof name, "%.*s", (int)length, path);
    bool quoted = strpbrk(name, ".\"") != NULL;
    fputs(quoted ? "\"" : "", out);
    cli_print(out, name);
    fputs(quoted ? "\"" : "", out);
    path += length;
    if (*path == '/') {
      fputc('.', out);
      path++;
    }
  }
}

void v1_log(const char *format, ...) {
  char text[4096], when[CLI_SIZE_TEXT];
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  cli_format_time((uint64_t)now.tv_sec * UINT64_C(1000000000), when);
  va_list values;
  va_start(values, format);
  vsnprintf(text, sizeof text, format, values);
  va_end(values);
  fprintf(stderr, "%s,%03ld - DEBUG - ", when, now.tv_nsec / 1000000);
  cli_print(stderr, text);
  fputc('\n', stderr);
}

/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "cli_text.h"

#include <stdarg.h>
#include <stdio.h>

const char *cli_error_lead = "cute-shm: ";

static void print_message(const char *format, va_list values) {
  char text[4096];
  vsnprintf(text, sizeof text, format, values);
  fputs(cli_error_lead, stderr);
  cli_print(stderr, text);
}

void cli_error(const char *format, ...) {
  va_list values;
  va_start(values, format);
  print_message(format, values);
  va_end(values);
  fputc('\n', stderr);
}

enum cli_exit cli_usage(const struct cli_command *command, const char *format, ...) {
  va_list values;
  va_start(values, format);
  print_message(format, values);
  va_end(values);
  fprintf(stderr, " (see cute-shm help%s%s)\n", command ? " " : "", command ? command->name : "");
  return CLI_USAGE;
}

enum cli_exit cli_failed(const cshm_error *err) {
  cli_error("%s", err->message);
  switch (err->status) {
  case CSHM_ERR_NOT_FOUND:
    return CLI_NOT_FOUND;
  case CSHM_ERR_EXISTS:
    return CLI_EXISTS;
  case CSHM_ERR_NO_SPACE:
    return CLI_NO_SPACE;
  case CSHM_ERR_CANCELLED:
    return CLI_INTERRUPTED;
  default:
    return CLI_FAILED;
  }
}

enum cli_exit cli_open_store(const struct cli_arguments *arguments, cshm_store *store) {
  cshm_error err = CSHM_ERROR_INIT;
  return cshm_store_open(arguments->option['r'], NULL, store, &err) ? cli_failed(&err) : CLI_OK;
}

/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "cli_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *cli_error_lead = "cute-shm: ";

static void print_message(const char *format, va_list values) {
  char text[4096];
  vsnprintf(text, sizeof text, format, values);
  fflush(stdout); /* where both go to one place, they stand there in their order */
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

/* What the group may do, as the command line says. It is no use without a group. */
static enum cli_exit choose_access(const struct cli_arguments *arguments, cshm_store_options *options) {
  const char *access = arguments->option['a'];
  if (!access) return CLI_OK;
  if (!options->group && !getenv("CUTE_SHM_GROUP"))
    return cli_usage(arguments->command, "--access %s: of which group? name it with --group", access);
  options->access = strcmp(access, "rw") == 0 ? CSHM_ACCESS_READ_WRITE : CSHM_ACCESS_READ;
  if (strcmp(access, "r") == 0 || strcmp(access, "rw") == 0) return CLI_OK;
  return cli_usage(arguments->command, "no access \"%s\": r or rw", access);
}

enum cli_exit cli_open_store(const struct cli_arguments *arguments, cshm_store *store) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
  options.group = arguments->option['g'];
  enum cli_exit result = choose_access(arguments, &options);
  if (result != CLI_OK) return result;
  return cshm_store_open(arguments->option['r'], &options, store, &err) ? cli_failed(&err) : CLI_OK;
}

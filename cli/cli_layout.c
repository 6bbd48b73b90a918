/* SPDX-License-Identifier: MIT */
#include "cli_layout.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PIECE 65536

static bool ends_in(const char *file, const char *ending) {
  size_t length = strlen(file), size = strlen(ending);
  return length >= size && strcmp(file + length - size, ending) == 0;
}

enum cli_exit cli_choose_format(const struct cli_arguments *arguments, const char *option, const char *file,
                                uint32_t otherwise, uint32_t *format) {
  *format = otherwise;
  if (!option && file && ends_in(file, ".toml")) *format = CSHM_MANIFEST_TOML;
  if (!option && file && (ends_in(file, ".yaml") || ends_in(file, ".yml"))) *format = CSHM_MANIFEST_YAML;
  if (!option) return CLI_OK;
  *format = strcmp(option, "toml") == 0 ? CSHM_MANIFEST_TOML : CSHM_MANIFEST_YAML;
  if (*format == CSHM_MANIFEST_TOML || strcmp(option, "yaml") == 0) return CLI_OK;
  return cli_usage(arguments->command, "%s: no format \"%s\": yaml or toml", arguments->command->name, option);
}

/* Fills *err as the library does. */
static cshm_status fail(cshm_error *err, cshm_status status, const char *what) {
  err->status = (int32_t)status;
  err->sys_errno = errno;
  snprintf(err->message, sizeof err->message, "standard input: %s", what);
  return status;
}

/* Up to one byte more than a manifest may have; the library then says that it is too large. */
static cshm_status read_input(char **text, size_t *length, cshm_error *err) {
  *text = NULL;
  *length = 0;
  for (size_t got = 1; got > 0 && *length <= CSHM_MANIFEST_MAX_SIZE; *length += got) {
    char *grown = realloc(*text, *length + PIECE);
    if (!grown) return fail(err, CSHM_ERR_NO_MEMORY, "no memory for so much");
    *text = grown;
    got = fread(grown + *length, 1, PIECE, stdin);
  }
  return ferror(stdin) ? fail(err, CSHM_ERR_SYSTEM, strerror(errno)) : CSHM_OK;
}

cshm_status cli_read_layout(const char *file, uint32_t format, cshm_manifest *manifest, cshm_error *err) {
  char *text;
  size_t length;
  if (strcmp(file, "-") != 0) return cshm_manifest_read(file, manifest, err);
  cshm_status status = read_input(&text, &length, err);
  if (status == CSHM_OK) status = cshm_manifest_parse(text, length, format, "standard input", manifest, err);
  free(text);
  return status;
}

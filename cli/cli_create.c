/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath */
#include "cli.h"

#include "cli_layout.h"
#include "cli_made.h"

#include <stdlib.h>
#include <string.h>

/* Where the layout was, for those who look at the project later. */
static cshm_status note_path(cshm_builder builder, const char *file, cshm_error *err) {
  if (strcmp(file, "-") == 0) return CSHM_OK;
  char *path = realpath(file, NULL);
  cshm_status status = cshm_builder_note(builder, CSHM_NOTE_ORIGIN, "layout.path", path ? path : file, err);
  free(path);
  return status;
}

static cshm_status build(cshm_builder builder, cshm_manifest layout, const char *file, cshm_attachment *attachment,
                         cshm_error *err) {
  cshm_status status = cshm_builder_layout(builder, layout, err);
  if (status == CSHM_OK) status = note_path(builder, file, err);
  if (status == CSHM_OK) status = cshm_builder_allocate(builder, err);
  if (status == CSHM_OK) status = cshm_builder_publish(builder, attachment, err);
  if (status != CSHM_OK) cshm_builder_abort(builder, NULL);
  return status;
}

static cshm_status create(const struct cli_arguments *arguments, cshm_store store, cshm_manifest layout,
                          uint32_t lifetime, cshm_error *err) {
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  cshm_builder builder;
  cshm_attachment attachment;
  options.overwrite = arguments->option['o'] != NULL;
  options.lifetime = lifetime;
  options.producer = "cute-shm create (C " CSHM_VERSION_STRING ")";
  cshm_status status = cshm_builder_open(store, arguments->words[0], &options, &builder, err);
  if (status == CSHM_OK) status = build(builder, layout, arguments->words[1], &attachment, err);
  if (status == CSHM_OK) status = cli_made(arguments, arguments->words[0], lifetime, attachment, err);
  return status;
}

/* The layout is read first: one that is wrong is the reader's own fault, and needs no store. */
enum cli_exit cli_create(const struct cli_arguments *arguments) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store;
  cshm_manifest layout;
  uint32_t lifetime, format;
  enum cli_exit result = cli_choose_lifetime(arguments, &lifetime);
  if (result == CLI_OK)
    result = cli_choose_format(arguments, arguments->option['f'], NULL, CSHM_MANIFEST_YAML, &format);
  if (result != CLI_OK) return result;
  if (cli_read_layout(arguments->words[1], format, &layout, &err)) return cli_failed(&err);
  result = cli_open_store(arguments, &store);
  if (result == CLI_OK && create(arguments, store, layout, lifetime, &err)) result = cli_failed(&err);
  cshm_manifest_close(layout, NULL);
  if (result == CLI_OK) cshm_store_close(store, NULL);
  return result;
}

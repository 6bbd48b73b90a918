/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "cli_made.h"
#include "cli_progress.h"

#include <cuteshm/hdf5.h>
#include <string.h>

/* The file's name without folders and its last ending. */
static void name_after_file(const char *file, char name[CSHM_MAX_PROJECT_NAME + 2]) {
  const char *slash = strrchr(file, '/');
  const char *base = slash ? slash + 1 : file;
  const char *dot = strrchr(base, '.');
  size_t length = dot && dot != base ? (size_t)(dot - base) : strlen(base);
  if (length > CSHM_MAX_PROJECT_NAME) length = CSHM_MAX_PROJECT_NAME + 1; /* too long: let the library say so */
  memcpy(name, base, length);
  name[length] = '\0';
}

/* The project's name: as a word, as an option, or after the file. */
static enum cli_exit choose_name(const struct cli_arguments *arguments, char name[CSHM_MAX_PROJECT_NAME + 2],
                                 const char **project) {
  const char *option = arguments->option['n'];
  const char *word = arguments->word_count > 1 ? arguments->words[1] : NULL;
  if (option && word) return cli_usage(arguments->command, "load: the project is named twice: %s and %s", word, option);
  name_after_file(arguments->words[0], name);
  *project = word ? word : option ? option : name;
  return CLI_OK;
}

static cshm_status load(const struct cli_arguments *arguments, cshm_store store, const char *project, uint32_t lifetime,
                        cshm_attachment *attachment, cshm_error *err) {
  bool quiet = arguments->option['q'] != NULL;
  struct cli_progress progress;
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.overwrite = arguments->option['o'] != NULL;
  options.lifetime = lifetime;
  options.strict = arguments->option['s'] != NULL;
  options.progress = cli_progress_update;
  options.user = &progress;
  options.producer = "cute-shm load (C " CSHM_VERSION_STRING ")";
  cli_progress_begin(&progress, project, !quiet);
  cshm_status status = cshm_hdf5_load(store, project, arguments->words[0], &options, attachment, err);
  cli_progress_end(&progress);
  return status;
}

enum cli_exit cli_load(const struct cli_arguments *arguments) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store;
  cshm_attachment attachment = {0};
  char name[CSHM_MAX_PROJECT_NAME + 2];
  const char *project = name;
  uint32_t lifetime;
  enum cli_exit result = choose_name(arguments, name, &project);
  if (result == CLI_OK) result = cli_choose_lifetime(arguments, &lifetime);
  if (result == CLI_OK) result = cli_open_store(arguments, &store);
  if (result != CLI_OK) return result;
  cshm_status status = load(arguments, store, project, lifetime, &attachment, &err);
  if (status == CSHM_OK) status = cli_made(arguments, project, lifetime, attachment, &err);
  cshm_store_close(store, NULL);
  return status == CSHM_OK ? CLI_OK : cli_failed(&err);
}

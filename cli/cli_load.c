/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "cli_made.h"
#include "cli_progress.h"

#include <cuteshm/hdf5.h>
#include <errno.h>
#include <stdlib.h>
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

/* A number of at most `most` as an option's value: "12", or with K, M, G or T behind where there are units. */
static enum cli_exit read_number(const struct cli_arguments *arguments, char id, bool units, uint64_t most,
                                 uint64_t *number) {
  static const char letters[] = "KMGT";
  const char *text = arguments->option[(int)id];
  char *end = NULL;
  if (!text) return CLI_OK;
  errno = 0;
  unsigned long long value = text[0] >= '0' && text[0] <= '9' ? strtoull(text, &end, 10) : 0;
  const char *unit = units && end && *end ? strchr(letters, *end) : NULL;
  unsigned shift = unit ? 10 * (unsigned)(unit - letters + 1) : 0;
  bool good = end && errno == 0 && end[unit != NULL] == '\0' && value > 0 && value <= most >> shift;
  if (!good)
    return cli_usage(arguments->command, "load: \"%s\" is no number of 1 and more%s", text,
                     units ? ", with or without K, M, G or T behind" : "");
  *number = (uint64_t)value << shift;
  return CLI_OK;
}

static enum cli_exit choose_outside(const struct cli_arguments *arguments, uint32_t *outside) {
  const char *option = arguments->option['e'];
  *outside = CSHM_HDF5_OUTSIDE_DATA;
  if (!option) return CLI_OK;
  if (strcmp(option, "folder") == 0) *outside = CSHM_HDF5_OUTSIDE_FOLDER;
  if (strcmp(option, "anywhere") == 0) *outside = CSHM_HDF5_OUTSIDE_ANYWHERE;
  if (*outside != CSHM_HDF5_OUTSIDE_DATA) return CLI_OK;
  return cli_usage(arguments->command, "load: no place \"%s\" to follow links to: folder or anywhere", option);
}

/* What of the file, and how. */
static enum cli_exit choose_part(const struct cli_arguments *arguments, cshm_hdf5_options *options) {
  uint64_t threads = 0;
  enum cli_exit result = read_number(arguments, 'T', false, UINT32_MAX, &threads);
  if (result == CLI_OK) result = read_number(arguments, 'm', true, UINT64_MAX, &options->max_bytes_per_dataset);
  options->threads = (uint32_t)threads;
  options->select = arguments->option['i'];
  options->exclude = arguments->option['x'];
  options->native_endian = arguments->option['b'] != NULL;
  return result == CLI_OK ? choose_outside(arguments, &options->external_links) : result;
}

static cshm_status load(const struct cli_arguments *arguments, cshm_store store, const char *project,
                        cshm_hdf5_options *options, cshm_attachment *attachment, cshm_error *err) {
  bool quiet = arguments->option['q'] != NULL;
  struct cli_progress progress;
  options->overwrite = arguments->option['o'] != NULL;
  options->strict = arguments->option['s'] != NULL;
  options->isolate = arguments->option['I'] == NULL;
  options->progress = cli_progress_update;
  options->user = &progress;
  options->producer = "cute-shm load (C " CSHM_VERSION_STRING ")";
  cli_progress_begin(&progress, project, "reserving memory", !quiet);
  cshm_status status = cshm_hdf5_load(store, project, arguments->words[0], options, attachment, err);
  cli_progress_end(&progress);
  return status;
}

enum cli_exit cli_load(const struct cli_arguments *arguments) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store;
  cshm_attachment attachment = {0};
  char name[CSHM_MAX_PROJECT_NAME + 2];
  const char *project = name;
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  enum cli_exit result = choose_name(arguments, name, &project);
  if (result == CLI_OK) result = cli_choose_lifetime(arguments, &options.lifetime);
  if (result == CLI_OK) result = choose_part(arguments, &options);
  if (result == CLI_OK) result = cli_open_store(arguments, &store);
  if (result != CLI_OK) return result;
  cshm_status status = load(arguments, store, project, &options, &attachment, &err);
  if (status == CSHM_OK) status = cli_made(arguments, project, options.lifetime, attachment, &err);
  cshm_store_close(store, NULL);
  return status == CSHM_OK ? CLI_OK : cli_failed(&err);
}

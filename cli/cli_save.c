/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* stat */
#include "cli.h"

#include "cli_progress.h"
#include "cli_text.h"
#include "cli_tree.h"

#include <cuteshm/hdf5.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* An option that is a whole number of at most `most`; *value stays where it was not given. */
static enum cli_exit read_number(const struct cli_arguments *arguments, char id, const char *what, uint64_t most,
                                 uint64_t *value) {
  const char *text = arguments->option[(int)id];
  if (!text) return CLI_OK;
  size_t digits = strspn(text, "0123456789");
  unsigned long long number = digits > 0 && digits < 19 && text[digits] == '\0' ? strtoull(text, NULL, 10) : UINT64_MAX;
  *value = number;
  if (number <= most) return CLI_OK;
  return cli_usage(arguments->command, "save: %s is a number from 0 to %llu: %s", what, (unsigned long long)most, text);
}

static enum cli_exit read_options(const struct cli_arguments *arguments, cshm_hdf5_save_options *options) {
  uint64_t deflate = 0, threads = 0;
  enum cli_exit result = read_number(arguments, 'z', "--deflate", 9, &deflate);
  if (result == CLI_OK) result = read_number(arguments, 'c', "--chunk", UINT64_C(1) << 30, &options->chunk);
  if (result == CLI_OK) result = read_number(arguments, 't', "--threads", 1024, &threads);
  options->overwrite = arguments->option['w'] != NULL;
  options->deflate = (uint32_t)deflate;
  options->shuffle = deflate > 0;
  options->threads = (uint32_t)threads;
  return result;
}

/* "file.h5: 34 arrays in 10 groups, 462.9 KiB; the file has 470.1 KiB" */
static cshm_status report(const char *file, cshm_attachment attachment, cshm_error *err) {
  struct cli_tree tree;
  cshm_status status = cli_tree_begin(attachment, &tree, err);
  if (status == CSHM_OK) {
    char summary[128], size[CLI_SIZE_TEXT] = "?";
    struct stat info;
    cli_tree_summary(&tree, summary, sizeof summary);
    if (stat(file, &info) == 0) cli_format_size((uint64_t)info.st_size, size);
    cli_print(stdout, file);
    printf(": %s; the file has %s\n", summary, size);
  }
  cli_tree_end(&tree);
  return status;
}

enum cli_exit cli_save(const struct cli_arguments *arguments) {
  const char *project = arguments->words[0], *file = arguments->words[1];
  bool quiet = arguments->option['q'] != NULL;
  cshm_hdf5_save_options options = CSHM_HDF5_SAVE_OPTIONS_INIT;
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store;
  cshm_attachment attachment;
  struct cli_progress progress;
  enum cli_exit result = read_options(arguments, &options);
  if (result == CLI_OK) result = cli_open_store(arguments, &store);
  if (result != CLI_OK) return result;
  cshm_status status = cshm_attach(store, project, NULL, &attachment, &err);
  cshm_store_close(store, NULL);
  if (status != CSHM_OK) return cli_failed(&err);
  options.progress = cli_progress_update;
  options.user = &progress;
  cli_progress_begin(&progress, project, "opening the file", !quiet);
  status = cshm_hdf5_save(attachment, file, &options, &err);
  cli_progress_end(&progress);
  if (status == CSHM_OK && !quiet)
    status = report(file, attachment, &err); /* lets go of the attachment */
  else
    cshm_detach(attachment, NULL);
  return status == CSHM_OK ? CLI_OK : cli_failed(&err);
}

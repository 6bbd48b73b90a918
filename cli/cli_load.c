/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* sigtimedwait */
#include "cli.h"

#include "cli_load.h"
#include "cli_progress.h"
#include "cli_text.h"

#include <cuteshm/hdf5.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#define MAX_WARNED 10 /* skipped objects that are listed; `show` lists all */

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

static enum cli_exit choose_lifetime(const struct cli_arguments *arguments, uint32_t *lifetime) {
  const char *option = arguments->option['l'];
  *lifetime = CSHM_PERSISTENT;
  for (uint32_t i = CSHM_PERSISTENT; option && i <= CSHM_LAST_USER; i++) {
    *lifetime = i;
    if (strcmp(option, cli_lifetime_name(i)) == 0) option = NULL;
  }
  if (!option) return CLI_OK;
  return cli_usage(arguments->command, "load: no lifetime \"%s\": persistent, owner or last-user", option);
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

/* Requests to end, without those that the caller wants ignored, as nohup does: a signal that is blocked is not ignored. */
static sigset_t requests_to_end(void) {
  const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction action;
  sigset_t ends;
  sigemptyset(&ends);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(&ends, numbers[i]);
  return ends;
}

/* Stays while the project needs this process: until Ctrl-C or another request to end, or until it is nobody's any more. */
static cshm_status hold(cshm_attachment attachment, bool quiet, cshm_error *err) {
  const struct timespec step = {1, 0};
  int32_t current = 1;
  sigset_t ends = requests_to_end();
  sigprocmask(SIG_BLOCK, &ends, NULL);
  fflush(stdout);
  if (!quiet) cli_error("the project is held until Ctrl-C");
  cshm_status status = CSHM_OK;
  while (status == CSHM_OK && current && sigtimedwait(&ends, NULL, &step) < 0)
    status = cshm_attachment_is_current(attachment, &current, err);
  return status;
}

void cli_warn_skipped(const struct cli_tree *tree, const char *lead) {
  uint32_t count = cli_tree_count_notes(tree, CSHM_NOTE_SKIPPED);
  char objects[CLI_SIZE_TEXT];
  if (count == 0) return;
  cli_format_count(count, "object", objects);
  fprintf(stderr, "%s%s of the file %s skipped\n", lead, objects, count == 1 ? "was" : "were");
  cli_tree_print_skipped(tree, stderr, MAX_WARNED);
  if (count > MAX_WARNED) fprintf(stderr, "  and %u more: cute-shm show lists them\n", count - MAX_WARNED);
}

static cshm_status report(const char *project, cshm_attachment attachment, cshm_error *err) {
  struct cli_tree tree;
  cshm_status status = cli_tree_begin(attachment, &tree, err);
  if (status == CSHM_OK) {
    char summary[128];
    cli_tree_summary(&tree, summary, sizeof summary);
    cli_print(stdout, project);
    printf(": %s\n", summary);
    cli_warn_skipped(&tree, "cute-shm: warning: ");
  }
  cli_tree_end(&tree);
  return status;
}

/* What was chosen from several words. */
struct choices {
  uint32_t lifetime;
  uint32_t outside;
};

static cshm_status load(const struct cli_arguments *arguments, cshm_store store, const char *project,
                        const struct choices *choices, cshm_attachment *attachment, cshm_error *err) {
  bool quiet = arguments->option['q'] != NULL;
  struct cli_progress progress;
  cshm_hdf5_options options = CSHM_HDF5_OPTIONS_INIT;
  options.overwrite = arguments->option['o'] != NULL;
  options.lifetime = choices->lifetime;
  options.external_links = choices->outside;
  options.native_endian = arguments->option['b'] != NULL;
  options.strict = arguments->option['s'] != NULL;
  options.progress = cli_progress_update;
  options.user = &progress;
  options.producer = "cute-shm load " CSHM_VERSION_STRING;
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
  bool quiet = arguments->option['q'] != NULL;
  struct choices choices;
  enum cli_exit result = choose_name(arguments, name, &project);
  if (result == CLI_OK) result = choose_lifetime(arguments, &choices.lifetime);
  if (result == CLI_OK) result = choose_outside(arguments, &choices.outside);
  if (result == CLI_OK) result = cli_open_store(arguments, &store);
  if (result != CLI_OK) return result;
  cshm_status status = load(arguments, store, project, &choices, &attachment, &err);
  if (status == CSHM_OK && !quiet) status = cshm_attachment_retain(attachment, &err); /* report() lets go of one */
  if (status == CSHM_OK && !quiet) status = report(project, attachment, &err);
  if (status == CSHM_OK && choices.lifetime != CSHM_PERSISTENT) status = hold(attachment, quiet, &err);
  cshm_store_close(store, NULL);
  return status == CSHM_OK ? CLI_OK : cli_failed(&err);
}

/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "cli_listing.h"
#include "cli_text.h"

/* What was repaired, and what could not be. */
struct repaired {
  unsigned count;
  unsigned failed;
};

static void print_row(void *user, const cshm_project *project) {
  struct repaired *repaired = (struct repaired *)user;
  if (project->status != CSHM_OK) {
    repaired->failed++;
    cli_error("project \"%s\": %s", project->name, project->message);
    return;
  }
  repaired->count++;
  cli_print(stdout, project->name);
  printf(": ");
  cli_print(stdout, project->message);
  printf("; written anew\n");
}

/* Repairs one project, or all of the store (NULL). */
static enum cli_exit repair(cshm_store store, const char *project) {
  cshm_error err = CSHM_ERROR_INIT;
  struct repaired repaired = {0, 0};
  char root[CLI_ROOT_TEXT];
  cshm_listing listing;
  cshm_status status = cshm_store_repair(store, project, &listing, &err);
  if (status != CSHM_OK) return cli_failed(&err);
  status = cli_each_project(listing, print_row, &repaired, &err);
  cshm_listing_close(listing, NULL);
  if (status == CSHM_OK && repaired.count + repaired.failed == 0) {
    status = cli_store_root(store, root, &err);
    if (status == CSHM_OK && project)
      cli_error("nothing to repair in project \"%s\"", project);
    else if (status == CSHM_OK)
      cli_error("nothing to repair in store %s", root);
  }
  if (status != CSHM_OK) return cli_failed(&err);
  return repaired.failed > 0 ? CLI_FAILED : CLI_OK;
}

/* Goes on after a failure: the others are repaired, too. The first failure decides the exit status. */
enum cli_exit cli_repair(const struct cli_arguments *arguments) {
  cshm_store store;
  enum cli_exit result = cli_open_store(arguments, &store);
  if (result != CLI_OK) return result;
  if (arguments->word_count == 0) result = repair(store, NULL);
  for (int i = 0; i < arguments->word_count; i++) {
    enum cli_exit status = repair(store, arguments->words[i]);
    result = result == CLI_OK ? status : result;
  }
  cshm_store_close(store, NULL);
  return result;
}

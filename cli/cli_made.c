/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* sigtimedwait */
#include "cli_made.h"

#include "cli_text.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#define MAX_WARNED 10 /* skipped objects that are listed; `show` lists all */

enum cli_exit cli_choose_lifetime(const struct cli_arguments *arguments, uint32_t *lifetime) {
  const char *option = arguments->option['l'];
  *lifetime = CSHM_PERSISTENT;
  for (uint32_t i = CSHM_PERSISTENT; option && i <= CSHM_LAST_USER; i++) {
    *lifetime = i;
    if (strcmp(option, cli_lifetime_name(i)) == 0) option = NULL;
  }
  if (!option) return CLI_OK;
  return cli_usage(arguments->command, "%s: no lifetime \"%s\": persistent, owner or last-user",
                   arguments->command->name, option);
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

cshm_status cli_made(const struct cli_arguments *arguments, const char *project, uint32_t lifetime,
                     cshm_attachment attachment, cshm_error *err) {
  bool quiet = arguments->option['q'] != NULL;
  cshm_status status = CSHM_OK;
  if (!quiet) status = cshm_attachment_retain(attachment, err); /* report() lets go of one */
  if (status == CSHM_OK && !quiet) status = report(project, attachment, err);
  if (status == CSHM_OK && lifetime != CSHM_PERSISTENT) status = hold(attachment, quiet, err);
  return status;
}

/* SPDX-License-Identifier: MIT */
#include "cli_listing.h"

#include "cli_text.h"
#include "cli_value.h"

#include <string.h>

#define MAX_NAME_WIDTH 48

cshm_status cli_each_project(cshm_listing listing, void (*each)(void *user, const cshm_project *project), void *user,
                             cshm_error *err) {
  uint64_t count = 0;
  cshm_status status = cshm_listing_count(listing, &count, err);
  for (uint64_t i = 0; status == CSHM_OK && i < count; i++) {
    cshm_project project = CSHM_PROJECT_INIT;
    status = cshm_listing_project(listing, i, &project, err);
    if (status == CSHM_OK) each(user, &project);
  }
  return status;
}

const char *cli_project_name(const cshm_project *project) { return project->name[0] != '\0' ? project->name : "-"; }

static void widen(void *user, const cshm_project *project) {
  int *width = (int *)user, wanted = cli_width(cli_project_name(project));
  if (wanted > *width) *width = wanted < MAX_NAME_WIDTH ? wanted : MAX_NAME_WIDTH;
}

cshm_status cli_name_width(cshm_listing listing, int *width, cshm_error *err) {
  *width = (int)strlen("PROJECT");
  return cli_each_project(listing, widen, width, err);
}

cshm_status cli_store_root(cshm_store store, char root[CLI_ROOT_TEXT], cshm_error *err) {
  size_t length = CLI_ROOT_TEXT;
  return cshm_store_root(store, root, &length, err);
}

cshm_status cli_begin_json(cshm_store store, cshm_error *err) {
  char root[CLI_ROOT_TEXT];
  cshm_status status = cli_store_root(store, root, err);
  if (status != CSHM_OK) return status;
  fputs("{\"store\": ", stdout);
  cli_print_json_string(stdout, root);
  return CSHM_OK;
}

void cli_print_json_member(const char *key, const char *text) {
  printf(", \"%s\": ", key);
  cli_print_json_string(stdout, text);
}

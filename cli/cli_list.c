/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "cli_text.h"
#include "cli_value.h"

#include <inttypes.h>
#include <string.h>

#define MAX_NAME_WIDTH 48

/* Calls `each` for every project of the listing. */
static cshm_status each_project(cshm_listing listing, void (*each)(void *user, const cshm_project *project), void *user,
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

/* ---- for people ------------------------------------------------------------------------------------ */

static void widen(void *user, const cshm_project *project) {
  int *width = (int *)user, wanted = cli_width(project->name);
  if (wanted > *width) *width = wanted < MAX_NAME_WIDTH ? wanted : MAX_NAME_WIDTH;
}

static void print_row(void *user, const cshm_project *project) {
  const int *width = (const int *)user;
  char size[CLI_SIZE_TEXT], created[CLI_SIZE_TEXT];
  cli_print_padded(stdout, project->name, *width);
  if (project->status != CSHM_OK) {
    printf("  unusable: ");
    cli_print(stdout, project->message);
    putchar('\n');
    return;
  }
  cli_format_size(project->nbytes, size);
  cli_format_time(project->created_ns, created);
  printf("  %10s  %6" PRIu32 "  %s  %s\n", size, project->array_count, created, cli_lifetime_name(project->lifetime));
}

static cshm_status print_table(cshm_store store, cshm_listing listing, cshm_error *err) {
  int width = (int)strlen("PROJECT");
  uint64_t count = 0;
  cshm_status status = cshm_listing_count(listing, &count, err);
  if (status == CSHM_OK && count == 0) {
    char root[3001];
    size_t length = sizeof root;
    status = cshm_store_root(store, root, &length, err);
    if (status == CSHM_OK) cli_error("no projects in store %s", root);
    return status;
  }
  if (status == CSHM_OK) status = each_project(listing, widen, &width, err);
  if (status != CSHM_OK) return status;
  printf("%-*s  %10s  %6s  %-19s  %s\n", width, "PROJECT", "SIZE", "ARRAYS", "CREATED", "LIFETIME");
  return each_project(listing, print_row, &width, err);
}

/* ---- JSON ------------------------------------------------------------------------------------------ */

static void print_text(const char *key, const char *text) {
  printf(", \"%s\": ", key);
  cli_print_json_string(stdout, text);
}

static void print_object(void *user, const cshm_project *project) {
  const char **comma = (const char **)user;
  printf("%s\n  {\"project\": ", *comma);
  cli_print_json_string(stdout, project->name);
  print_text("status", cshm_status_name(project->status));
  print_text("message", project->message);
  print_text("manifest", project->manifest);
  print_text("segment", project->segment);
  printf(", \"generation\": \"%016" PRIx64 "\", \"bytes\": %" PRIu64 ", \"created_ns\": %" PRIu64, project->generation,
         project->nbytes, project->created_ns);
  printf(", \"arrays\": %" PRIu32 ", \"lifetime\": \"%s\"}", project->array_count,
         cli_lifetime_name(project->lifetime));
  *comma = ",";
}

static cshm_status print_json(cshm_store store, cshm_listing listing, cshm_error *err) {
  char root[3001];
  size_t length = sizeof root;
  const char *comma = "";
  cshm_status status = cshm_store_root(store, root, &length, err);
  if (status != CSHM_OK) return status;
  fputs("{\"store\": ", stdout);
  cli_print_json_string(stdout, root);
  fputs(",\n \"projects\": [", stdout);
  status = each_project(listing, print_object, &comma, err);
  fputs("]}\n", stdout);
  return status;
}

enum cli_exit cli_list(const struct cli_arguments *arguments) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store;
  cshm_listing listing;
  enum cli_exit result = cli_open_store(arguments, &store);
  if (result != CLI_OK) return result;
  cshm_status status = cshm_list(store, &listing, &err);
  if (status == CSHM_OK) {
    status = (arguments->option['j'] ? print_json : print_table)(store, listing, &err);
    cshm_listing_close(listing, NULL);
  }
  cshm_store_close(store, NULL);
  return status == CSHM_OK ? CLI_OK : cli_failed(&err);
}

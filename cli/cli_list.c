/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "cli_listing.h"
#include "cli_text.h"
#include "cli_value.h"

#include <inttypes.h>

/* ---- for people ------------------------------------------------------------------------------------ */

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
  printf("  %10s  %6" PRIu32 "  %s  %-6s  %s\n", size, project->array_count, created, project->in_use ? "yes" : "no",
         cli_lifetime_name(project->lifetime));
}

static cshm_status print_table(cshm_store store, cshm_listing listing, cshm_error *err) {
  char root[CLI_ROOT_TEXT];
  int width;
  uint64_t count = 0;
  cshm_status status = cshm_listing_count(listing, &count, err);
  if (status == CSHM_OK && count == 0) {
    status = cli_store_root(store, root, err);
    if (status == CSHM_OK) cli_error("no projects in store %s", root);
    return status;
  }
  if (status == CSHM_OK) status = cli_name_width(listing, &width, err);
  if (status != CSHM_OK) return status;
  printf("%-*s  %10s  %6s  %-19s  %-6s  %s\n", width, "PROJECT", "SIZE", "ARRAYS", "CREATED", "IN USE", "LIFETIME");
  return cli_each_project(listing, print_row, &width, err);
}

/* ---- JSON ------------------------------------------------------------------------------------------ */

static void print_object(void *user, const cshm_project *project) {
  const char **comma = (const char **)user;
  printf("%s\n  {\"project\": ", *comma);
  cli_print_json_string(stdout, project->name);
  cli_print_json_member("status", cshm_status_name(project->status));
  cli_print_json_member("message", project->message);
  cli_print_json_member("manifest", project->manifest);
  cli_print_json_member("segment", project->segment);
  printf(", \"generation\": \"%016" PRIx64 "\", \"bytes\": %" PRIu64 ", \"created_ns\": %" PRIu64, project->generation,
         project->nbytes, project->created_ns);
  printf(", \"arrays\": %" PRIu32 ", \"lifetime\": \"%s\", \"in_use\": %s}", project->array_count,
         cli_lifetime_name(project->lifetime), project->in_use ? "true" : "false");
  *comma = ",";
}

static cshm_status print_json(cshm_store store, cshm_listing listing, cshm_error *err) {
  const char *comma = "";
  cshm_status status = cli_begin_json(store, err);
  if (status != CSHM_OK) return status;
  fputs(",\n \"projects\": [", stdout);
  status = cli_each_project(listing, print_object, &comma, err);
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

/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include "cli_listing.h"
#include "cli_text.h"
#include "cli_value.h"

#include <inttypes.h>

/* What one run comes to. */
struct collected {
  uint64_t count;
  uint64_t nbytes;
  uint64_t failed;
  int width;         /* of the column of names */
  bool dry_run;      /* nothing was removed */
  const char *comma; /* what stands before the next object of JSON */
};

/* What of a project is left: all, or which part of it. */
static const char *kind_of(const cshm_project *leftover) {
  if (leftover->manifest[0] == '\0') return "segment";
  return leftover->segment[0] == '\0' ? "manifest" : "project";
}

static void count(struct collected *collected, const cshm_project *leftover) {
  if (leftover->status != CSHM_OK) {
    collected->failed++;
    return;
  }
  collected->count++;
  collected->nbytes += leftover->nbytes;
}

/* ---- for people ------------------------------------------------------------------------------------ */

static void print_row(void *user, const cshm_project *leftover) {
  struct collected *collected = (struct collected *)user;
  char size[CLI_SIZE_TEXT];
  count(collected, leftover);
  if (leftover->status != CSHM_OK) {
    cli_error("%s: %s", leftover->manifest[0] != '\0' ? leftover->manifest : leftover->segment, leftover->message);
    return;
  }
  if (collected->count == 1) printf("%-*s  %-8s  %10s  %s\n", collected->width, "PROJECT", "WHAT", "SIZE", "WHY");
  cli_format_size(leftover->nbytes, size);
  cli_print_padded(stdout, cli_project_name(leftover), collected->width);
  printf("  %-8s  %10s  ", kind_of(leftover), size);
  cli_print(stdout, leftover->message);
  putchar('\n');
}

static cshm_status print_total(cshm_store store, const struct collected *collected, cshm_error *err) {
  char root[CLI_ROOT_TEXT], objects[CLI_SIZE_TEXT], size[CLI_SIZE_TEXT];
  cshm_status status = CSHM_OK;
  if (collected->count > 0) {
    cli_format_count(collected->count, "leftover", objects);
    cli_format_size(collected->nbytes, size);
    printf(collected->dry_run ? "%s to remove, %s to give back\n" : "%s removed, %s given back\n", objects, size);
  } else if (collected->failed == 0) {
    status = cli_store_root(store, root, err);
    if (status == CSHM_OK) cli_error("nothing to remove in store %s", root);
  }
  return status;
}

static cshm_status print_table(cshm_store store, cshm_listing leftovers, struct collected *collected, cshm_error *err) {
  cshm_status status = cli_name_width(leftovers, &collected->width, err);
  if (status == CSHM_OK) status = cli_each_project(leftovers, print_row, collected, err);
  return status == CSHM_OK ? print_total(store, collected, err) : status;
}

/* ---- JSON ------------------------------------------------------------------------------------------ */

static void print_object(void *user, const cshm_project *leftover) {
  struct collected *collected = (struct collected *)user;
  count(collected, leftover);
  printf("%s\n  {\"project\": ", collected->comma);
  cli_print_json_string(stdout, leftover->name);
  cli_print_json_member("what", kind_of(leftover));
  cli_print_json_member("status", cshm_status_name(leftover->status));
  cli_print_json_member("message", leftover->message);
  cli_print_json_member("manifest", leftover->manifest);
  cli_print_json_member("segment", leftover->segment);
  printf(", \"bytes\": %" PRIu64 "}", leftover->nbytes);
  collected->comma = ",";
}

static cshm_status print_json(cshm_store store, cshm_listing leftovers, struct collected *collected, cshm_error *err) {
  cshm_status status = cli_begin_json(store, err);
  if (status != CSHM_OK) return status;
  printf(", \"dry_run\": %s,\n \"leftovers\": [", collected->dry_run ? "true" : "false");
  status = cli_each_project(leftovers, print_object, collected, err);
  printf("],\n \"removed\": %" PRIu64 ", \"bytes\": %" PRIu64 "}\n", collected->count, collected->nbytes);
  return status;
}

enum cli_exit cli_gc(const struct cli_arguments *arguments) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_collect_options options = CSHM_COLLECT_OPTIONS_INIT;
  struct collected collected = {0, 0, 0, 0, arguments->option['d'] != NULL, ""};
  cshm_store store;
  cshm_listing leftovers;
  enum cli_exit result = cli_open_store(arguments, &store);
  if (result != CLI_OK) return result;
  options.dry_run = collected.dry_run;
  cshm_status status = cshm_store_collect(store, &options, &leftovers, &err);
  if (status == CSHM_OK) {
    status = (arguments->option['j'] ? print_json : print_table)(store, leftovers, &collected, &err);
    cshm_listing_close(leftovers, NULL);
  }
  cshm_store_close(store, NULL);
  if (status != CSHM_OK) return cli_failed(&err);
  return collected.failed > 0 ? CLI_FAILED : CLI_OK;
}

/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* open_memstream */

#include "cli_table.h"
#include "cli_text.h"
#include "v1.h"
#include "v1_dataset.h"
#include "v1_entry.h"
#include "v1_rows.h"

#include <inttypes.h>
#include <stdlib.h>

struct listed {
  cshm_store store;
  cshm_listing listing;
  uint64_t count;
};

/* ---- a table for each project ---------------------------------------------------------------------- */

static char *make_title(const struct v1_entry *entry) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out) return NULL;
  fputs("Project: ", out);
  cli_print(out, entry->project.name);
  fputs(" - ", out);
  cli_print(out, entry->project.manifest);
  fprintf(out, " - %s", entry->size);
  fclose(out);
  return text;
}

static bool print_arrays(const struct v1_entry *entry) {
  static const struct cli_column columns[] = {{"Key Path", 'l'}, {"Shape", 'r'},      {"Dtype", 'r'},
                                              {"Size", 'r'},     {"Attributes", 'r'}, {"Shared Memory Name", 'r'}};
  const int column_count = (int)(sizeof columns / sizeof columns[0]);
  struct cli_table table;
  if (!cli_table_begin(&table, columns, column_count)) return false;
  if (entry->health == V1_WHOLE)
    v1_write_rows(&table, &entry->tree);
  else
    v1_write_missing(&table);
  char *title = make_title(entry);
  bool good = cli_table_end(&table, title ? title : "", cli_table_room());
  free(title);
  return good;
}

static void print_problem(const struct v1_entry *entry) {
  if (entry->health == V1_BAD_MANIFEST) {
    fputs("cute-shm project error, failed to parse TOML metadata file ", stdout);
    cli_print(stdout, entry->project.manifest);
    fputs(": ", stdout);
  } else {
    fputs("Error: ", stdout);
  }
  cli_print(stdout, entry->why.message);
  putchar('\n');
}

static bool print_project(const struct v1_entry *entry) {
  putchar('\n');
  if (entry->health == V1_WHOLE || entry->health == V1_MISSING) return print_arrays(entry);
  print_problem(entry);
  return true;
}

static bool print_all(const struct listed *listed) {
  char *missing = NULL;
  size_t size = 0;
  bool good = true;
  FILE *names = open_memstream(&missing, &size);
  for (uint64_t i = 0; names && good && i < listed->count; i++) {
    struct v1_entry entry;
    if (v1_entry_open(listed->store, listed->listing, i, &entry)) good = print_project(&entry);
    if (entry.health == V1_MISSING) {
      fputs(ftell(names) > 0 ? ", " : "", names);
      cli_print(names, entry.project.name);
    }
    v1_entry_close(&entry);
  }
  good = names && fclose(names) == 0 && good;
  if (good && size > 0) printf("|\n| Warning ! some project(s) has missing shared memory segment(s): %s\n|\n", missing);
  free(missing);
  return good;
}

/* ---- one table of all ------------------------------------------------------------------------------ */

static void write_project(struct cli_table *table, const struct v1_entry *entry) {
  cli_print(table->cells, entry->project.name);
  cli_table_next(table);
  cli_print(table->cells, entry->project.manifest);
  cli_table_next(table);
  if (entry->health == V1_WHOLE)
    fprintf(table->cells, "%" PRIu32, v1_dataset_count(&entry->tree));
  else
    fputs(entry->health == V1_MISSING ? "?" : "Error", table->cells);
  cli_table_next(table);
  fputs(entry->health == V1_WHOLE || entry->health == V1_MISSING ? entry->size : "Error", table->cells);
  cli_table_next(table);
  fputs(entry->health == V1_WHOLE ? "✓" : entry->health == V1_MISSING ? "✗" : "", table->cells);
  cli_table_next(table);
}

static void print_short_problem(const struct v1_entry *entry) {
  fputs("Error processing project '", stdout);
  cli_print(stdout, entry->project.name);
  fputs("': ", stdout);
  cli_print(stdout, entry->why.message);
  putchar('\n');
}

static bool print_short(const struct listed *listed) {
  static const struct cli_column columns[] = {
      {"Project Name", 'l'}, {"TOML Path", 'l'}, {"Number of arrays", 'c'}, {"Size", 'c'}, {"Integrity", 'c'}};
  struct cli_table table;
  if (!cli_table_begin(&table, columns, (int)(sizeof columns / sizeof columns[0]))) return false;
  for (uint64_t i = 0; i < listed->count; i++) {
    struct v1_entry entry;
    if (v1_entry_open(listed->store, listed->listing, i, &entry)) {
      write_project(&table, &entry);
      if (entry.health == V1_BAD || entry.health == V1_BAD_MANIFEST) print_short_problem(&entry);
    }
    v1_entry_close(&entry);
  }
  return cli_table_end(&table, "Projects Information", cli_table_room());
}

enum cli_exit v1_list(const struct cli_arguments *arguments) {
  cshm_error err = CSHM_ERROR_INIT;
  struct listed listed;
  bool good = true;
  enum cli_exit result = v1_open_store(&listed.store);
  if (result != CLI_OK) return result;
  cshm_status status = cshm_list(listed.store, &listed.listing, &err);
  if (status == CSHM_OK) {
    status = cshm_listing_count(listed.listing, &listed.count, &err);
    if (status == CSHM_OK && listed.count == 0)
      fputs("\nNo cute-shm project found.\n\n", stdout);
    else if (status == CSHM_OK)
      good = arguments->option['s'] ? print_short(&listed) : print_all(&listed);
    cshm_listing_close(listed.listing, NULL);
  }
  cshm_store_close(listed.store, NULL);
  return status != CSHM_OK ? v1_failed(&err) : good ? CLI_OK : CLI_FAILED;
}

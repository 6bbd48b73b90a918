/* SPDX-License-Identifier: MIT */
#include "v1.h"

#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

const struct cli_option v1_flags[] = {
    {'h', 'h', "--help", NULL, "print this"},
    {'p', 0, "-no-progress", NULL, "draw no bar; with -v there is none, either"},
    {'s', 0, "-short", NULL, "one line for each project"},
    {'v', 'v', "--verbose", NULL, "tell on stderr what is done"},
    {'o', 'o', "--overwrite", NULL, "replace a project of that name; who has it open keeps the old one, whole"},
    {0, 0, NULL, NULL, NULL}};

static const struct cli_command programs[] = {
    {"cute-shm-hdf5", "project hdf5_file", "put an HDF5 file into shared memory",
     "The project stays until it is unlinked. `cute-shm load` does this, too, and tells more.\n", "hpvo", 2, 2,
     v1_hdf5},
    {"cute-shm-list", "", "the projects of this user, and the arrays in them",
     "A table for each project, or one of all. It is as wide as the terminal, or as $COLUMNS says; in a\n"
     "pipe nothing is cut. `cute-shm list` and `cute-shm show` tell more, and print JSON.\n",
     "hs", 0, 0, v1_list},
    {"cute-shm-unlink", "project", "remove a project",
     "The memory is given back as soon as nobody has the project open any more. `cute-shm unlink` takes\n"
     "more than one.\n",
     "hv", 1, 1, v1_unlink},
    {NULL, NULL, NULL, NULL, NULL, 0, 0, NULL}};

const struct cli_command *v1_find_program(const char *called) {
  const char *slash = strrchr(called, '/');
  const char *name = slash ? slash + 1 : called;
  for (const struct cli_command *program = programs; program->name; program++)
    if (strcmp(program->name, name) == 0) return program;
  return NULL;
}

void v1_print_usage(FILE *out, const struct cli_command *program) {
  fprintf(out, "usage: %s", program->name);
  for (const struct cli_option *flag = v1_flags; flag->name; flag++) {
    if (!strchr(program->options, flag->id)) continue;
    if (flag->letter)
      fprintf(out, " [-%c]", flag->letter);
    else
      fprintf(out, " [%s]", flag->name);
  }
  fprintf(out, "%s%s\n", program->arguments[0] ? " " : "", program->arguments);
}

static void print_help(const struct cli_command *program) {
  v1_print_usage(stdout, program);
  printf("\n%s: %s\n\n%s\noptions\n", program->name, program->summary, program->details);
  for (const struct cli_option *flag = v1_flags; flag->name; flag++) {
    char letter[8] = "";
    if (!strchr(program->options, flag->id)) continue;
    if (flag->letter) snprintf(letter, sizeof letter, "-%c, ", flag->letter);
    printf("  %s%-*s  %s\n", letter, 15 - (int)strlen(letter), flag->name, flag->help);
  }
}

enum cli_exit v1_run(const struct cli_command *program, int argc, char **argv) {
  struct cli_arguments arguments;
  cli_error_lead = "Error: ";
  /* 1.2 wrote UTF-8 in the locale "C", too, which cron and containers have. */
  if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
  enum cli_exit status = v1_parse(program, argc, argv, &arguments);
  if (status != CLI_OK) return status;
  if (!arguments.option['h']) return program->run(&arguments);
  print_help(program);
  return CLI_OK;
}

enum cli_exit v1_open_store(cshm_store *store) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store_options options = CSHM_STORE_OPTIONS_INIT;
  options.manifest = CSHM_MANIFEST_TOML;
  return cshm_store_open(NULL, &options, store, &err) ? v1_failed(&err) : CLI_OK;
}

enum cli_exit v1_failed(const cshm_error *err) {
  cli_error("%s", err->message);
  return err->status == CSHM_ERR_CANCELLED ? CLI_INTERRUPTED : CLI_FAILED;
}

/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <cuteshm/hdf5.h>
#include <stdio.h>
#include <string.h>

static void print_options(const char *ids) {
  for (const struct cli_option *option = cli_options; option->name; option++) {
    char name[64];
    if (!strchr(ids, option->id) && !strchr(CLI_COMMON_OPTIONS, option->id)) continue;
    snprintf(name, sizeof name, "--%s%s%s", option->name, option->value ? " " : "", option->value ? option->value : "");
    char letter[] = {'-', option->letter, ',', '\0'};
    printf("  %-3s %-15s", option->letter ? letter : "", name);
    if (strlen(name) > 15) printf("\n%21s", "");
    printf(" %s\n", option->help);
  }
}

static void print_program_help(void) {
  printf("cute-shm %s: trees of arrays in shared memory, for any number of processes at once\n\n", cshm_version());
  printf("usage: cute-shm [OPTION]... COMMAND [ARGUMENT]...\n\n");
  for (const struct cli_command *command = cli_commands; command->name; command++)
    printf("  %-8s %s\n", command->name, command->summary);
  printf("\noptions\n");
  print_options("");
  printf("\nenvironment\n"
         "  CUTE_SHM_ROOT      the store\n"
         "  CUTE_SHM_GROUP     as --group\n"
         "  CUTE_SHM_ACCESS    as --access\n"
         "  CUTE_SHM_MANIFEST  yaml (the default) or toml: how manifests are written; both are read\n");
  printf("\nexit status\n"
         "  0    done\n"
         "  1    failed; one line on stderr says why\n"
         "  2    wrong usage\n"
         "  3    not found: the project, the path in it, or the file\n"
         "  4    a project, or file, of that name exists (see --overwrite of load and save)\n"
         "  5    not enough shared memory, or a full disk\n"
         "  130  interrupted by Ctrl-C; nothing was created\n");
}

void cli_print_help(const struct cli_command *command) {
  if (!command) {
    print_program_help();
    return;
  }
  printf("cute-shm %s: %s\n\n", command->name, command->summary);
  printf("usage: cute-shm %s %s\n\n", command->name, command->arguments);
  if (command->details[0] != '\0') printf("%s\n", command->details);
  printf("options\n");
  print_options(command->options);
}

enum cli_exit cli_help(const struct cli_arguments *arguments) {
  const char *topic = arguments->word_count > 0 ? arguments->words[0] : NULL;
  const struct cli_command *command = topic ? cli_find_command(topic) : NULL;
  if (topic && !command) return cli_unknown_command(topic);
  cli_print_help(command);
  return CLI_OK;
}

enum cli_exit cli_version(const struct cli_arguments *arguments) {
  (void)arguments;
  printf("cute-shm %s\n", CSHM_VERSION_STRING);
  printf("libcuteshm %s (ABI %u, format %d.%d)\n", cshm_version(), cshm_abi_version(), CSHM_FORMAT_MAJOR,
         CSHM_FORMAT_MINOR);
  printf("HDF5 %s\n", cshm_hdf5_version());
  return CLI_OK;
}

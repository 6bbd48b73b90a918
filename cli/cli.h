/* SPDX-License-Identifier: MIT */
/* cli: what the commands of cute-shm share: the table of commands, their arguments, exit status and error messages. */
#ifndef CUTESHM_CLI_H
#define CUTESHM_CLI_H

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stddef.h>

/* Exit status of the program; docs/cli.md and `cute-shm help` tell them. */
enum cli_exit {
  CLI_OK = 0,
  CLI_FAILED = 1,
  CLI_USAGE = 2,
  CLI_NOT_FOUND = 3,
  CLI_EXISTS = 4,
  CLI_NO_SPACE = 5,
  CLI_INTERRUPTED = 130
};

/* A command line, taken apart. Strings are those of argv. */
struct cli_arguments {
  const struct cli_command *command;
  const char
      *option[128]; /* by its id: the value, "" for one without a value, the values one a line for one that may be
                              given again; NULL where it was not given */
  char **words;     /* what is no option, the command's name excluded */
  int word_count;
};

/* One command: the table of these also prints the help. */
struct cli_command {
  const char *name;
  const char *arguments; /* as in "load [OPTION]... FILE [PROJECT]" */
  const char *summary;   /* half a line */
  const char *details;   /* paragraphs, each line ended */
  const char *options;   /* ids, see cli_options */
  int min_words;
  int max_words; /* -1: any number */
  enum cli_exit (*run)(const struct cli_arguments *arguments);
};

struct cli_option {
  char id;     /* what the tables call it */
  char letter; /* as it is typed, which is short for different options of two commands; 0: it has none */
  const char *name;
  const char *value; /* what its value is called, or NULL where it has none */
  const char *help;
};

extern const struct cli_command cli_commands[]; /* ended by a NULL name */
extern const struct cli_option cli_options[];   /* ended by a NULL name */
#define CLI_COMMON_OPTIONS "rgah"               /* those that every command has */
#define CLI_LIST_OPTIONS "ix"                   /* those that may be given several times */

const struct cli_command *cli_find_command(const char *name); /* or NULL */

/* Takes a command line apart. On CLI_USAGE the message is printed. */
enum cli_exit cli_parse(int argc, char **argv, struct cli_arguments *arguments);

/* Says that there is no such command, and which is near. Returns CLI_USAGE. */
enum cli_exit cli_unknown_command(const char *word);

/* What every error message begins with: "cute-shm: ", or as cute-shm 1.2 had it. */
extern const char *cli_error_lead;

/* Prints one line on stderr. */
void cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for a usage error, with a hint at the help of a command (or NULL). Returns CLI_USAGE. */
enum cli_exit cli_usage(const struct cli_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Prints the message of a failed call and returns the exit status that goes with it. */
enum cli_exit cli_failed(const cshm_error *err);

/* Opens the store that the command line names. On failure the message is printed. */
enum cli_exit cli_open_store(const struct cli_arguments *arguments, cshm_store *store);

enum cli_exit cli_load(const struct cli_arguments *arguments);
enum cli_exit cli_save(const struct cli_arguments *arguments);
enum cli_exit cli_create(const struct cli_arguments *arguments);
enum cli_exit cli_list(const struct cli_arguments *arguments);
enum cli_exit cli_show(const struct cli_arguments *arguments);
enum cli_exit cli_manifest(const struct cli_arguments *arguments);
enum cli_exit cli_unlink(const struct cli_arguments *arguments);
enum cli_exit cli_gc(const struct cli_arguments *arguments);
enum cli_exit cli_repair(const struct cli_arguments *arguments);
enum cli_exit cli_version(const struct cli_arguments *arguments);
enum cli_exit cli_help(const struct cli_arguments *arguments);

/* The help of one command, or of the program (NULL). */
void cli_print_help(const struct cli_command *command);

#endif

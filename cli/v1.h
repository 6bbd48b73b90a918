/* SPDX-License-Identifier: MIT */
/* v1: the programs that cute-shm 1.2 had, which are this program under other names: the same flags, first words of each line,
 * and exit status (0, 1, 2), for the scripts of its users. */
#ifndef CUTESHM_V1_H
#define CUTESHM_V1_H

#include "cli.h"

#include <stdio.h>

/* The program that is called so; its path may stand before the name. NULL: that is not one of these. */
const struct cli_command *v1_find_program(const char *called);

/* Reads the command line of such a program and runs it. */
enum cli_exit v1_run(const struct cli_command *program, int argc, char **argv);

/* Takes a command line apart as 1.2 did, whose flags are words with one dash or two, and may be shortened. On CLI_USAGE the
 * message is printed. */
enum cli_exit v1_parse(const struct cli_command *program, int argc, char **argv, struct cli_arguments *arguments);

/* The flags; those with one dash have no letter. */
extern const struct cli_option v1_flags[];

/* Prints "usage: cute-shm-list [-h] [-short]". */
void v1_print_usage(FILE *out, const struct cli_command *program);

/* Opens the store of 1.2's users: the default one, which is to write TOML as they know it. On failure the message is printed. */
enum cli_exit v1_open_store(cshm_store *store);

/* Prints the message of a failed call, and returns the exit status that goes with it. */
enum cli_exit v1_failed(const cshm_error *err);

enum cli_exit v1_hdf5(const struct cli_arguments *arguments);
enum cli_exit v1_list(const struct cli_arguments *arguments);
enum cli_exit v1_unlink(const struct cli_arguments *arguments);

#endif

/* SPDX-License-Identifier: MIT */
/* cli_output: a text as a whole file: who looks at it sees the old one or the new one. */
#ifndef CUTESHM_CLI_OUTPUT_H
#define CUTESHM_CLI_OUTPUT_H

#include "cli.h"

/* Writes it to a file by way of a temporary name beside it; to the standard output where `file` is NULL or "-". On failure the message
 * is printed, and the file is as it was. */
enum cli_exit cli_output(const char *file, const char *text, size_t length);

#endif

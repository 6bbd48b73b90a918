/* SPDX-License-Identifier: MIT */
/* cli_text: text for people. Names come from other people's files: what would steer a terminal is written as an escape. */
#ifndef CUTESHM_CLI_TEXT_H
#define CUTESHM_CLI_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CLI_SIZE_TEXT 32 /* room for a size or a time */

/* Bytes of the character at `text`, which ends with NUL; *code is what it is. Of a byte that is not UTF-8: 1, and the code is
 * UINT32_MAX. */
size_t cli_next(const char *text, uint32_t *code);

/* Whether a character is printed as it is: no control character, and none that turns the direction of writing. */
int cli_is_plain(uint32_t code);

/* Prints text with \n \x1b \u202e for what is not plain. */
void cli_print(FILE *out, const char *text);

/* Columns that cli_print takes on a terminal. */
int cli_width(const char *text);

/* Prints text, then blanks up to `width` columns. */
void cli_print_padded(FILE *out, const char *text, int width);

/* Prints text of at most `width` columns; of a longer one as much of its beginning as leaves room for `mark`. Returns the
 * columns. The text must be plain already. */
int cli_print_cut(FILE *out, const char *text, int width, const char *mark);

/* "462.9 KiB" */
void cli_format_size(uint64_t nbytes, char text[CLI_SIZE_TEXT]);

/* "2026-11-22 18:11:05", local time */
void cli_format_time(uint64_t since_1970_ns, char text[CLI_SIZE_TEXT]);

/* "1 array", "2 arrays" */
void cli_format_count(uint64_t count, const char *noun, char text[CLI_SIZE_TEXT]);

/* "persistent", "owner" or "last-user": a cshm_lifetime as this program calls it. */
const char *cli_lifetime_name(uint32_t lifetime);

#endif

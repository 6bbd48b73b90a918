/* SPDX-License-Identifier: MIT */
/* cli_number: numbers out of memory, in either byte order, and floats in decimal. */
#ifndef CUTESHM_CLI_NUMBER_H
#define CUTESHM_CLI_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#define CLI_NUMBER_TEXT 40

/* An integer of 1 to 8 bytes. */
uint64_t cli_read_unsigned(const unsigned char *data, uint64_t size, bool big);
int64_t cli_read_signed(const unsigned char *data, uint64_t size, bool big);

/* A float of 2, 4 or 8 bytes, given as its bits, in as few digits as read back: "0.1", "1.0", "1e+20", "nan", "inf", "-inf".
 * False: it is one of the last three. */
bool cli_format_float(uint64_t bits, uint64_t size, char text[CLI_NUMBER_TEXT]);

#endif

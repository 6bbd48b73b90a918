/* SPDX-License-Identifier: MIT */
/* v1_text: names, sizes and log lines as cute-shm 1.2 wrote them. */
#ifndef CUTESHM_V1_TEXT_H
#define CUTESHM_V1_TEXT_H

#include <stdint.h>
#include <stdio.h>

#define V1_SIZE_TEXT 32

/* "0 bytes", "28.0 bytes", "976.56 KB", "1.0 GB" */
void v1_format_size(uint64_t nbytes, char text[V1_SIZE_TEXT]);

/* A dtype as numpy prints it: "float64", ">i4", "|S5", "datetime64[ns]", "[('x', '<f8'), ('v', '<i4', (3,))]". */
void v1_print_dtype(FILE *out, const char *dtype);

/* Prints names joined by "/" with "." in its place. A name that holds one itself is quoted. */
void v1_print_key(FILE *out, const char *path);

/* Prints a line on stderr with the time before it. */
void v1_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

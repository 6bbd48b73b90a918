/* SPDX-License-Identifier: MIT */
/* decimal_read: decimals as people and programs write them, correctly rounded, whatever the locale. */
#ifndef CUTESHM_DECIMAL_READ_H
#define CUTESHM_DECIMAL_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Each reads the whole text: a sign, digits with at most one point and with underscores between them, an exponent; all but one
 * digit may be missing. What is too large becomes infinity. False, with nothing written, where the text is none. */
bool cshm__decimal_read_double(const char *text, size_t length, double *value);
bool cshm__decimal_read_float(const char *text, size_t length, float *value);
bool cshm__decimal_read_half(const char *text, size_t length, uint16_t *bits);

#endif

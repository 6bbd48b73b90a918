/* SPDX-License-Identifier: MIT */
/* decimal: floats in decimal, as short as they can be and still read back, whatever the locale. */
#ifndef CUTESHM_DECIMAL_H
#define CUTESHM_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#define DECIMAL_SIZE 32 /* room for every result */

/* Each writes a finite number, with a point in it always, and returns the length; no NUL. "0.1", "-0.0", "1.0e+20". */
size_t cshm__decimal_double(double value, char *out);
size_t cshm__decimal_float(float value, char *out);
size_t cshm__decimal_half(uint16_t bits, char *out);

/* What an IEEE 754 half is worth; infinities and NaN, too. */
double cshm__half_value(uint16_t bits);

#endif

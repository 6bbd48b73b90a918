/* SPDX-License-Identifier: MIT */
/* typestring: numpy's word for a type that is not structured, such as "<f8" or "<M8[25s]". */
#ifndef CUTESHM_TYPESTRING_H
#define CUTESHM_TYPESTRING_H

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stddef.h>

/* Bytes of one element stay below this. */
#define TYPESTRING_MAX_ITEMSIZE (INT64_C(1) << 31)

/* Where a dtype's text is wrong. */
struct dtype_fault {
  size_t at;          /* byte of the text */
  const char *wanted; /* what should be there */
};

/* Takes it apart into *parts, all of it. On false *fault tells why. */
bool cshm__typestring_parse(const char *text, size_t length, cshm_dtype *parts, struct dtype_fault *fault);

#endif

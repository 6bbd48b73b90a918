/* SPDX-License-Identifier: MIT */
/* descr: numpy's list of the fields of a structured type, written as JSON. */
#ifndef CUTESHM_DESCR_H
#define CUTESHM_DESCR_H

#include "dtype.h"
#include "typestring.h"

/* Takes it apart into *parts, all of it; `length` is at most CSHM_MAX_DTYPE. *swapped says whether a field of it is
 * big-endian. On false *fault tells why. */
bool cshm__descr_parse(const char *text, size_t length, cshm_dtype *parts, bool *swapped, struct dtype_fault *fault);

/* A walk along the fields of a list that cshm__descr_parse accepted. */
struct descr_walk {
  struct json in;
  uint64_t offset;
};

struct descr_walk cshm__descr_walk(const char *text, size_t length);

/* The next field that is not padding. False past the last. */
bool cshm__descr_next(struct descr_walk *walk, struct dtype_field *field);

#endif

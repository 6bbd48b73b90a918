/* SPDX-License-Identifier: MIT */
/* dtype: what an array's elements are, taken apart, and how many bytes a shape of them is. No allocation. */
#ifndef CUTESHM_DTYPE_H
#define CUTESHM_DTYPE_H

#include "json.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stddef.h>

/* Structured types nest no deeper than this. How many fields they have is bounded by CSHM_MAX_DTYPE. */
#define DTYPE_MAX_DEPTH 16

/* Takes `text` (`length` bytes, need not end with NUL) apart into *parts (all of it: parts->size is not looked at).
 * *swapped says whether it, or a field of it, is big-endian; may be NULL.
 * Accepts: |b1, |i1 <i2 <i4 <i8, |u1 <u2 <u4 <u8, <f2 <f4 <f8, <c8 <c16, |S<n>, <U<n>, <M8[..] <m8[..], |V<n> (n from 1
 * up, itemsize below 2^31) with '<' or '>' where a type has a byte order and '|' where it has none ('<i1' and '=f8' are
 * refused: one spelling for each type), or a descr list in JSON. Refused are: an empty list, or one of padding only;
 * names that come twice, that are empty (other than padding ["","|Vn"]) or hold a NUL; lengths of a sub-array below 1;
 * trailing bytes, invalid UTF-8. CSHM_ERR_BAD_TYPE names the dtype and the place. */
cshm_status cshm__dtype_parse(const char *text, size_t length, cshm_dtype *parts, bool *swapped, cshm_error *err);

/* The one spelling of a dtype that cshm__dtype_parse accepted: no white space, and in names only '"', '\\' and control
 * characters escaped. Never longer than `text`; `out` has room for `length` bytes and gets no NUL. Returns its length. */
size_t cshm__dtype_canonical(const char *text, size_t length, char *out);

/* A field as a slice of the dtype's text. */
struct dtype_field {
  uint64_t offset;    /* bytes */
  uint64_t nbytes;    /* bytes, all elements of a sub-array */
  const char *name;   /* JSON string with its quotes, in the dtype's text */
  size_t name_length; /* with the quotes */
  const char *format; /* JSON string with its quotes, or JSON list, in the dtype's text */
  size_t format_length;
  uint32_t ndim;
  int64_t shape[CSHM_MAX_NDIM];
};

/* The index-th field that is not padding of a dtype that cshm__dtype_parse accepted. CSHM_ERR_NOT_FOUND past the last. */
cshm_status cshm__dtype_field(const char *text, size_t length, uint32_t index, struct dtype_field *field,
                              cshm_error *err);

/* Copies a field's format as a dtype string: a JSON string is decoded, a JSON list is copied as it is. */
cshm_status cshm__dtype_format(const struct dtype_field *field, char *buffer, size_t *buffer_length, cshm_error *err);

/* Number of elements of a shape times itemsize; CSHM_ERR_INVALID_ARGUMENT for a negative length or ndim over the
 * limit, CSHM_ERR_LIMIT above 2^62 bytes (also of the lengths that are not zero, so that strides cannot overflow). */
cshm_status cshm__shape_nbytes(uint32_t ndim, const int64_t *shape, uint64_t itemsize, uint64_t *nbytes,
                               cshm_error *err);

/* Strides in bytes of a contiguous array. The shape must have passed cshm__shape_nbytes. */
void cshm__shape_strides(uint32_t ndim, const int64_t *shape, uint64_t itemsize, uint32_t order, int64_t *strides);

#endif

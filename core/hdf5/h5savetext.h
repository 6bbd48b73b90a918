/* SPDX-License-Identifier: MIT */
/* h5savetext: strings of a project, made into UTF-8. The way back is h5text. */
#ifndef CUTESHM_H5SAVETEXT_H
#define CUTESHM_H5SAVETEXT_H

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stddef.h>

/* Whether the strings of a `<U` array are those that h5text would make of strings of any length: well-formed, without NULs inside,
 * and none shorter would do. */
bool cshm__h5_savetext_is_exact(const char *dtype, const void *data, uint64_t nbytes);

/* Such strings in UTF-8, each with its NUL: one block, which the caller frees. NULL: out of memory. */
char **cshm__h5_savetext_strings(const char *dtype, const void *data, uint64_t nbytes);

/* The bytes of the longest of the strings of a `<U` or `>U` array in UTF-8, at least 1; 0 where one is ill-formed, or has a NUL
 * inside. */
size_t cshm__h5_savetext_packed(const char *dtype, const void *data, uint64_t nbytes);

/* Strings of one size to strings of a smaller one, in UTF-8. */
struct h5pack {
  size_t from; /* bytes of one; 0: they stay as they are */
  size_t to;
  bool big;
};

/* Does so in place. What is no character, which another process has written in the meantime, becomes "?"; what is longer is cut. */
void cshm__h5_savetext_pack(const struct h5pack *pack, unsigned char *bytes, size_t count);

/* Writes one string of `nbytes` bytes, `<U` or `|S`, up to its first NUL. `out` has room for nbytes + 1. False: it is no text. */
bool cshm__h5_savetext_put(const char *dtype, const void *data, uint64_t nbytes, char *out);

/* Whether an attribute is just this word, of ASCII, as h5text makes it. */
bool cshm__h5_savetext_is(const cshm_attribute *attribute, const char *word);

#endif

/* SPDX-License-Identifier: MIT */
/* utf8: what is a character, after table 3-7 of the Unicode standard: no surrogates, nothing overlong, nothing above
 * U+10FFFF. */
#ifndef CUTESHM_UTF8_H
#define CUTESHM_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether `length` bytes are well-formed UTF-8. NUL is allowed. */
bool cshm__utf8_valid(const char *text, size_t length);

/* Bytes of the character that begins at `text`, of which `length` bytes are there; 0 where it is none, or is cut. */
size_t cshm__utf8_next(const char *text, size_t length, uint32_t *code);

/* Writes the bytes of a character (at most 4) and returns how many; 0 where `code` is none. */
size_t cshm__utf8_put(uint32_t code, char *out);

/* Whether a character may stand unescaped in every syntax of manifests: none that YAML does not count as printable, and none
 * that some programs take for the end of a line. */
bool cshm__utf8_is_printed(uint32_t code);

#endif

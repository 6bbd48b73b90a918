/* SPDX-License-Identifier: MIT */
/* text: text that grows. Out of memory is remembered, so that whoever writes asks once, at the end. */
#ifndef CUTESHM_TEXT_H
#define CUTESHM_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Begins as {0}. `data` is the caller's to free, also after a failure; it does not end with a NUL. */
struct text {
  char *data;
  size_t length;
  size_t capacity;
  bool failed; /* out of memory: nothing was added since */
};

/* Room for `size` more bytes, which the caller fills and then counts by adding to `length`; NULL when out of memory. */
char *cshm__text_room(struct text *text, size_t size);

void cshm__text_add(struct text *text, const char *bytes, size_t length);
void cshm__text_add_word(struct text *text, const char *word);
void cshm__text_add_unsigned(struct text *text, uint64_t number);
void cshm__text_add_signed(struct text *text, int64_t number);

/* A string in double quotes that YAML 1.1, YAML 1.2 and TOML read as the same: on one line, everything that one of them
 * does not print escaped. Bytes that are not UTF-8 become U+FFFD. */
void cshm__text_add_quoted(struct text *text, const char *string, size_t length);

/* Base64 (RFC 4648, with padding) in double quotes. */
void cshm__text_add_base64(struct text *text, const unsigned char *bytes, size_t length);

/* ---- fixed buffers ---- */

/* Strings, ended by NULL, one after the other, cut where the buffer ends. What snprintf does, without its start-up: a new
 * process spends more on the pages that snprintf needs than on all else it has to do with names. */
void cshm__text_join(char *buffer, size_t size, const char *const *strings);

/* A number, somewhere in the buffer. */
#define TEXT_DIGITS_SIZE 21
const char *cshm__text_digits(uint64_t number, char buffer[TEXT_DIGITS_SIZE]);

#endif

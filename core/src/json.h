/* SPDX-License-Identifier: MIT */
/* json: the few pieces of JSON that a structured dtype is made of, read in place. No allocation. */
#ifndef CUTESHM_JSON_H
#define CUTESHM_JSON_H

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A place in a text. */
struct json {
  const char *text;
  size_t length;
  size_t at;
};

/* Goes on to the next byte that is no white space. False at the end of the text. */
bool cshm__json_peek(struct json *in, char *next);

/* Takes `wanted` if it comes next, white space aside. */
bool cshm__json_take(struct json *in, char wanted);

/* Takes a string, quotes included, if a valid one comes next: UTF-8, no raw control characters, known escapes, no half
 * surrogate pairs. On false `in->at` is where it went wrong. */
bool cshm__json_take_string(struct json *in, const char **string, size_t *length);

/* Takes a number from 1 to 2^31 - 1, written in digits. On false `in->at` is where it went wrong. */
bool cshm__json_take_count(struct json *in, int64_t *count);

/* The next character of a string; `in->at` is inside its quotes. False at the closing quote (not taken) or where it is
 * no valid string. */
bool cshm__json_char(struct json *in, uint32_t *code);

/* Copies a JSON string (quotes included) decoded to UTF-8 into `buffer` as the rules of cuteshm.h say for strings out.
 * CSHM_ERR_BAD_TYPE if it is none. */
cshm_status cshm__json_string(const char *text, size_t length, char *buffer, size_t *buffer_length, cshm_error *err);

#endif

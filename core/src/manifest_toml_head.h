/* SPDX-License-Identifier: MIT */
/* manifest_toml_head: where the head of a TOML manifest ends. */
#ifndef CUTESHM_MANIFEST_TOML_HEAD_H
#define CUTESHM_MANIFEST_TOML_HEAD_H

#include "manifest_head.h"

/* Tells in *end how many bytes come before the first table, and in *whole whether that table was seen: it may still come.
 * What is no TOML is for the parser to say, but for tables and lists that nest too deep for one that recurses:
 * CSHM_ERR_CORRUPT. */
cshm_status cshm__toml_head_end(const char *text, size_t length, const char *file, size_t *end, bool *whole,
                                cshm_error *err);

/* The line and column, in characters, of a byte of the text. */
struct head_place cshm__toml_place(const char *file, const char *text, size_t at);

#endif

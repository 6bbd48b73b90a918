/* SPDX-License-Identifier: MIT */
/* manifest_yaml_plain: the head of a YAML manifest that is written just as this library writes it, read without a parser. */
#ifndef CUTESHM_MANIFEST_YAML_PLAIN_H
#define CUTESHM_MANIFEST_YAML_PLAIN_H

#include "manifest.h"

#include <stdbool.h>
#include <stddef.h>

/* Takes the head from the first bytes of a manifest, if these are lines of comments, and of a key, ": " and a value, in ASCII
 * without escapes. What it takes is what a parser would take. False for anything else, right or wrong, which a parser has to
 * look at; *head is untouched then. */
bool cshm__manifest_yaml_plain(const char *text, size_t length, struct manifest_head *head);

#endif

/* SPDX-License-Identifier: MIT */
/* h5glob: patterns of paths. Text only. */
#ifndef CUTESHM_H5GLOB_H
#define CUTESHM_H5GLOB_H

#include <stdbool.h>

/*
 *     *     any characters within a level
 *     **    any characters across levels; "**" and a slash also none at all, so that "a/" "**" "/b" matches "a/b"
 *     ?     one character within a level
 *     \     the next character, whatever it means otherwise
 *
 * A slash at the beginning or at the end of a pattern is left out. `patterns` is a list of them, one a line; empty lines are
 * nothing. Whether one of them matches the whole path.
 */
bool cshm__h5_glob_any(const char *patterns, const char *path);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * manifest_toml_scan: TOML as rows of letters, before a parser sees it, which recurses and makes much of little. What is no
 * TOML is for the parser to say.
 */
#ifndef CUTESHM_MANIFEST_TOML_SCAN_H
#define CUTESHM_MANIFEST_TOML_SCAN_H

#include "manifest.h"

#include <stdbool.h>
#include <stddef.h>

/* Goes over a text. Begins as {text, length, .first = true}. */
struct toml_scan {
  const char *text;
  size_t length;
  size_t at;
  bool first;                            /* of a line, but for white space */
  bool header;                           /* in a line that begins a table */
  bool value;                            /* after the equals sign of a key */
  unsigned level;                        /* how deep it is: each bracket is a level, and so is each dot of a key */
  unsigned open;                         /* brackets */
  unsigned base[MANIFEST_MAX_DEPTH + 1]; /* for each open bracket, the level of what is in it */
  bool is_list[MANIFEST_MAX_DEPTH + 1];  /* and whether it is one of a list */
};

/* Whether a table's header, "[", begins here. */
bool cshm__toml_scan_is_table(const struct toml_scan *scan);

/* Goes on by one letter, string or comment, of which there is one. False, and stays there: this would be the 65th level. */
bool cshm__toml_scan_next(struct toml_scan *scan);

/* How a whole text breaks the limits, at scan->at, in words for a message: "at most 64 levels"; or NULL. There may be more values
 * than CSHM_MANIFEST_MAX_NODES, since they cannot be told from letters alone, but not twice as many. */
const char *cshm__toml_scan_limits(struct toml_scan *scan);

#endif

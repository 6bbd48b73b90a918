/* SPDX-License-Identifier: MIT */
/*
 * manifest_write: one writer for every syntax. What it writes is the same in all of them: keys and values at the top, then
 * lists of items, each a map. Strings are quoted in a way that all of them read.
 */
#ifndef CUTESHM_MANIFEST_WRITE_H
#define CUTESHM_MANIFEST_WRITE_H

#include "manifest.h"

#include <stdbool.h>

/* What differs from one syntax to the other. */
struct manifest_dialect {
  const char *assign;     /* between a key and its value */
  const char *list_open;  /* after a list's key, once; NULL: each item is a table that names its list, "[[list]]" */
  const char *item_open;  /* before an item, or before its list's name */
  const char *item_next;  /* between two keys of an item */
  const char *item_close; /* after an item */
  const char *attributes_open;  /* before the first attribute of an item */
  const char *attributes_next;  /* before each of the others */
  const char *attributes_close; /* after the last */
  const char *long_key;         /* before a quoted key of more than 160 bytes */
  const char *nan;
  const char *infinity;
  const char *minus_infinity;
  bool big_integers; /* whether numbers from 2^63 up are numbers; else they are strings */
};

/* Adds the whole manifest. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__manifest_write(const struct manifest_dialect *dialect, const struct index *index, const char *segment,
                                 struct text *text, cshm_error *err);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * manifest_emit: the one small writer of all syntaxes. What it writes is the same in all of them: keys and values at the top,
 * then lists of items, each a map. Strings are quoted in a way that all of them read.
 */
#ifndef CUTESHM_MANIFEST_EMIT_H
#define CUTESHM_MANIFEST_EMIT_H

#include "text.h"

#include <stdbool.h>
#include <stddef.h>

#define EMIT_LONG_KEY 160 /* YAML allows a plain key 1024 bytes; six for each of these when all are escaped */

/* What differs from one syntax to the other. */
struct manifest_dialect {
  const char *assign;     /* between a key and its value */
  const char *list_open;  /* after a list's key, once; NULL: each item is a table that names its list, "[[list]]" */
  const char *item_open;  /* before an item, or before its list's name */
  const char *item_next;  /* between two keys of an item */
  const char *item_close; /* after an item */
  const char *map_open;   /* between the key of a map in an item and the map's first key */
  const char
      *map_next; /* between two keys of such a map; NULL: each has a line of its own, which repeats the map's key */
  const char *map_close;
  const char *long_key;    /* before a quoted key of more than EMIT_LONG_KEY bytes */
  const char *long_assign; /* after one at the top */
  const char *nothing;     /* a text without keys */
  const char *nan;
  const char *infinity;
  const char *minus_infinity;
  const char *null;  /* NULL: there is none */
  bool big_integers; /* whether numbers from 2^63 up are numbers; else they are strings */
};

struct emitter {
  const struct manifest_dialect *dialect;
  struct text *text;
};

/* ---- keys ---- */

/* Whether a key means the same without quotes in every syntax. */
bool cshm__emit_is_bare(const char *key, size_t length);

/* A key that is bare, with what comes before its value. */
void cshm__emit_key(const struct emitter *emitter, const char *key);

/* Any key, with what comes before its value. */
void cshm__emit_quoted_key(const struct emitter *emitter, const char *key, size_t length);

/* ---- lists at the top, and their items. Their keys are as they are to stand there: bare, or in quotes ---- */

void cshm__emit_list_open(const struct emitter *emitter, const char *list, size_t length);
void cshm__emit_item_open(const struct emitter *emitter, const char *list, size_t length);
void cshm__emit_item_next(const struct emitter *emitter);
void cshm__emit_item_close(const struct emitter *emitter);

/* Before each key of a map that is a value of an item, and after the last of them. */
void cshm__emit_map_next(const struct emitter *emitter, const char *map, size_t length, bool first);
void cshm__emit_map_close(const struct emitter *emitter);

#endif

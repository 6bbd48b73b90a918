/* SPDX-License-Identifier: MIT */
/*
 * document: what a text in YAML or TOML says, without its syntax: maps, lists and single values, each with its place in the text.
 * The adapters make it, everything else reads it. Its limits bound what a small hostile text can cost.
 */
#ifndef CUTESHM_DOCUMENT_H
#define CUTESHM_DOCUMENT_H

#include "pool.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOCUMENT_NONE UINT32_MAX
#define DOCUMENT_NAME_SIZE 256

enum document_kind {
  DOCUMENT_NULL, /* only YAML has it */
  DOCUMENT_BOOL,
  DOCUMENT_INTEGER,
  DOCUMENT_FLOAT,
  DOCUMENT_STRING,
  DOCUMENT_LIST,
  DOCUMENT_MAP
};

/* A value. Node 0 is the whole, a map. Children are linked in the order of the text. */
struct document_node {
  uint32_t kind;   /* an enum document_kind: of a plain scalar of YAML what its core schema (1.2) makes of it */
  uint32_t parent; /* DOCUMENT_NONE for node 0 */
  uint32_t first;  /* child, or DOCUMENT_NONE */
  uint32_t last;
  uint32_t next;  /* sibling, or DOCUMENT_NONE */
  uint32_t count; /* of children */
  uint32_t level; /* from 1: of node 0 */
  uint32_t line;  /* of the value, from 1 */
  uint32_t column;
  uint32_t key; /* in the pool of strings, where the parent is a map */
  uint32_t key_length;
  uint32_t
      text; /* in the pool of strings: of a string what it says; of any other single value in YAML as it was written, in
                    TOML as our own YAML spells it */
  uint32_t text_length;
  bool quoted; /* a string that nobody can take for anything else; else a reader that wants a string may take `text` */
  bool boolean;
  bool negative;      /* an integer: its sign */
  uint64_t magnitude; /* an integer: from -2^63 to 2^64 - 1 */
  double real;        /* a float */
};

struct document {
  char name[DOCUMENT_NAME_SIZE]; /* what messages call it */
  struct pool nodes;
  struct pool strings; /* each ended with a NUL, which is not counted */
  uint32_t node_count;
  uint32_t *slots; /* a hash table of all keys of all maps: numbers of nodes, 0 is empty. A power of two, or none */
  uint32_t slot_count;
  uint32_t key_count;
  uint32_t lead; /* in strings: the lines of comment before all else, each ended with a newline */
  uint32_t lead_length;
};

/* What an adapter is given to read. */
struct document_source {
  const char *text; /* UTF-8, need not end with a NUL */
  size_t length;
  const char *name;
};

/* ---- reading ---- */

const struct document_node *cshm__document_node(const struct document *document, uint32_t number);

/* A string of the pool. */
const char *cshm__document_string(const struct document *document, uint32_t place);

/* The child of a map with that key, or DOCUMENT_NONE. */
uint32_t cshm__document_find(const struct document *document, uint32_t map, const char *key);

/* "a map", "a list", "'text'", for a message. Returns `out`. */
#define DOCUMENT_FOUND_SIZE 64
const char *cshm__document_found(const struct document *document, uint32_t node, char out[DOCUMENT_FOUND_SIZE]);

/* "f.yaml:3:7: wanted ..., found ..." of a node. Returns `status`. */
cshm_status cshm__document_fail(const struct document *document, uint32_t node, cshm_status status, const char *wanted,
                                cshm_error *err);

/* The same of any place and finding; line and column count from 1. */
struct document_place {
  size_t line;
  size_t column;
};

/* Of a byte of a text; columns are characters. */
struct document_place cshm__document_place(const char *text, size_t at);

cshm_status cshm__document_fail_at(const struct document *document, struct document_place place, cshm_status status,
                                   const char *wanted, const char *found, cshm_error *err);

/* "'text'" for a message, cut where it is long. Returns `out`. */
const char *cshm__document_quoted(const char *text, size_t length, char out[DOCUMENT_FOUND_SIZE]);

/* ---- making: for the adapters ---- */

/* An empty document, and its end, also after a failure. */
void cshm__document_init(struct document *document, const char *name);
void cshm__document_free(struct document *document);

/* What no text may be, whatever the syntax: larger than CSHM_MANIFEST_MAX_SIZE (CSHM_ERR_LIMIT), not UTF-8, or with a NUL
 * (CSHM_ERR_CORRUPT). A byte-order mark at its beginning is taken from `*source`. */
cshm_status cshm__document_check_text(const struct document *document, struct document_source *source, cshm_error *err);

/* Adds a node to its parent (a map or list that is there; DOCUMENT_NONE for node 0), after the children that are there, and copies
 * key and text. Of `*node` links, level, key and text are not read but for the parent. Fills `*number`, unless it is NULL.
 * CSHM_ERR_LIMIT: too many nodes or levels; CSHM_ERR_CORRUPT: a key that comes twice, or one with a NUL; each with line and
 * column; CSHM_ERR_NO_MEMORY. */
struct document_text {
  const char *data;
  size_t length;
};
cshm_status cshm__document_add(struct document *document, const struct document_node *node, struct document_text key,
                               struct document_text text, uint32_t *number, cshm_error *err);

/* Keeps the lines that begin with '#' at the beginning of a text that was checked. What one of the syntaxes would not take in a
 * comment, or would take for its end, becomes '?'. */
cshm_status cshm__document_keep_lead(struct document *document, const struct document_source *source, cshm_error *err);

#endif

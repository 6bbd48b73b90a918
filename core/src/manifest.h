/* SPDX-License-Identifier: MIT */
/*
 * manifest: a project written down for people and other programs. It is derived from the segment's index; attach reads
 * only its head. One model, one adapter for each syntax: a new syntax is one adapter and one line in manifest.c.
 */
#ifndef CUTESHM_MANIFEST_H
#define CUTESHM_MANIFEST_H

#include "document.h"
#include "index.h"
#include "text.h"

#include <cuteshm/cuteshm.h>
#include <stddef.h>

#define MANIFEST_VERSION 1
#define MANIFEST_MAX_SIZE ((size_t)CSHM_MANIFEST_MAX_SIZE)
#define MANIFEST_MAX_DEPTH CSHM_MANIFEST_MAX_DEPTH

/* What an attach needs to know. It comes first in the file. */
struct manifest_head {
  uint64_t generation;
  uint64_t nbytes;
  uint32_t
      lifetime; /* a cshm_lifetime; CSHM_PERSISTENT where it does not tell: an older one has that behind the head */
  char project[CSHM_MAX_PROJECT_NAME + 1];
  char segment[256]; /* checked to be a plain file name: no "/", not starting with "." */
};

/* Where a head is read from: called for the next bytes, at most `size`; sets *length to 0 at the end. On failure it
 * fills *err. */
typedef cshm_status (*manifest_source)(void *user, unsigned char *buffer, size_t size, size_t *length, cshm_error *err);

/* A syntax: how a manifest is read and written. */
struct manifest_syntax {
  const char *extension; /* "yaml" */

  /* Reads no more of the source than it takes to know the whole head; `file` is its name for messages.
   * CSHM_ERR_CORRUPT and CSHM_ERR_VERSION name file, line and column, what was wanted and what was found. */
  cshm_status (*read_head)(manifest_source source, void *user, const char *file, struct manifest_head *head,
                           cshm_error *err);

  /* Adds the whole manifest of a project whose segment has that name. CSHM_ERR_NO_MEMORY. */
  cshm_status (*write)(const struct index *index, const char *segment, struct text *text, cshm_error *err);

  /* Reads a whole text into a document that is empty and has its name; what was read before a failure is in it, too. CSHM_ERR_CORRUPT,
   * CSHM_ERR_LIMIT: the message names file, line and column, what was wanted and what was found; CSHM_ERR_NO_MEMORY. */
  cshm_status (*parse)(const struct document_source *source, struct document *document, cshm_error *err);

  /* Adds the whole of a document. What `write` has written, in whichever syntax, comes out as this syntax's `write` writes it.
   * CSHM_ERR_UNSUPPORTED: a value that the syntax has not, with line and column; CSHM_ERR_NO_MEMORY. */
  cshm_status (*write_document)(const struct document *document, struct text *text, cshm_error *err);
};

extern const struct manifest_syntax cshm__manifest_yaml;
extern const struct manifest_syntax cshm__manifest_toml;

/* Every syntax there is, in the order of enum cshm_manifest_format. */
#define MANIFEST_SYNTAXES 2
extern const struct manifest_syntax *const cshm__manifest_syntaxes[MANIFEST_SYNTAXES];

#endif

/* SPDX-License-Identifier: MIT */
/* layout: from a declared tree to the bytes of a segment's header and index. */
#ifndef CUTESHM_LAYOUT_H
#define CUTESHM_LAYOUT_H

#include "tree.h"

#include <cuteshm/cuteshm.h>
#include <stdint.h>

/* What a header says of a project besides its tree. */
struct layout_identity {
  const char *project;
  const char *root;
  const char *prefix; /* of the store's manifests */
  uint64_t generation;
  uint64_t created_ns;
  uint32_t lifetime;
  uint32_t flags; /* FORMAT_SEALED or 0 */
};

/* Header and index, ready to be written at the segment's beginning. */
struct layout {
  unsigned char *head; /* head_size bytes; free() it */
  uint64_t head_size;
  uint64_t segment_size;
};

/* Lays a tree out. The header's state is FORMAT_FILLED. CSHM_ERR_NO_MEMORY, CSHM_ERR_LIMIT. */
cshm_status cshm__layout_make(const struct tree *tree, const struct layout_identity *identity, struct layout *layout,
                              cshm_error *err);

#endif

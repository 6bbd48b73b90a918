/* SPDX-License-Identifier: MIT */
/* manifest_declare: what a layout, or a manifest, declares: groups, arrays, aliases, attributes, and what arrays are filled with. */
#ifndef CUTESHM_MANIFEST_DECLARE_H
#define CUTESHM_MANIFEST_DECLARE_H

#include "document.h"
#include "tree.h"

#define LAYOUT_VERSION 1
#define LAYOUT_KEY "cute-shm-layout"

/* What each element of an array is to be. */
struct manifest_fill {
  uint32_t array;
  uint32_t bytes; /* in the pool */
  uint32_t nbytes;
};

/* Fills that are not zero. Begins as {0}. */
struct manifest_fills {
  struct records records; /* manifest_fill */
  struct pool bytes;
};

void cshm__manifest_fills_free(struct manifest_fills *fills);

/* Whether it is a layout: else it can only be a manifest. */
bool cshm__manifest_is_layout(const struct document *document);

/* Declares all of it. Arrays take their numbers in the order of the text. With `fills` NULL, attributes and fills are checked and not
 * kept, and a manifest may leave values out. What cshm__tree_array and the others say, and CSHM_ERR_CORRUPT, with line and column;
 * a part of it may be declared then. */
cshm_status cshm__manifest_declare(const struct document *document, struct tree *tree, struct manifest_fills *fills,
                                   cshm_error *err);

#endif

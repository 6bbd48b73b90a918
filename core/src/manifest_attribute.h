/* SPDX-License-Identifier: MIT */
/* manifest_attribute: the attributes of a group or an array, as a manifest or a layout has them. */
#ifndef CUTESHM_MANIFEST_ATTRIBUTE_H
#define CUTESHM_MANIFEST_ATTRIBUTE_H

#include "document.h"
#include "text.h"
#include "tree.h"

/* Values of all attributes, and fills, of one text: a short text can ask for long strings. */
#define MANIFEST_MAX_VALUES (64u << 20)

struct attribute_reader {
  const struct document *document;
  bool by_hand;      /* a layout: keys are known, and a value may tell its dtype by itself */
  struct tree *tree; /* takes them; NULL: they are only checked */
  uint64_t nbytes;   /* of values so far */
  struct text dtype; /* of the last one; freed by the owner */
};

/* The attributes of what is declared at a path. */
cshm_status cshm__manifest_attributes(struct attribute_reader *reader, uint32_t map, const char *path, cshm_error *err);

/* Counts the bytes of a value. CSHM_ERR_LIMIT: too many in all. */
cshm_status cshm__manifest_count_value(struct attribute_reader *reader, uint32_t node, uint64_t nbytes,
                                       cshm_error *err);

#endif

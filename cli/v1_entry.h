/* SPDX-License-Identifier: MIT */
/* v1_entry: a project of a listing, attached where it can be. */
#ifndef CUTESHM_V1_ENTRY_H
#define CUTESHM_V1_ENTRY_H

#include "cli_tree.h"
#include "v1_text.h"

/* What 1.2's users would see in a project. */
enum v1_health {
  V1_WHOLE,        /* `tree` is its content */
  V1_MISSING,      /* its segment is gone */
  V1_BAD_MANIFEST, /* its manifest cannot be read */
  V1_BAD           /* anything else; `why` tells */
};

struct v1_entry {
  cshm_project project; /* borrowed from the listing */
  struct cli_tree tree;
  enum v1_health health;
  cshm_error why;
  char size[V1_SIZE_TEXT]; /* of all arrays; "?" where it is not known */
};

/* Fills an entry, which is then ended by v1_entry_close. False: the project was removed in the meantime. */
bool v1_entry_open(cshm_store store, cshm_listing listing, uint64_t index, struct v1_entry *entry);
void v1_entry_close(struct v1_entry *entry);

#endif

/* SPDX-License-Identifier: MIT */
/* listing: the projects of a store at one moment. */
#ifndef CUTESHM_LISTING_H
#define CUTESHM_LISTING_H

#include "store.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stddef.h>

/* What is known of a project; `project` points into the rest, which is allocated. */
struct listing_entry {
  cshm_project project;
  char *manifest;
  char *message;
  char name[CSHM_MAX_PROJECT_NAME + 1];
  char segment[STORE_NAME_SIZE];
};

struct listing {
  struct listing_entry *entries; /* ordered by name */
  size_t count;
  size_t capacity;
  bool cut; /* there was no memory for all names */
};

/* Removes projects whose owner died, then tells of the rest, the damaged ones included. cshm__listing_free ends it. */
cshm_status cshm__listing_make(const struct store *store, struct listing **listing, cshm_error *err);
void cshm__listing_free(struct listing *listing);

#endif

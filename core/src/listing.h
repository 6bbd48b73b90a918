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
};

/* An empty one, to be filled by what follows. */
cshm_status cshm__listing_new(struct listing **listing, cshm_error *err);

/* Adds a copy of what is told, with its strings. CSHM_ERR_NO_MEMORY without words. */
cshm_status cshm__listing_add(struct listing *listing, const cshm_project *project);

/* Orders what was added by its names; after it nothing can be. */
void cshm__listing_order(struct listing *listing);

/* For a listing of nothing but names: adds one, adds those of all that have a manifest in a store, and keeps each once, in
 * order. The first gives CSHM_ERR_NO_MEMORY without words. */
cshm_status cshm__listing_add_name(struct listing *listing, const char *project);
cshm_status cshm__listing_add_names(const struct store *store, int directory, struct listing *listing, cshm_error *err);
void cshm__listing_keep_once(struct listing *listing);

/* Removes projects whose owner died, then tells of the rest, the damaged ones included. cshm__listing_free ends it. */
cshm_status cshm__listing_make(const struct store *store, struct listing **listing, cshm_error *err);
void cshm__listing_free(struct listing *listing);

#endif

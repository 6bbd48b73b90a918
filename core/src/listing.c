/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include "error.h"
#include "platform.h"
#include "project.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

cshm_status cshm__listing_new(struct listing **listing, cshm_error *err) {
  *listing = calloc(1, sizeof **listing);
  return *listing ? CSHM_OK : cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for a listing");
}

static char *copy(const char *text) {
  size_t size = strlen(text) + 1;
  char *made = malloc(size);
  if (made) memcpy(made, text, size);
  return made;
}

/* A new entry, all of it 0 but the name; NULL where there is no memory. */
static struct listing_entry *add(struct listing *listing, const char *project) {
  if (listing->count == listing->capacity) {
    size_t capacity = listing->capacity ? 2 * listing->capacity : 16;
    struct listing_entry *entries = realloc(listing->entries, capacity * sizeof *entries);
    if (!entries) return NULL;
    listing->entries = entries;
    listing->capacity = capacity;
  }
  struct listing_entry *entry = &listing->entries[listing->count++];
  memset(entry, 0, sizeof *entry);
  snprintf(entry->name, sizeof entry->name, "%s", project);
  return entry;
}

cshm_status cshm__listing_add(struct listing *listing, const cshm_project *project) {
  struct listing_entry *entry = add(listing, project->name);
  if (!entry) return CSHM_ERR_NO_MEMORY;
  entry->project = *project;
  entry->project.size = sizeof entry->project;
  entry->manifest = copy(project->manifest);
  entry->message = copy(project->message);
  snprintf(entry->segment, sizeof entry->segment, "%s", project->segment);
  if (entry->manifest && entry->message) return CSHM_OK;
  free(entry->manifest);
  free(entry->message);
  listing->count--;
  return CSHM_ERR_NO_MEMORY;
}

static int by_name(const void *a, const void *b) {
  return strcmp(((const struct listing_entry *)a)->name, ((const struct listing_entry *)b)->name);
}

/* Entries do not move any more: now they can be pointed to. */
void cshm__listing_order(struct listing *listing) {
  if (listing->count > 1) qsort(listing->entries, listing->count, sizeof *listing->entries, by_name);
  for (size_t i = 0; i < listing->count; i++) {
    struct listing_entry *entry = &listing->entries[i];
    entry->project.name = entry->name;
    entry->project.manifest = entry->manifest;
    entry->project.segment = entry->segment;
    entry->project.message = entry->message;
  }
}

/* ---- names ---- */

cshm_status cshm__listing_add_name(struct listing *listing, const char *project) {
  return add(listing, project) ? CSHM_OK : CSHM_ERR_NO_MEMORY;
}

struct names {
  struct listing *listing;
  cshm_status status;
};

static bool add_name(void *user, const char *project) {
  struct names *names = user;
  names->status = cshm__listing_add_name(names->listing, project);
  return names->status == CSHM_OK;
}

/* One project may have a manifest in each of two syntaxes, for a moment or after a crash. */
void cshm__listing_keep_once(struct listing *listing) {
  size_t kept = 0;
  if (listing->count > 1) qsort(listing->entries, listing->count, sizeof *listing->entries, by_name);
  for (size_t i = 0; i < listing->count; i++)
    if (kept == 0 || strcmp(listing->entries[kept - 1].name, listing->entries[i].name) != 0)
      listing->entries[kept++] = listing->entries[i];
  listing->count = kept;
}

cshm_status cshm__listing_add_names(const struct store *store, int directory, struct listing *listing,
                                    cshm_error *err) {
  struct names names = {listing, CSHM_OK};
  cshm_status status = cshm__store_each(store, directory, add_name, &names, err);
  if (!status && names.status)
    status = cshm__fail(err, names.status, 0, "no memory for the names of projects in store %s", store->root);
  if (!status) cshm__listing_keep_once(listing);
  return status;
}

/* ---- projects ---- */

static cshm_status manifest_path(const struct store *store, const struct manifest_syntax *syntax,
                                 struct listing_entry *entry) {
  char name[STORE_NAME_SIZE];
  size_t size = strlen(store->root) + sizeof name + 2;
  cshm__store_manifest_name(store, entry->name, syntax ? syntax : store->syntax, name);
  entry->manifest = malloc(size);
  if (!entry->manifest) return CSHM_ERR_NO_MEMORY;
  snprintf(entry->manifest, size, "%s/%s", store->root, name);
  return CSHM_OK;
}

/* Fills an entry; what is wrong with a project is part of its entry. *gone: it was removed since, or its owner is dead. */
static cshm_status describe(const struct store *store, int directory, struct listing_entry *entry, bool *gone) {
  struct project project = {.segment = -1};
  cshm_error why = CSHM_ERROR_INIT;
  cshm_status status = cshm__project_open(store, directory, entry->name, PROJECT_LOOK, &project, &why);
  *gone = status == CSHM_ERR_NOT_FOUND && project.syntax == NULL;
  entry->project = (cshm_project)CSHM_PROJECT_INIT;
  entry->project.status = (int32_t)status;
  if (status == CSHM_OK) {
    entry->project.generation = project.header.generation;
    entry->project.nbytes = project.header.segment_size;
    entry->project.created_ns = project.header.created_ns;
    entry->project.array_count = (uint32_t)(project.header.control_size / FORMAT_CONTROL_SIZE);
    entry->project.lifetime = project.header.lifetime;
    entry->project.in_use = !cshm__platform_lease_is_free(project.segment, PLATFORM_LEASE_USERS);
    cshm__project_close(&project);
  }
  if (status == CSHM_OK || project.head.generation != 0)
    memcpy(entry->segment, project.head.segment, sizeof entry->segment);
  entry->message = copy(why.message);
  return entry->message ? manifest_path(store, project.syntax, entry) : CSHM_ERR_NO_MEMORY;
}

/* The store is locked meanwhile: a large directory is read in several steps, and a manifest that is replaced or changes its
 * syntax between two of them may be in neither. Where it cannot be locked, what is there is read all the same. */
static cshm_status read_names(const struct store *store, int directory, struct listing *listing, cshm_error *err) {
  cshm__platform_directory_lock(directory, true, NULL);
  cshm_status status = cshm__listing_add_names(store, directory, listing, err);
  cshm__platform_directory_unlock(directory);
  return status;
}

static cshm_status fill(const struct store *store, int directory, struct listing *listing, cshm_error *err) {
  size_t kept = 0;
  cshm_status status = read_names(store, directory, listing, err);
  if (status) return status;
  for (size_t i = 0; i < listing->count && !status; i++) {
    bool gone = false;
    status = describe(store, directory, &listing->entries[i], &gone);
    if (gone) {
      free(listing->entries[i].manifest);
      free(listing->entries[i].message);
    } else {
      listing->entries[kept++] = listing->entries[i];
    }
  }
  listing->count = kept;
  cshm__listing_order(listing);
  return status ? cshm__fail(err, status, 0, "no memory to list store %s", store->root) : CSHM_OK;
}

cshm_status cshm__listing_make(const struct store *store, struct listing **listing, cshm_error *err) {
  int directory;
  struct listing *made;
  cshm_status status = cshm__listing_new(&made, err);
  if (status) return status;
  cshm_error why = CSHM_ERROR_INIT;
  status = cshm__platform_directory_open(store->root, &store->share, false, &directory, &why);
  if (status == CSHM_OK) {
    status = fill(store, directory, made, err);
    cshm__platform_close(directory);
  } else if (status == CSHM_ERR_NOT_FOUND) {
    status = CSHM_OK; /* a root that is not there holds no projects */
  } else {
    cshm__fail(err, status, why.sys_errno, "%s", why.message);
  }
  if (status) {
    cshm__listing_free(made);
    return status;
  }
  *listing = made;
  return CSHM_OK;
}

void cshm__listing_free(struct listing *listing) {
  for (size_t i = 0; i < listing->count; i++) {
    free(listing->entries[i].manifest);
    free(listing->entries[i].message);
  }
  free(listing->entries);
  free(listing);
}

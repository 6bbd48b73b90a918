/* SPDX-License-Identifier: MIT */
/* mapping: a segment in this process's memory, reference-counted, its index validated. Attachments and arrays hold it. */
#ifndef CUTESHM_MAPPING_H
#define CUTESHM_MAPPING_H

#include "counter.h"
#include "index.h"
#include "lease.h"
#include "platform.h"
#include "store.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>

struct mapping {
  struct index index;
  void *base;
  uint64_t size;
  uint32_t mode; /* a cshm_mode */
  struct store store;
  char segment[STORE_NAME_SIZE];
  cshm__counter references;
  struct lease *lease;           /* of a last-user project, or NULL */
  struct platform_sealed sealed; /* its segment, which is the mapping's own, is -1 where it is not sealed (yet) */
  struct mapping *next;          /* in the list of mappings that can be shared */
};

/* Maps a project of a store, or shares a mapping of its newest generation. */
cshm_status cshm__mapping_open(const struct store *store, const char *project, uint32_t mode, struct mapping **mapping,
                               cshm_error *err);

/* A mapping of that sealed segment, retained, or NULL. */
struct mapping *cshm__mapping_find_sealed(const struct platform_sealed *sealed, uint32_t mode);

/* What cshm__mapping_open gives for the project and mode of a mapping, in the store that it came from.
 * CSHM_ERR_UNSUPPORTED: it is sealed. */
cshm_status cshm__mapping_reattach(const struct mapping *mapping, struct mapping **newer, cshm_error *err);

/* Maps an open segment, whose descriptor stays the caller's; `head` is its header's control_offset. Not shared before
 * cshm__mapping_share. */
cshm_status cshm__mapping_make(const struct store *store, const char *name, int segment, uint64_t size, uint64_t head,
                               uint32_t mode, struct mapping **mapping, cshm_error *err);

/* Offers a mapping to later calls of cshm__mapping_open. */
void cshm__mapping_share(struct mapping *mapping);

void cshm__mapping_retain(struct mapping *mapping);
bool cshm__mapping_is_shared(const struct mapping *mapping); /* with others who hold a reference */

/* Never waits for anyone: at most as long as the system takes to unmap, and to remove what this was the last user of. */
void cshm__mapping_release(struct mapping *mapping);

/* Whether it was a project once: false of one that is being filled. */
bool cshm__mapping_is_published(const struct mapping *mapping);

/* Whether a new attach would get this generation. */
cshm_status cshm__mapping_is_current(const struct mapping *mapping, bool *current, cshm_error *err);

/* Waits until that is no longer so. CSHM_ERR_TIMEOUT: it still was `timeout_ns` later; negative: for ever.
 * CSHM_ERR_UNSUPPORTED: it is sealed, and there will be none. */
cshm_status cshm__mapping_wait_newer(const struct mapping *mapping, int64_t timeout_ns, cshm_error *err);

#endif

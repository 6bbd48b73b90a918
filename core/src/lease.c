/* SPDX-License-Identifier: MIT */
#include "lease.h"

#include "error.h"
#include "platform.h"
#include "project.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct lease {
  struct lease *next;
  struct store store;
  char project[CSHM_MAX_PROJECT_NAME + 1];
  uint64_t generation;
  int segment;
};

/* All under PLATFORM_LOCK_LEASES. `spares` were made by prepare, so that keep cannot fail; `forgotten` are a parent's. */
static struct lease *kept, *spares, *forgotten;
static bool hooked;

/* Nothing may be locked or freed here: other threads of the parent do not exist in the child. */
static void forget_in_child(void) {
  struct lease **link = &kept;
  for (; *link; link = &(*link)->next)
    cshm__platform_close((*link)->segment);
  *link = forgotten;
  forgotten = kept;
  kept = NULL;
}

static void unlink_at_exit(void) {
  for (;;) {
    cshm__platform_lock(PLATFORM_LOCK_LEASES);
    struct lease *lease = kept;
    if (lease) kept = lease->next;
    cshm__platform_unlock(PLATFORM_LOCK_LEASES);
    if (!lease) return;
    cshm__project_unlink(&lease->store, lease->project, lease->generation, NULL);
    cshm__platform_close(lease->segment);
    free(lease);
  }
}

static cshm_status hook(cshm_error *err) {
  if (hooked) return CSHM_OK;
  cshm_status status = cshm__platform_on_fork(forget_in_child, err);
  if (status) return status;
  if (atexit(unlink_at_exit) != 0) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "cannot arrange to unlink at exit");
  hooked = true;
  return CSHM_OK;
}

cshm_status cshm__lease_prepare(cshm_error *err) {
  struct lease *spare = calloc(1, sizeof *spare);
  if (!spare) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for a lease");
  cshm__platform_lock(PLATFORM_LOCK_LEASES);
  spare->next = spares;
  spares = spare;
  cshm_status status = hook(err);
  cshm__platform_unlock(PLATFORM_LOCK_LEASES);
  return status;
}

void cshm__lease_keep(const struct store *store, const char *project, uint64_t generation, int segment) {
  cshm__platform_lock(PLATFORM_LOCK_LEASES);
  struct lease *lease = spares;
  spares = lease->next;
  lease->store = *store;
  memcpy(lease->project, project, strlen(project) + 1);
  lease->generation = generation;
  lease->segment = segment;
  lease->next = kept;
  kept = lease;
  cshm__platform_unlock(PLATFORM_LOCK_LEASES);
}

static bool is_retired(const struct lease *lease) {
  uint32_t state = 0;
  cshm__platform_segment_read(lease->segment, offsetof(struct format_header, state), &state, sizeof state, NULL);
  return state == FORMAT_RETIRED;
}

void cshm__lease_sweep(void) {
  cshm__platform_lock(PLATFORM_LOCK_LEASES);
  for (struct lease **link = &kept; *link;) {
    struct lease *lease = *link;
    if (!is_retired(lease)) {
      link = &lease->next;
      continue;
    }
    *link = lease->next;
    cshm__platform_close(lease->segment);
    free(lease);
  }
  cshm__platform_unlock(PLATFORM_LOCK_LEASES);
}

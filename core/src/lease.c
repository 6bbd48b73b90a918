/* SPDX-License-Identifier: MIT */
#include "lease.h"

#include "error.h"
#include "platform.h"
#include "project.h"
#include "project_remove.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct lease {
  struct lease *next;
  enum lease_kind kind;
  struct store store;
  char project[CSHM_MAX_PROJECT_NAME + 1];
  char segment_name[STORE_NAME_SIZE];
  uint64_t generation;
  bool confirmed; /* that its project was published: until then its publisher may end it */
  int segment;    /* descriptor that holds it; -1: no longer, as its end came, or was tried when the store was locked */
};

/* Both under PLATFORM_LOCK_LEASES; `forgotten` are a parent's, and those that exit has ended. */
static struct lease *kept, *forgotten;
static bool hooked;

/* Nothing may be locked or freed here: other threads of the parent do not exist in the child. */
static void forget_in_child(void) {
  for (struct lease **link = &kept; *link;) {
    struct lease *lease = *link;
    if (lease->kind == LEASE_MAPPING) {
      link = &lease->next;
      continue;
    }
    cshm__platform_close(lease->segment);
    *link = lease->next;
    lease->next = forgotten;
    forgotten = lease;
  }
}

static bool let_go(const struct lease *lease, bool wait) {
  return cshm__project_let_go(&lease->store, lease->project, lease->segment_name, lease->generation, lease->segment,
                              wait);
}

/* Other threads may release mappings, or publish, meanwhile: this works with a copy, and frees nothing of theirs. */
static void end_at_exit(void) {
  for (;;) {
    struct lease copy;
    cshm__platform_lock(PLATFORM_LOCK_LEASES);
    struct lease *lease = kept;
    if (lease) {
      kept = lease->next;
      copy = *lease;
      lease->segment = -1;
      if (lease->kind != LEASE_MAPPING) {
        lease->next = forgotten;
        forgotten = lease;
      }
    }
    cshm__platform_unlock(PLATFORM_LOCK_LEASES);
    if (!lease) return;
    if (copy.kind != LEASE_OWNER) {
      let_go(&copy, true);
    } else {
      cshm__project_unlink(&copy.store, copy.project, copy.generation, NULL);
      cshm__platform_close(copy.segment);
    }
  }
}

static cshm_status hook(cshm_error *err) {
  if (hooked) return CSHM_OK;
  cshm_status status = cshm__platform_on_fork(forget_in_child, err);
  if (status) return status;
  if (atexit(end_at_exit) != 0) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "cannot arrange to unlink at exit");
  hooked = true;
  return CSHM_OK;
}

static cshm_status keep(struct lease *lease, cshm_error *err) {
  cshm__platform_lock(PLATFORM_LOCK_LEASES);
  cshm_status status = hook(err);
  if (!status) {
    lease->next = kept;
    kept = lease;
  }
  cshm__platform_unlock(PLATFORM_LOCK_LEASES);
  return status;
}

cshm_status cshm__lease_take(enum lease_kind kind, const struct lease_subject *subject, int segment,
                             struct lease **lease, cshm_error *err) {
  struct lease *made = calloc(1, sizeof *made);
  if (!made) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory for a lease");
  made->kind = kind;
  made->store = *subject->store;
  memcpy(made->project, subject->project, strlen(subject->project));
  memcpy(made->segment_name, subject->segment_name, strlen(subject->segment_name));
  made->generation = subject->generation;
  made->segment = -1;
  cshm_status status =
      cshm__platform_lease_take(segment, made->segment_name,
                                kind == LEASE_OWNER ? PLATFORM_LEASE_OWNER : PLATFORM_LEASE_USERS, &made->segment, err);
  if (!status) status = keep(made, err);
  if (status) {
    cshm__platform_close(made->segment);
    free(made);
    return status;
  }
  *lease = made;
  return CSHM_OK;
}

static void forget(const struct lease *lease) {
  for (struct lease **link = &kept; *link; link = &(*link)->next)
    if (*link == lease) {
      *link = lease->next;
      return;
    }
}

/* Where the store is locked the lease is put back, as a publisher's that holds nothing. False: it was. */
static bool let_go_or_keep(struct lease *lease) {
  if (let_go(lease, false)) {
    free(lease);
    return true;
  }
  lease->kind = LEASE_PUBLISHER;
  lease->segment = -1;
  if (keep(lease, NULL) != CSHM_OK) free(lease);
  return false;
}

/* One that was put back, taken out again; NULL: there is none. */
static struct lease *take_postponed(void) {
  cshm__platform_lock(PLATFORM_LOCK_LEASES);
  struct lease *lease = kept;
  while (lease && lease->segment >= 0)
    lease = lease->next;
  if (lease) forget(lease);
  cshm__platform_unlock(PLATFORM_LOCK_LEASES);
  return lease;
}

/* Tries again what was put back, as long as that goes well. */
static void end_postponed(void) {
  struct lease *lease = take_postponed();
  while (lease && let_go_or_keep(lease))
    lease = take_postponed();
}

void cshm__lease_end(struct lease *lease) {
  cshm__platform_lock(PLATFORM_LOCK_LEASES);
  bool ended = lease->segment < 0;
  forget(lease);
  cshm__platform_unlock(PLATFORM_LOCK_LEASES);
  if (ended && lease->kind != LEASE_MAPPING) return; /* exit did that, and has put it among the forgotten */
  if (lease->kind == LEASE_OWNER) cshm__platform_close(lease->segment);
  if (ended || lease->kind == LEASE_OWNER)
    free(lease);
  else if (let_go_or_keep(lease))
    end_postponed();
}

void cshm__lease_confirm(struct lease *lease) {
  cshm__platform_lock(PLATFORM_LOCK_LEASES);
  lease->confirmed = true;
  cshm__platform_unlock(PLATFORM_LOCK_LEASES);
}

static bool is_retired(const struct lease *lease) {
  uint32_t state = 0;
  if (lease->segment < 0 || !lease->confirmed) return false;
  cshm__platform_segment_read(lease->segment, offsetof(struct format_header, state), &state, sizeof state, NULL);
  return state == FORMAT_RETIRED || !cshm__platform_segment_is_named(lease->segment);
}

void cshm__lease_sweep(void) {
  cshm__platform_lock(PLATFORM_LOCK_LEASES);
  for (struct lease **link = &kept; *link;) {
    struct lease *lease = *link;
    if (lease->kind == LEASE_MAPPING || !is_retired(lease)) {
      link = &lease->next;
      continue;
    }
    *link = lease->next;
    cshm__platform_close(lease->segment);
    free(lease);
  }
  cshm__platform_unlock(PLATFORM_LOCK_LEASES);
  end_postponed();
}

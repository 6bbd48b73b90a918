/* SPDX-License-Identifier: MIT */
/* lease: what this process holds projects by that end with their owner or their last user. */
#ifndef CUTESHM_LEASE_H
#define CUTESHM_LEASE_H

#include "store.h"

#include <cuteshm/cuteshm.h>

/* Why a project is held, which says what becomes of it, and who holds it in a child of fork(). */
enum lease_kind {
  LEASE_OWNER,     /* this process owns it: unlinked at exit. A child holds nothing */
  LEASE_PUBLISHER, /* this process published it and attached nothing: a user until exit. A child holds nothing */
  LEASE_MAPPING /* this process has it mapped: a user until the mapping goes. So is a child, which has that mapping, too */
};

/* One generation of a project. */
struct lease_subject {
  const struct store *store;
  const char *project;
  const char *segment_name;
  uint64_t generation;
};

struct lease;

/* Takes a lease on an open segment, which stays the caller's. It costs one descriptor, and ends with the process at the
 * latest, however that ends. */
cshm_status cshm__lease_take(enum lease_kind kind, const struct lease_subject *subject, int segment,
                             struct lease **lease, cshm_error *err);

/* Says that the project of an owner's or a publisher's lease is published: a sweep may end it from now on, so the caller has it no
 * more. */
void cshm__lease_confirm(struct lease *lease);

/* Ends a lease. The last user's project is removed, if that needs no waiting; otherwise when another lease ends, at a sweep,
 * at exit, or by who looks next. An owner's project stays: it was not published. */
void cshm__lease_end(struct lease *lease);

/* Lets go of owned and published projects that were overwritten or unlinked, by whomever, so that their memory is not held;
 * and removes what could not be removed when its lease ended. */
void cshm__lease_sweep(void);

#endif

/* SPDX-License-Identifier: MIT */
/* h5progress: tells the caller how far a load is, not too often. */
#ifndef CUTESHM_H5PROGRESS_H
#define CUTESHM_H5PROGRESS_H

#include "h5words.h"

#include <cuteshm/hdf5.h>

struct h5progress {
  cshm_progress_fn call; /* or NULL */
  void *user;
  struct h5guard *guard; /* left during a call */
  uint64_t done;
  uint64_t total;
  uint64_t told;    /* bytes at the last call, */
  uint64_t told_ns; /* and when that was */
};

/* Sets out without a call, while it is still found out what there is: `total` is what is known so far. */
void cshm__h5_progress_prepare(struct h5progress *progress, uint64_t total);

/* Each may call the caller, who may cancel: CSHM_ERR_CANCELLED. In between it is called after every 1/200 of the bytes,
 * and after 20 ms. */
cshm_status cshm__h5_progress_begin(struct h5progress *progress, uint64_t total, cshm_error *err);
cshm_status cshm__h5_progress_wait(struct h5progress *progress, cshm_error *err); /* nothing new, but 20 ms later */
cshm_status cshm__h5_progress_add(struct h5progress *progress, uint64_t nbytes, cshm_error *err);
cshm_status cshm__h5_progress_end(struct h5progress *progress, cshm_error *err);

#endif

/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include "h5progress.h"

#include <time.h>

#define SHARE 200
#define PAUSE_NS UINT64_C(20000000)

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

static cshm_status tell(struct h5progress *progress, cshm_error *err) {
  progress->told = progress->done;
  if (!progress->call) return CSHM_OK;
  cshm__h5_leave(progress->guard);
  int32_t stop = progress->call(progress->user, progress->done, progress->total);
  cshm__h5_enter(progress->guard);
  progress->told_ns = now_ns();
  return stop ? cshm__fail(err, CSHM_ERR_CANCELLED, 0, "cancelled; nothing was created") : CSHM_OK;
}

void cshm__h5_progress_prepare(struct h5progress *progress, uint64_t total) {
  progress->done = 0;
  progress->total = total;
  progress->told_ns = now_ns();
}

cshm_status cshm__h5_progress_wait(struct h5progress *progress, cshm_error *err) {
  return progress->call && now_ns() - progress->told_ns >= PAUSE_NS ? tell(progress, err) : CSHM_OK;
}

cshm_status cshm__h5_progress_begin(struct h5progress *progress, uint64_t total, cshm_error *err) {
  progress->done = 0;
  progress->total = total;
  return tell(progress, err);
}

cshm_status cshm__h5_progress_add(struct h5progress *progress, uint64_t nbytes, cshm_error *err) {
  progress->done += nbytes;
  bool much = progress->done - progress->told > progress->total / SHARE;
  if (progress->done == progress->total || (!much && now_ns() - progress->told_ns < PAUSE_NS)) return CSHM_OK;
  return tell(progress, err);
}

cshm_status cshm__h5_progress_end(struct h5progress *progress, cshm_error *err) {
  progress->done = progress->total;
  return tell(progress, err);
}

/* SPDX-License-Identifier: MIT */
#include "h5hands.h"

#include "h5at.h"

#include <string.h>
#include <unistd.h>

/* Less than this takes no longer than waking a thread. */
#define MUCH ((uint64_t)2 << 20)
/* What chunks may take in all: of very large ones fewer are in work at a time. */
#define ALL_CHUNKS ((uint64_t)1 << 30)
#define MAX_THREADS 256

static unsigned cores(void) {
  long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count > 0 ? (unsigned)count : 1;
}

cshm_status cshm__h5_hands_begin(struct h5hands *hands, unsigned threads, cshm_builder builder,
                                 struct h5progress *progress) {
  memset(hands, 0, sizeof *hands);
  hands->threads = threads > 0 ? threads : cores();
  if (hands->threads > MAX_THREADS) hands->threads = MAX_THREADS;
  hands->builder = builder;
  hands->progress = progress;
  return cshm__h5_crew_begin(&hands->alone, 1);
}

void cshm__h5_hands_end(struct h5hands *hands) {
  if (hands->has_many) cshm__h5_crew_end(&hands->many);
  cshm__h5_crew_end(&hands->alone);
}

struct h5crew *cshm__h5_hands_crew(struct h5hands *hands, uint64_t nbytes, uint64_t job) {
  if (hands->threads == 1 || nbytes < MUCH || job > ALL_CHUNKS / 8) return &hands->alone;
  if (!hands->has_many && cshm__h5_crew_begin(&hands->many, hands->threads) != CSHM_OK) return NULL;
  hands->has_many = true;
  cshm__h5_at_threads(hands->threads);
  return &hands->many;
}

size_t cshm__h5_hands_jobs(const struct h5crew *crew) {
  return crew->thread_count > 0 ? 2 * (size_t)crew->thread_count : 1;
}

/* Waits for a job to be done, or does one. False: there is none. */
static bool wait_for_one(struct h5hands *hands, struct h5crew *crew, cshm_status *status, cshm_error *err) {
  cshm__h5_leave(hands->progress->guard);
  bool busy = cshm__h5_crew_help(crew);
  cshm__h5_enter(hands->progress->guard);
  uint64_t nbytes = cshm__h5_crew_take(crew);
  if (nbytes > 0) *status = cshm__h5_progress_add(hands->progress, nbytes, err);
  return busy;
}

cshm_status cshm__h5_hands_free(struct h5hands *hands, struct h5crew *crew, struct h5job **job, cshm_error *err) {
  cshm_status status = CSHM_OK;
  *job = NULL;
  while (status == CSHM_OK && !cshm__h5_crew_failed(crew)) {
    *job = cshm__h5_crew_free(crew);
    if (*job) break;
    wait_for_one(hands, crew, &status, err);
  }
  return status;
}

cshm_status cshm__h5_hands_finish(struct h5hands *hands, struct h5crew *crew, cshm_status status,
                                  struct h5reason *reason, cshm_error *err) {
  struct h5outcome outcome = {.err = CSHM_ERROR_INIT};
  while (status == CSHM_OK && wait_for_one(hands, crew, &status, err)) {
  }
  cshm__h5_leave(hands->progress->guard);
  cshm__h5_crew_stop(crew, &outcome);
  cshm__h5_enter(hands->progress->guard);
  if (status) return status;
  if (outcome.status) return cshm__fail_said(err, &outcome.err);
  if (outcome.reason.text[0] != '\0') *reason = outcome.reason;
  return CSHM_OK;
}

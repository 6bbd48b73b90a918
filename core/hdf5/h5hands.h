/* SPDX-License-Identifier: MIT */
/* h5hands: who moves data into a builder: several threads, outside of HDF5's lock, or for small things the caller alone. */
#ifndef CUTESHM_H5HANDS_H
#define CUTESHM_H5HANDS_H

#include "h5crew.h"
#include "h5progress.h"

/* Memory that may be used beside chunks, by all threads together. */
#define H5HANDS_MEMORY ((size_t)24 << 20)

struct h5hands {
  unsigned threads; /* 1 and more */
  cshm_builder builder;
  struct h5progress *progress;
  struct h5crew alone; /* begun; no threads */
  struct h5crew many;  /* begun when there is much to do */
  bool has_many;
};

/* `threads` 0: as many as there are cores. CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_hands_begin(struct h5hands *hands, unsigned threads, cshm_builder builder,
                                 struct h5progress *progress);
void cshm__h5_hands_end(struct h5hands *hands);

/* The crew for so many bytes, of which a job takes `job` at the most. NULL: out of memory. */
struct h5crew *cshm__h5_hands_crew(struct h5hands *hands, uint64_t nbytes, uint64_t job);

/* How many jobs the crew should be given, so that it always has one to do. */
size_t cshm__h5_hands_jobs(const struct h5crew *crew);

/* A job that is free. What has been done is told meanwhile, and HDF5's lock is left while there is nothing to do: with the
 * locked HDF5 only that is done which needs it. *job NULL, with CSHM_OK: one has failed.
 * CSHM_ERR_CANCELLED. */
cshm_status cshm__h5_hands_free(struct h5hands *hands, struct h5crew *crew, struct h5job **job, cshm_error *err);

/* Waits for all that was posted, unless `status` is a failure, and lets the jobs go. Returns `status`, or how a job has
 * failed; *reason is why the dataset cannot be read, and not touched where it can. CSHM_ERR_CANCELLED. */
cshm_status cshm__h5_hands_finish(struct h5hands *hands, struct h5crew *crew, cshm_status status,
                                  struct h5reason *reason, cshm_error *err);

#endif

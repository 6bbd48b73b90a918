/* SPDX-License-Identifier: MIT */
/* h5crew: threads that do jobs for one who hands them out. No HDF5. */
#ifndef CUTESHM_H5CREW_H
#define CUTESHM_H5CREW_H

#include "h5unfold.h"

#include <pthread.h>

/* What a thread works with. */
struct h5worker {
  struct h5unfold unfold;
  unsigned char *buffer;
  size_t capacity;
};

/* The worker's buffer, of `size` bytes at least. NULL: out of memory. */
unsigned char *cshm__h5_worker_buffer(struct h5worker *worker, size_t size);

/* How a job ended. Begins as {0} but for the errors' size: all is well. */
struct h5outcome {
  cshm_status status; /* a failure of the load as a whole, */
  cshm_error err;
  struct h5reason reason; /* or of this dataset: not empty */
};

/* A job belongs to the one who hands it out until it is posted, then to a worker until that is done. */
struct h5job {
  struct h5job *next;
  uint64_t number; /* in the order in which they were posted */
  void (*work)(struct h5job *job, struct h5worker *worker, struct h5outcome *outcome);
  uint64_t nbytes; /* to be counted when it is done */
};

struct h5crew {
  pthread_mutex_t lock;
  pthread_cond_t posted;
  pthread_cond_t done;
  pthread_t *threads;
  struct h5worker *workers; /* the first is the caller's own where there are no threads */
  unsigned thread_count;
  bool ending;
  struct h5job *ready, **ready_end;
  struct h5job *free_jobs;
  unsigned running;
  uint64_t posts;
  uint64_t nbytes; /* done, since they were last taken */
  bool failed;
  uint64_t failed_number;
  struct h5outcome outcome; /* of the failed job with the lowest number */
};

/* Begins with so many threads, or fewer where the system gives no more. With 1 there is none: the caller does the jobs.
 * CSHM_ERR_NO_MEMORY. */
cshm_status cshm__h5_crew_begin(struct h5crew *crew, unsigned threads);

/* Lets all that runs come to its end. Only for one that was begun. */
void cshm__h5_crew_end(struct h5crew *crew);

/* Gives the crew a job to use over and over. */
void cshm__h5_crew_add(struct h5crew *crew, struct h5job *job);

/* A job that is free, or NULL: none is. */
struct h5job *cshm__h5_crew_free(struct h5crew *crew);

/* Waits until a job is done; without threads, does one. False: there is none to be done. */
bool cshm__h5_crew_help(struct h5crew *crew);

/* Hands a job out; after a failure it is free again at once, undone. */
void cshm__h5_crew_post(struct h5crew *crew, struct h5job *job);

/* The bytes of jobs that were done since this was called last. */
uint64_t cshm__h5_crew_take(struct h5crew *crew);

/* Whether a job has failed. */
bool cshm__h5_crew_failed(struct h5crew *crew);

/* Drops what waits to be done, lets the rest come to its end, and forgets the jobs and the failure, which it tells. All jobs
 * can be freed then. */
void cshm__h5_crew_stop(struct h5crew *crew, struct h5outcome *outcome);

#endif

/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* pthread_sigmask */

#include "h5crew.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

unsigned char *cshm__h5_worker_buffer(struct h5worker *worker, size_t size) {
  if (worker->capacity >= size) return worker->buffer;
  free(worker->buffer);
  worker->buffer = (unsigned char *)malloc(size);
  worker->capacity = worker->buffer ? size : 0;
  return worker->buffer;
}

/* ---- jobs; the lock is held ------------------------------------------------------------------------ */

static struct h5job *take_ready(struct h5crew *crew) {
  struct h5job *job = crew->ready;
  crew->ready = job->next;
  if (!crew->ready) crew->ready_end = &crew->ready;
  return job;
}

static void set_free(struct h5crew *crew, struct h5job *job) {
  job->next = crew->free_jobs;
  crew->free_jobs = job;
}

/* Keeps the first failure in the order of the jobs. They are begun in that order, so it is the same at every run. */
static void note_failure(struct h5crew *crew, const struct h5job *job, const struct h5outcome *outcome) {
  if (crew->failed && crew->failed_number < job->number) return;
  crew->failed = true;
  crew->failed_number = job->number;
  crew->outcome = *outcome;
}

static void drop_ready(struct h5crew *crew) {
  while (crew->ready)
    set_free(crew, take_ready(crew));
}

/* Does one job; the lock is not held meanwhile. */
static void run(struct h5crew *crew, struct h5worker *worker) {
  struct h5outcome outcome;
  struct h5job *job = take_ready(crew);
  crew->running++;
  pthread_mutex_unlock(&crew->lock);
  outcome.status = CSHM_OK;
  outcome.err = (cshm_error)CSHM_ERROR_INIT;
  outcome.reason.text[0] = outcome.reason.newer[0] = '\0';
  job->work(job, worker, &outcome);
  pthread_mutex_lock(&crew->lock);
  crew->running--;
  if (outcome.status || outcome.reason.text[0] != '\0') {
    note_failure(crew, job, &outcome);
    drop_ready(crew);
  } else {
    crew->nbytes += job->nbytes;
  }
  set_free(crew, job);
  pthread_cond_signal(&crew->done);
}

/* ---- threads --------------------------------------------------------------------------------------- */

struct start {
  struct h5crew *crew;
  struct h5worker *worker;
};

static void *work(void *user) {
  struct start start = *(struct start *)user;
  struct h5crew *crew = start.crew;
  free(user);
  pthread_mutex_lock(&crew->lock);
  while (!crew->ending || crew->ready) {
    if (crew->ready)
      run(crew, start.worker);
    else
      pthread_cond_wait(&crew->posted, &crew->lock);
  }
  pthread_mutex_unlock(&crew->lock);
  return NULL;
}

/* Signals are for the threads of the program. */
static void start_threads(struct h5crew *crew, unsigned count) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (; crew->thread_count < count; crew->thread_count++) {
    struct start *start = (struct start *)malloc(sizeof *start);
    if (!start) break;
    *start = (struct start){crew, &crew->workers[crew->thread_count]};
    if (pthread_create(&crew->threads[crew->thread_count], NULL, work, start) == 0) continue;
    free(start);
    break;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

cshm_status cshm__h5_crew_begin(struct h5crew *crew, unsigned threads) {
  memset(crew, 0, sizeof *crew);
  crew->ready_end = &crew->ready;
  crew->threads = (pthread_t *)calloc(threads, sizeof *crew->threads);
  crew->workers = (struct h5worker *)calloc(threads, sizeof *crew->workers);
  if (!crew->threads || !crew->workers) {
    free(crew->threads);
    free(crew->workers);
    return CSHM_ERR_NO_MEMORY;
  }
  pthread_mutex_init(&crew->lock, NULL);
  pthread_cond_init(&crew->posted, NULL);
  pthread_cond_init(&crew->done, NULL);
  if (threads > 1) start_threads(crew, threads);
  return CSHM_OK;
}

void cshm__h5_crew_end(struct h5crew *crew) {
  pthread_mutex_lock(&crew->lock);
  crew->ending = true;
  drop_ready(crew);
  pthread_cond_broadcast(&crew->posted);
  pthread_mutex_unlock(&crew->lock);
  for (unsigned i = 0; i < crew->thread_count; i++)
    pthread_join(crew->threads[i], NULL);
  for (unsigned i = 0; i < crew->thread_count || i == 0; i++) {
    cshm__h5_unfold_end(&crew->workers[i].unfold);
    free(crew->workers[i].buffer);
  }
  free(crew->threads);
  free(crew->workers);
  pthread_cond_destroy(&crew->done);
  pthread_cond_destroy(&crew->posted);
  pthread_mutex_destroy(&crew->lock);
}

/* ---- the one who hands out ------------------------------------------------------------------------- */

void cshm__h5_crew_add(struct h5crew *crew, struct h5job *job) {
  pthread_mutex_lock(&crew->lock);
  set_free(crew, job);
  pthread_mutex_unlock(&crew->lock);
}

struct h5job *cshm__h5_crew_free(struct h5crew *crew) {
  pthread_mutex_lock(&crew->lock);
  struct h5job *job = crew->free_jobs;
  if (job) crew->free_jobs = job->next;
  pthread_mutex_unlock(&crew->lock);
  return job;
}

bool cshm__h5_crew_help(struct h5crew *crew) {
  pthread_mutex_lock(&crew->lock);
  bool busy = crew->ready || crew->running > 0;
  if (crew->ready && crew->thread_count == 0)
    run(crew, &crew->workers[0]);
  else if (busy)
    pthread_cond_wait(&crew->done, &crew->lock);
  pthread_mutex_unlock(&crew->lock);
  return busy;
}

void cshm__h5_crew_post(struct h5crew *crew, struct h5job *job) {
  pthread_mutex_lock(&crew->lock);
  job->number = crew->posts++;
  if (crew->failed) {
    set_free(crew, job);
  } else {
    job->next = NULL;
    *crew->ready_end = job;
    crew->ready_end = &job->next;
    pthread_cond_signal(&crew->posted);
  }
  pthread_mutex_unlock(&crew->lock);
}

uint64_t cshm__h5_crew_take(struct h5crew *crew) {
  pthread_mutex_lock(&crew->lock);
  uint64_t nbytes = crew->nbytes;
  crew->nbytes = 0;
  pthread_mutex_unlock(&crew->lock);
  return nbytes;
}

bool cshm__h5_crew_failed(struct h5crew *crew) {
  pthread_mutex_lock(&crew->lock);
  bool failed = crew->failed;
  pthread_mutex_unlock(&crew->lock);
  return failed;
}

void cshm__h5_crew_stop(struct h5crew *crew, struct h5outcome *outcome) {
  pthread_mutex_lock(&crew->lock);
  drop_ready(crew);
  while (crew->running > 0)
    pthread_cond_wait(&crew->done, &crew->lock);
  if (crew->failed) *outcome = crew->outcome;
  crew->failed = false;
  crew->free_jobs = NULL;
  crew->nbytes = 0;
  crew->posts = 0;
  pthread_mutex_unlock(&crew->lock);
}

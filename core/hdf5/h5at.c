/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* clock_gettime */

#include "h5at.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define RENEW_NS INT64_C(250000000)

/* A process tells this of its one load or of none. */
static struct h5at *told;
static uint32_t allowed;
static _Atomic uint32_t threads;
static _Atomic int64_t renewed;

static int64_t now_ns(clockid_t clock) {
  struct timespec now = {0, 0};
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void renew(int64_t now) {
  struct rlimit limit;
  rlim_t more = (rlim_t)allowed * atomic_load_explicit(&threads, memory_order_relaxed);
  atomic_store_explicit(&renewed, now, memory_order_relaxed);
  if (getrlimit(RLIMIT_CPU, &limit)) return;
  rlim_t wanted = (rlim_t)(now_ns(CLOCK_PROCESS_CPUTIME_ID) / 1000000000) + more + 1;
  limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
  setrlimit(RLIMIT_CPU, &limit);
}

void cshm__h5_at_begin(struct h5at *at, uint32_t seconds) {
  told = at;
  allowed = seconds;
  threads = 1;
  renew(now_ns(CLOCK_MONOTONIC));
}

void cshm__h5_at_on(void) {
  if (!told) return;
  int64_t now = now_ns(CLOCK_MONOTONIC);
  if (now - atomic_load_explicit(&renewed, memory_order_relaxed) >= RENEW_NS) renew(now);
}

void cshm__h5_at_threads(uint32_t count) {
  if (!told) return;
  atomic_store_explicit(&threads, count, memory_order_relaxed);
  renew(now_ns(CLOCK_MONOTONIC));
}

void cshm__h5_at(enum h5at_work work, const char *path) {
  if (!told) return;
  size_t length = strlen(path);
  if (length >= sizeof told->path) length = sizeof told->path - 1;
  told->work = (uint32_t)work;
  memcpy(told->path, path, length);
  told->path[length] = '\0';
  if (atomic_exchange_explicit(&threads, 1, memory_order_relaxed) != 1)
    atomic_store_explicit(&renewed, 0, memory_order_relaxed);
  cshm__h5_at_on();
}

/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <gnu/libc-version.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

bool bench_is_short(int argc, char **argv) {
  bool is_short = argc == 2 && strcmp(argv[1], "--short") == 0;
  if (argc > 1 && !is_short) {
    fprintf(stderr, "usage: %s [--short]\n", argv[0]);
    exit(2);
  }
  return is_short;
}

void bench_check(cshm_status status, const cshm_error *err) {
  if (status == CSHM_OK) return;
  fprintf(stderr, "%s: %s\n", cshm_status_name((int32_t)status), err->message);
  exit(1);
}

_Noreturn void bench_die(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

double bench_now_us(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

void bench_add(struct bench_pairs *pairs, double ours, double against) {
  pairs->ours[pairs->count] = ours;
  pairs->against[pairs->count++] = against;
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a;
  double y = *(const double *)b;
  return (x > y) - (x < y);
}

/* Of an odd number of values. */
static double median(double *values, size_t count) {
  qsort(values, count, sizeof *values, by_size);
  return values[count / 2];
}

void bench_print(const char *row, const char *work, const char *unit, struct bench_pairs *pairs) {
  double ours = median(pairs->ours, pairs->count);
  double against = median(pairs->against, pairs->count);
  printf("{\"row\": \"%s\", \"language\": \"C\", \"work\": \"%s\", \"ours\": %.4g, \"against\": %.4g, "
         "\"ratio\": %.4g, \"unit\": \"%s\", \"pairs\": %zu, \"peers\": {\"glibc\": \"%s\"}}\n",
         row, work, ours, against, ours / against, unit, pairs->count, gnu_get_libc_version());
}

static void unlink_project(void) {
  cshm_store store;
  if (cshm_store_open(NULL, NULL, &store, NULL) == CSHM_OK) cshm_unlink(store, BENCH_PROJECT, NULL);
}

/* A handler rather than SIG_IGN: processes that are run from here end at once, which is a failure, which cleans up. */
static void go_on(int signal_number) { (void)signal_number; }

cshm_store bench_store(void) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store = {0};
  bench_check(cshm_store_open(NULL, NULL, &store, &err), &err);
  if (signal(SIGINT, go_on) == SIG_ERR || atexit(unlink_project)) bench_die("clean-up");
  return store;
}

void bench_path(uint32_t number, char path[BENCH_PATH_SIZE]) {
  snprintf(path, BENCH_PATH_SIZE, "part%02u/row%02u/array%02u", number / 10000, number / 100 % 100, number % 100);
}

cshm_builder bench_declare_arrays(cshm_store store, uint32_t count) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_builder builder = {0};
  cshm_builder_options options = CSHM_BUILDER_OPTIONS_INIT;
  const int64_t shape[] = {8};
  options.overwrite = 1;
  bench_check(cshm_builder_open(store, BENCH_PROJECT, &options, &builder, &err), &err);
  for (uint32_t i = 0; i < count; i++) {
    char path[BENCH_PATH_SIZE];
    bench_path(i, path);
    bench_check(cshm_builder_array(builder, path, "<f8", 1, shape, CSHM_ORDER_C, NULL, &err), &err);
  }
  return builder;
}

void bench_make_arrays(cshm_store store, uint32_t count) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_builder builder = bench_declare_arrays(store, count);
  bench_check(cshm_builder_allocate(builder, &err), &err);
  bench_check(cshm_builder_publish(builder, NULL, &err), &err);
}

/* ---- the bare way ---- */

unsigned char *bench_bytes(size_t size) {
  unsigned char *data = malloc(size);
  if (!data) bench_die("memory");
  for (size_t i = 0; i < size; i++)
    data[i] = (unsigned char)(i * 7 + 1);
  return data;
}

double bench_bare_put(const unsigned char *data, size_t size, size_t piece) {
  char name[64];
  snprintf(name, sizeof name, "/cute-shm-bench-put-%ld", (long)getpid());
  double started = bench_now_us();
  int file = shm_open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (file < 0) bench_die(name);
  shm_unlink(name); /* now, so that whoever interrupts this leaves nothing */
  for (size_t done = 0; done < size;) {
    ssize_t put = pwrite(file, data + done, size - done < piece ? size - done : piece, (off_t)done);
    if (put <= 0) bench_die("pwrite");
    done += (size_t)put;
  }
  double took = bench_now_us() - started;
  close(file);
  return took / 1e6;
}

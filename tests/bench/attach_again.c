/* SPDX-License-Identifier: MIT */
/*
 * attach-again: a project that this process has attached already is attached again. Against mapping it again by
 * shm_open, fstat and mmap, which is what a program without a registry of mappings does.
 */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH 1000

static double attach_batch(cshm_store store) {
  cshm_error err = CSHM_ERROR_INIT;
  static cshm_attachment attachments[BATCH];
  double started = bench_now_us();
  for (int i = 0; i < BATCH; i++)
    bench_check(cshm_attach(store, BENCH_PROJECT, NULL, &attachments[i], &err), &err);
  double us = bench_now_us() - started;
  for (int i = 0; i < BATCH; i++)
    bench_check(cshm_detach(attachments[i], &err), &err);
  return us / BATCH;
}

static double map_batch(const char *segment) {
  static void *bases[BATCH];
  struct stat status = {0};
  double started = bench_now_us();
  for (int i = 0; i < BATCH; i++) {
    int file = shm_open(segment, O_RDONLY, 0);
    if (file < 0 || fstat(file, &status)) bench_die(segment);
    bases[i] = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0);
    if (bases[i] == MAP_FAILED) bench_die(segment);
    close(file);
  }
  double us = bench_now_us() - started;
  for (int i = 0; i < BATCH; i++)
    munmap(bases[i], (size_t)status.st_size);
  return us / BATCH;
}

int main(int argc, char **argv) {
  size_t pairs_wanted = bench_is_short(argc, argv) ? 5 : BENCH_MAX_PAIRS;
  cshm_error err = CSHM_ERROR_INIT;
  cshm_attachment first = {0};
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  struct bench_pairs pairs = {0};
  cshm_store store = bench_store();
  bench_make_arrays(store, 100);
  bench_check(cshm_attach(store, BENCH_PROJECT, NULL, &first, &err), &err);
  bench_check(cshm_attachment_describe(first, &info, &err), &err);
  while (pairs.count < pairs_wanted) {
    double ours = attach_batch(store);
    bench_add(&pairs, ours, map_batch(info.segment));
  }
  bench_print("attach-again", "100 arrays", "us", &pairs);
  return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * put-many: 10,000 arrays of 64 bytes, nested 3 deep, from declaration to publication, and up to where all of them are
 * written and only the publication, with its manifest, is missing. Against as many writes of 64 bytes into one segment.
 */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <stdlib.h>

#define SIZE 64

static cshm_builder fill(cshm_store store, uint32_t count, const unsigned char *data) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_builder builder = bench_declare_arrays(store, count);
  bench_check(cshm_builder_allocate(builder, &err), &err);
  for (uint32_t i = 0; i < count; i++)
    bench_check(cshm_builder_write(builder, i, 0, data + (uint64_t)SIZE * i, SIZE, &err), &err);
  return builder;
}

static void measure(cshm_store store, uint32_t count, const char *work, bool publish, size_t pairs) {
  cshm_error err = CSHM_ERROR_INIT;
  unsigned char *data = bench_bytes((size_t)SIZE * count);
  struct bench_pairs times = {0};
  bench_bare_put(data, (size_t)SIZE * count, SIZE); /* for nothing */
  while (times.count < pairs) {
    double started = bench_now_us();
    cshm_builder builder = fill(store, count, data);
    if (publish) bench_check(cshm_builder_publish(builder, NULL, &err), &err);
    double ours = bench_now_us() - started;
    if (!publish) bench_check(cshm_builder_abort(builder, &err), &err);
    bench_add(&times, ours / 1e3, bench_bare_put(data, (size_t)SIZE * count, SIZE) * 1e3);
  }
  bench_print("put-many", work, "ms", &times);
  free(data);
}

int main(int argc, char **argv) {
  bool is_short = bench_is_short(argc, argv);
  cshm_store store = bench_store();
  uint32_t count = is_short ? 100 : 10000;
  size_t pairs = is_short ? 5 : 31;
  measure(store, count, is_short ? "100 arrays" : "10,000 arrays", true, pairs);
  measure(store, count, is_short ? "100 arrays, not yet published" : "10,000 arrays, not yet published", false, pairs);
  return 0;
}

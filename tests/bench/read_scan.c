/* SPDX-License-Identifier: MIT */
/*
 * read-scan in C: the sum of a shared float64 array of 1 GiB, against that of the same numbers in private memory. Both
 * were read once before, so that no page is met for the first time.
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

/* Several partial sums: one alone would wait for each addition, and memory would wait, too. */
static double sum(const double *values, size_t count) {
  double partial[16] = {0};
  double total = 0;
  size_t whole = count - count % 16;
  for (size_t i = 0; i < whole; i += 16)
    for (size_t k = 0; k < 16; k++)
      partial[k] += values[i + k];
  for (size_t k = 0; k < 16; k++)
    total += partial[k];
  for (size_t i = whole; i < count; i++)
    total += values[i];
  return total;
}

static double timed_sum(const double *values, size_t count, double *total) {
  double started = bench_now_us();
  *total = sum(values, count);
  return (bench_now_us() - started) / 1e3;
}

static double *make_values(size_t count) {
  double *values = malloc(count * sizeof *values);
  if (!values) bench_die("malloc");
  for (size_t i = 0; i < count; i++)
    values[i] = (double)(i % 1000);
  return values;
}

/* Shares the values, and returns where they lie in shared memory. */
static const double *share(const double *values, size_t count) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_builder builder = {0};
  cshm_attachment attachment = {0};
  cshm_array array = {0};
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  const int64_t shape[] = {(int64_t)count};
  bench_check(cshm_builder_open(bench_store(), BENCH_PROJECT, NULL, &builder, &err), &err);
  bench_check(cshm_builder_array(builder, "x", "<f8", 1, shape, CSHM_ORDER_C, NULL, &err), &err);
  bench_check(cshm_builder_allocate(builder, &err), &err);
  bench_check(cshm_builder_write(builder, 0, 0, values, count * sizeof *values, &err), &err);
  bench_check(cshm_builder_publish(builder, &attachment, &err), &err);
  bench_check(cshm_array_open(attachment, "x", &array, &err), &err);
  bench_check(cshm_array_describe(array, &view, &err), &err);
  return view.data;
}

int main(int argc, char **argv) {
  bool is_short = bench_is_short(argc, argv);
  size_t count = (size_t)1 << (is_short ? 17 : 27);
  double *private = make_values(count);
  const double *shared = share(private, count);
  struct bench_pairs pairs = {0};
  double ours_total, private_total;
  timed_sum(shared, count, &ours_total);
  timed_sum(private, count, &private_total);
  while (pairs.count < (is_short ? 5 : 11)) {
    double ours = timed_sum(shared, count, &ours_total);
    bench_add(&pairs, ours, timed_sum(private, count, &private_total));
    if (ours_total != private_total) {
      fprintf(stderr, "read_scan: the shared sum is %.17g, the private one %.17g\n", ours_total, private_total);
      return 1;
    }
  }
  bench_print("read-scan", is_short ? "1 MiB" : "1 GiB", "ms", &pairs);
  free(private);
  return 0;
}

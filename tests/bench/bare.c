/* SPDX-License-Identifier: MIT */
/*
 * What benchmarks in other languages hold creation against: a loop of pwrite into a segment, in C.
 *
 *   bench_bare BYTES PIECE    for every line on standard input: a new segment of so many bytes is written, by calls that
 *                             write so many at a time, and removed. Answers with the seconds that the writing took.
 */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  size_t size = argc == 3 ? (size_t)strtoull(argv[1], NULL, 10) : 0;
  size_t piece = argc == 3 ? (size_t)strtoull(argv[2], NULL, 10) : 0;
  char line[16];
  if (size == 0 || piece == 0) {
    fprintf(stderr, "usage: %s BYTES PIECE\n", argv[0]);
    return 2;
  }
  unsigned char *data = bench_bytes(size);
  while (fgets(line, sizeof line, stdin)) {
    printf("%.9f\n", bench_bare_put(data, size, piece));
    fflush(stdout);
  }
  free(data);
  return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * What the C benchmarks share: a clock, medians of pairs, the line of JSON they end in, and projects to measure with.
 * Projects go into the default store: scripts/bench.sh, and ctest, point CUTE_SHM_ROOT at one of their own.
 */
#ifndef CUTESHM_BENCH_H
#define CUTESHM_BENCH_H

#include <cuteshm/cuteshm.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BENCH_PROJECT "cute-shm-bench"
#define BENCH_PATH_SIZE 32
#define BENCH_MAX_PAIRS 101

/* What was measured again and again, in the order A B A B: ours[i] and against[i] ran one after the other. */
struct bench_pairs {
  size_t count;
  double ours[BENCH_MAX_PAIRS];
  double against[BENCH_MAX_PAIRS];
};

/* Whether the one allowed argument, --short, is there: small sizes and few pairs, to see that the program works.
 * Anything else ends the program. */
bool bench_is_short(int argc, char **argv);

/* Ends the program with the error's message unless `status` is CSHM_OK. */
void bench_check(cshm_status status, const cshm_error *err);

/* Ends the program with errno's words. */
_Noreturn void bench_die(const char *what);

/* Microseconds since some moment. */
double bench_now_us(void);

void bench_add(struct bench_pairs *pairs, double ours, double against);

/* Prints the figure: medians of both, and their ratio. Sorts the pairs. */
void bench_print(const char *row, const char *work, const char *unit, struct bench_pairs *pairs);

/* The default store, in which BENCH_PROJECT is unlinked when the program exits. From here on an interrupt from the
 * keyboard ends the program no sooner than it can clean up. */
cshm_store bench_store(void);

/* The path of array `number` of bench_make_arrays: nested 3 deep, at most 100 to a group. */
void bench_path(uint32_t number, char path[BENCH_PATH_SIZE]);

/* A builder of BENCH_PROJECT in which `count` arrays of 64 bytes are declared. */
cshm_builder bench_declare_arrays(cshm_store store, uint32_t count);

/* Publishes BENCH_PROJECT with `count` arrays of 64 bytes, in the place of what was there. */
void bench_make_arrays(cshm_store store, uint32_t count);

/* So many bytes, each of them touched; the caller's to free. */
unsigned char *bench_bytes(size_t size);

/* The seconds that it takes to write these bytes into a new segment, so many at a time, with nothing around it. */
double bench_bare_put(const unsigned char *data, size_t size, size_t piece);

#endif /* CUTESHM_BENCH_H */

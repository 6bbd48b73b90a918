/* SPDX-License-Identifier: MIT */
/*
 * get: from a path to its data, among 10,000 arrays, in an order that no cache foresees. Twice: by node and view, for
 * those who take many, and by an array handle, which keeps the memory alive. Against the plain hash map of path to data
 * that a program would keep for itself. (Not glibc's hsearch_r: it needs 30 us for these paths.)
 */
#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAYS 10000
#define SLOTS 32768

static char paths[ARRAYS][BENCH_PATH_SIZE]; /* the map's keys, in the order of the tree */
static char asked[ARRAYS][BENCH_PATH_SIZE]; /* the same, shuffled, in memory of their own */

static void make_paths(void) {
  uint32_t order[ARRAYS];
  uint32_t random = 1;
  for (uint32_t i = 0; i < ARRAYS; i++) {
    bench_path(i, paths[i]);
    order[i] = i;
  }
  for (uint32_t i = ARRAYS - 1; i > 0; i--) {
    random = random * 1664525u + 1013904223u;
    uint32_t other = (random >> 8) % (i + 1);
    uint32_t kept = order[i];
    order[i] = order[other];
    order[other] = kept;
  }
  for (uint32_t i = 0; i < ARRAYS; i++)
    bench_path(order[i], asked[i]);
}

/* The map: FNV-1a, open addressing, a third full. */
static struct slot {
  const char *path;
  void *data;
} map[SLOTS];

/* Where the path is, or may be put. */
static struct slot *map_slot(const char *path) {
  uint64_t hash = UINT64_C(0xcbf29ce484222325);
  for (const char *byte = path; *byte; byte++)
    hash = (hash ^ (unsigned char)*byte) * UINT64_C(0x100000001b3);
  size_t i = hash % SLOTS;
  while (map[i].path && strcmp(map[i].path, path) != 0)
    i = (i + 1) % SLOTS;
  return &map[i];
}

/* Each returns nanoseconds for one path, and adds to `sum` so that the pointers are wanted. */

static double get_view(cshm_attachment attachment, uintptr_t *sum) {
  cshm_error err = CSHM_ERROR_INIT;
  double started = bench_now_us();
  for (int i = 0; i < ARRAYS; i++) {
    cshm_node node = CSHM_NODE_INIT;
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    bench_check(cshm_node_find(attachment, asked[i], &node, &err), &err);
    bench_check(cshm_attachment_view(attachment, node.number, &view, &err), &err);
    *sum += (uintptr_t)view.data;
  }
  return (bench_now_us() - started) * 1e3 / ARRAYS;
}

static double get_handle(cshm_attachment attachment, uintptr_t *sum) {
  cshm_error err = CSHM_ERROR_INIT;
  double started = bench_now_us();
  for (int i = 0; i < ARRAYS; i++) {
    cshm_array array = {0};
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    bench_check(cshm_array_open(attachment, asked[i], &array, &err), &err);
    bench_check(cshm_array_describe(array, &view, &err), &err);
    *sum += (uintptr_t)view.data;
    bench_check(cshm_array_release(array, &err), &err);
  }
  return (bench_now_us() - started) * 1e3 / ARRAYS;
}

static double get_from_map(uintptr_t *sum) {
  double started = bench_now_us();
  for (int i = 0; i < ARRAYS; i++)
    *sum += (uintptr_t)map_slot(asked[i])->data;
  return (bench_now_us() - started) * 1e3 / ARRAYS;
}

static void fill_map(cshm_attachment attachment) {
  cshm_error err = CSHM_ERROR_INIT;
  for (int i = 0; i < ARRAYS; i++) {
    cshm_node node = CSHM_NODE_INIT;
    cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
    bench_check(cshm_node_find(attachment, paths[i], &node, &err), &err);
    bench_check(cshm_attachment_view(attachment, node.number, &view, &err), &err);
    *map_slot(paths[i]) = (struct slot){paths[i], view.data};
  }
}

static void measure(const char *work, double (*get)(cshm_attachment, uintptr_t *), cshm_attachment attachment,
                    size_t pairs_wanted) {
  struct bench_pairs pairs = {0};
  while (pairs.count < pairs_wanted) {
    uintptr_t ours = 0;
    uintptr_t theirs = 0;
    double ours_ns = get(attachment, &ours);
    bench_add(&pairs, ours_ns, get_from_map(&theirs));
    if (ours != theirs) {
      fprintf(stderr, "get: the pointers' sum is %zu, that of the hash map %zu\n", (size_t)ours, (size_t)theirs);
      exit(1);
    }
  }
  bench_print("get", work, "ns", &pairs);
}

int main(int argc, char **argv) {
  size_t pairs = bench_is_short(argc, argv) ? 5 : BENCH_MAX_PAIRS;
  cshm_error err = CSHM_ERROR_INIT;
  cshm_attachment attachment = {0};
  cshm_store store = bench_store();
  bench_make_arrays(store, ARRAYS);
  make_paths();
  bench_check(cshm_attach(store, BENCH_PROJECT, NULL, &attachment, &err), &err);
  fill_map(attachment);
  measure("by node and view", get_view, attachment, pairs);
  measure("by array handle", get_handle, attachment, pairs);
  return 0;
}

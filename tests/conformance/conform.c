/*
 * The conformance program of C:
 *   conform write ROOT PROJECT CASES    makes the project in the store ROOT from the cases
 *   conform read  ROOT PROJECT CASES    attaches it and compares
 * Exit codes: 0 all right, 1 differences were found, 2 anything else.
 *
 * SPDX-License-Identifier: MIT
 */
#include "conform.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void conform_require(cshm_status status, const cshm_error *err, const char *what) {
  if (status == CSHM_OK) return;
  fprintf(stderr, "conform: %s: %s: %s\n", what, cshm_status_name((int32_t)status), err->message);
  exit(2);
}

void *conform_allocate(uint64_t nbytes) {
  void *memory = calloc(1, nbytes > 0 ? (size_t)nbytes : 1);
  if (memory == NULL) {
    fprintf(stderr, "conform: out of memory\n");
    exit(2);
  }
  return memory;
}

static int report(const case_file *cases, size_t mismatches) {
  if (mismatches > 0) {
    printf("failed: %zu mismatches\n", mismatches);
    return 1;
  }
  printf("ok %zu arrays, %zu attributes, %zu groups\n", case_file_count(cases, CASE_ARRAY),
         case_file_count(cases, CASE_ATTRIBUTE), case_file_count(cases, CASE_GROUP));
  return 0;
}

int main(int argc, char **argv) {
  int writes = argc == 5 && strcmp(argv[1], "write") == 0;
  if (!writes && !(argc == 5 && strcmp(argv[1], "read") == 0)) {
    fprintf(stderr, "usage: conform write|read ROOT PROJECT CASES\n");
    return 2;
  }
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store = {0};
  conform_require(cshm_store_open(argv[2], NULL, &store, &err), &err, argv[2]);
  case_file cases = case_file_read(argv[4]);
  int code = 0;
  if (writes)
    conform_write(store, argv[3], &cases);
  else
    code = report(&cases, conform_read(store, argv[3], &cases));
  case_file_free(&cases);
  conform_require(cshm_store_close(store, &err), &err, "cshm_store_close");
  if (cshm_live_handles() != 0) {
    fprintf(stderr, "conform: %llu handles are still alive\n", (unsigned long long)cshm_live_handles());
    return 2;
  }
  return code;
}

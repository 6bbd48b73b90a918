/* SPDX-License-Identifier: MIT */
/* In the program that reads a file for another process: arms the fault of $CUTESHM_SHIM, "kind n action error", and reports in
 * the file $CUTESHM_SHIM_MET. */
#include "shim.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void report_in(const char *path) {
  int file = open(path, O_RDWR);
  void *met = file < 0 ? MAP_FAILED : mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (met == MAP_FAILED) _exit(EXIT_FAILURE);
  close(file);
  shim_report((unsigned char *)met);
}

__attribute__((constructor)) static void arm(void) {
  const char *wanted = getenv("CUTESHM_SHIM"), *path = getenv("CUTESHM_SHIM_MET");
  unsigned kind, action;
  unsigned long n;
  int error;
  if (!wanted || !path || sscanf(wanted, "%u %lu %u %d", &kind, &n, &action, &error) != 4) return;
  report_in(path);
  shim_arm((struct shim_fault){(enum shim_kind)kind, n, (enum shim_action)action, error, false});
}

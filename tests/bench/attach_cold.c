/* SPDX-License-Identifier: MIT */
/*
 * attach-cold: a project of 1, 100 and 10,000 arrays is attached in a new process: time, page faults meanwhile, and the
 * memory that process then has used at most. Against the least that any shared memory costs: shm_open, fstat and mmap of a
 * segment of the same size.
 *
 *   attach_cold [--short]          measures
 *   attach_cold ours PROJECT       one new process: prints its microseconds, page faults and KiB
 *   attach_cold bare SEGMENT       likewise
 */
#define _POSIX_C_SOURCE 200809L

#include "bench.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char bare_segment[64];

/* What one new process found. */
struct found { double us, faults, kib; };

/* Page faults of this process so far; each costs about as much as four system calls. */
static double faults_now(void) {
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage)) bench_die("getrusage");
  return (double)usage.ru_minflt;
}

static double attach_ours(const char *project) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store = {0};
  cshm_attachment attachment = {0};
  double started = bench_now_us();
  bench_check(cshm_store_open(NULL, NULL, &store, &err), &err);
  bench_check(cshm_attach(store, project, NULL, &attachment, &err), &err);
  return bench_now_us() - started;
}

static double attach_bare(const char *segment) {
  struct stat status;
  double started = bench_now_us();
  int file = shm_open(segment, O_RDONLY, 0);
  if (file < 0 || fstat(file, &status)) bench_die(segment);
  void *base = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0);
  if (base == MAP_FAILED) bench_die(segment);
  return bench_now_us() - started;
}

/* Most memory this process has had. getrusage would count that of its parent before exec, too. */
static unsigned long peak_kib(void) {
  unsigned long kib = 0;
  char line[256];
  FILE *file = fopen("/proc/self/status", "r");
  if (!file) bench_die("/proc/self/status");
  while (fgets(line, sizeof line, file) && strncmp(line, "VmHWM:", 6) != 0)
    continue;
  kib = strtoul(line + 6, NULL, 10);
  fclose(file);
  return kib;
}

/* Runs this program again, as a process that has mapped nothing yet. */
static struct found run(const char *which, const char *name) {
  struct found found;
  int ends[2];
  if (fflush(stdout) || pipe(ends)) bench_die("pipe");
  pid_t child = fork();
  if (child < 0) bench_die("fork");
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    execl("/proc/self/exe", "attach_cold", which, name, (char *)NULL);
    _exit(127);
  }
  close(ends[1]);
  FILE *output = fdopen(ends[0], "r");
  int status = 0;
  int numbers = output ? fscanf(output, "%lf %lf %lf", &found.us, &found.faults, &found.kib) : 0;
  if (waitpid(child, &status, 0) != child || status || numbers != 3) bench_die(which);
  fclose(output);
  return found;
}

static void remove_bare(void) { shm_unlink(bare_segment); }

/* A segment of as many bytes as the project has, all of them there. */
static void make_bare(cshm_store store) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_attachment attachment = {0};
  cshm_attachment_info info = CSHM_ATTACHMENT_INFO_INIT;
  bench_check(cshm_attach(store, BENCH_PROJECT, NULL, &attachment, &err), &err);
  bench_check(cshm_attachment_describe(attachment, &info, &err), &err);
  int file = shm_open(bare_segment, O_RDWR | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || posix_fallocate(file, 0, (off_t)info.nbytes)) bench_die(bare_segment);
  close(file);
  bench_check(cshm_detach(attachment, &err), &err);
}

static void measure(cshm_store store, uint32_t count, const char *work, size_t pairs) {
  struct bench_pairs times = {0};
  struct bench_pairs faults = {0};
  struct bench_pairs memory = {0};
  char part[64];
  bench_make_arrays(store, count);
  make_bare(store);
  while (times.count < pairs) {
    struct found ours = run("ours", BENCH_PROJECT), bare = run("bare", bare_segment);
    bench_add(&times, ours.us, bare.us);
    bench_add(&faults, ours.faults, bare.faults);
    bench_add(&memory, ours.kib, bare.kib);
  }
  bench_print("attach-cold", work, "us", &times);
  snprintf(part, sizeof part, "%s: page faults", work);
  bench_print("attach-cold", part, "faults", &faults);
  snprintf(part, sizeof part, "%s: peak memory", work);
  bench_print("attach-cold", part, "KiB", &memory);
}

int main(int argc, char **argv) {
  if (argc == 3) {
    double before = faults_now();
    double us = strcmp(argv[1], "ours") == 0 ? attach_ours(argv[2]) : attach_bare(argv[2]);
    printf("%f %f %lu\n", us, faults_now() - before, peak_kib());
    return 0;
  }
  size_t pairs = bench_is_short(argc, argv) ? 5 : BENCH_MAX_PAIRS;
  cshm_store store = bench_store();
  snprintf(bare_segment, sizeof bare_segment, "/cute-shm-bench-bare-%ld", (long)getpid());
  if (atexit(remove_bare)) bench_die("clean-up");
  measure(store, 1, "1 array", pairs);
  measure(store, 100, "100 arrays", pairs);
  measure(store, 10000, "10,000 arrays", pairs);
  return 0;
}

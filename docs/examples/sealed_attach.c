/*
 * Attaches a sealed project by its descriptor, and adds its counts.
 *
 *     sealed_attach /proc/PID/fd/N
 *
 * SPDX-License-Identifier: MIT
 */
#define _POSIX_C_SOURCE 200809L /* O_CLOEXEC */
#include <cuteshm/cuteshm.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static cshm_status add_counts(cshm_attachment project, cshm_error *err) {
  cshm_array array;
  cshm_array_view view = CSHM_ARRAY_VIEW_INIT;
  long long sum = 0;
  cshm_status status = cshm_array_open(project, "counts", &array, err);
  if (status != CSHM_OK) return status;
  status = cshm_array_describe(array, &view, err);
  if (status == CSHM_OK) {
    const int64_t *counts = view.data; /* nobody can change or cut them: it was checked that they are sealed */
    for (uint64_t i = 0; i < view.nbytes / sizeof *counts; i++)
      sum += counts[i];
    printf("sum %lld\n", sum);
  }
  cshm_array_release(array, NULL);
  return status;
}

int main(int argc, char **argv) {
  cshm_error err = CSHM_ERROR_INIT;
  cshm_attachment project;
  if (argc != 2) {
    fprintf(stderr, "usage: sealed_attach /proc/PID/fd/N\n");
    return 2;
  }
  int fd = open(argv[1], O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    perror(argv[1]);
    return 1;
  }
  cshm_status status = cshm_attach_fd(fd, NULL, &project, &err);
  close(fd); /* the attachment does not need it */
  if (status == CSHM_OK) {
    status = add_counts(project, &err);
    cshm_detach(project, NULL);
  }
  if (status == CSHM_OK) return 0;
  fprintf(stderr, "sealed_attach: %s\n", err.message);
  return 1;
}

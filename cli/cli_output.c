/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath, fsync */
#include "cli_output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum cli_exit fail(const char *file) {
  cli_error("cannot write %s: %s", file, strerror(errno));
  return CLI_FAILED;
}

/* Writes and closes; false with errno. */
static bool write_stream(FILE *stream, const char *text, size_t length, bool sync) {
  bool good = fwrite(text, 1, length, stream) == length && fflush(stream) == 0;
  if (good && sync) good = fsync(fileno(stream)) == 0;
  int saved = errno;
  bool closed = fclose(stream) == 0;
  if (!good) errno = saved;
  return good && closed;
}

/* A device or a pipe is written to as it is: a new file must not take its place. */
static enum cli_exit write_special(const char *file, const char *text, size_t length) {
  FILE *stream = fopen(file, "w");
  return stream && write_stream(stream, text, length, false) ? CLI_OK : fail(file);
}

static enum cli_exit replace(const char *file, const char *text, size_t length) {
  size_t size = strlen(file) + 32;
  char *name = malloc(size);
  if (!name) return fail(file);
  snprintf(name, size, "%s.%ld.new", file, (long)getpid());
  int descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  FILE *stream = descriptor < 0 ? NULL : fdopen(descriptor, "w");
  bool good = stream && write_stream(stream, text, length, true) && rename(name, file) == 0;
  enum cli_exit result = good ? CLI_OK : fail(file);
  if (!good && descriptor >= 0) unlink(name);
  free(name);
  return result;
}

enum cli_exit cli_output(const char *file, const char *text, size_t length) {
  struct stat status;
  if (!file || strcmp(file, "-") == 0) {
    fwrite(text, 1, length, stdout); /* main() tells whether it arrived */
    return CLI_OK;
  }
  if (stat(file, &status) == 0 && !S_ISREG(status.st_mode)) return write_special(file, text, length);
  char *target = realpath(file, NULL); /* of a link, what it leads to */
  enum cli_exit result = replace(target ? target : file, text, length);
  free(target);
  return result;
}

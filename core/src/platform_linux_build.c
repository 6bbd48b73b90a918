/* SPDX-License-Identifier: MIT */
/*
 * Linux: segments in the making. O_TMPFILE makes a file that has no name and that /proc gives one: whoever dies before that
 * leaves nothing. Where one of the two is missing the file is called "<name>.new" from the beginning, and only the builder's
 * lease tells whether someone is still at work on it.
 */
#define _GNU_SOURCE
#include "platform_linux_build.h"

#include "error.h"
#include "platform.h"
#include "platform_linux.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MAX_TURNS 100 /* collectors that take a file before its builder has its lease */

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1 /* in <linux/fs.h>, which does not go with every libc's <stdio.h> */
#endif

void cshm__linux_segment_path(const char *name, const char *end, char path[SHM_PATH_SIZE]) {
  cshm__text_join(path, SHM_PATH_SIZE, (const char *const[]){SHM_DIRECTORY "/", name, end, NULL});
}

bool cshm__linux_can_link(void) {
  int saved = errno;
  bool can = access("/proc/self/fd", X_OK) == 0;
  errno = saved;
  return can;
}

bool cshm__platform_segment_is_new(const char *name) {
  size_t length = strlen(name);
  return length > (sizeof SEGMENT_NEW - 1) && strcmp(name + length - (sizeof SEGMENT_NEW - 1), SEGMENT_NEW) == 0;
}

static bool is_named(int segment) { return !(fcntl(segment, F_GETFL) & (O_TMPFILE & ~O_DIRECTORY)); }

/* A collector that comes between the two steps may take the lease first, and the name away. */
static int build_named(const char *name) {
  char path[SHM_PATH_SIZE];
  cshm__linux_segment_path(name, SEGMENT_NEW, path);
  for (int turn = 0; turn < MAX_TURNS; turn++) {
    int fd = cshm__linux_openat(AT_FDCWD, path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) return -1;
    if (cshm__platform_lease_seize(fd, PLATFORM_LEASE_BUILDER) && cshm__platform_segment_is_named(fd)) return fd;
    cshm__platform_close(fd);
  }
  errno = EAGAIN;
  return -1;
}

int cshm__linux_build(const char *name) {
  if (!cshm__linux_can_link()) return build_named(name);
  int fd = cshm__linux_openat(AT_FDCWD, SHM_DIRECTORY, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  /* older kernels take it for an attempt to open the directory */
  if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL || errno == ENOENT)) return build_named(name);
  if (fd < 0) return -1;
  cshm__platform_lease_seize(fd, PLATFORM_LEASE_BUILDER); /* nobody else has it yet */
  return fd;
}

/* Without replacing what has that name. */
static int rename_new(const char *from, const char *to) {
  if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
  if (errno != ENOSYS && errno != EINVAL) return errno;
  if (link(from, to) < 0) return errno;
  unlink(from);
  return 0;
}

static int link_unnamed(int segment, const char *path) {
  char self[40];
  snprintf(self, sizeof self, "/proc/self/fd/%d", segment);
  return linkat(AT_FDCWD, self, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

static bool is_at(int segment, const char *path) {
  struct stat ours, there;
  return fstat(segment, &ours) == 0 && lstat(path, &there) == 0 && ours.st_ino == there.st_ino &&
         ours.st_dev == there.st_dev;
}

bool cshm__linux_is_half_named(int segment, const char *name) {
  char path[SHM_PATH_SIZE];
  cshm__linux_segment_path(name, cshm__platform_segment_is_new(name) ? "" : SEGMENT_NEW, path);
  if (cshm__platform_segment_is_new(name)) path[strlen(path) - (sizeof SEGMENT_NEW - 1)] = '\0';
  return is_at(segment, path);
}

cshm_status cshm__platform_segment_name(int segment, const char *name, cshm_error *err) {
  char path[SHM_PATH_SIZE], made[SHM_PATH_SIZE];
  cshm__linux_segment_path(name, "", path);
  cshm__linux_segment_path(name, SEGMENT_NEW, made);
  int failed = is_named(segment) ? rename_new(made, path) : link_unnamed(segment, path);
  if ((failed == EEXIST || failed == ENOENT) && is_at(segment, path)) return CSHM_OK;
  if (failed == ENOENT && !is_named(segment))
    return cshm__fail(err, CSHM_ERR_UNSUPPORTED, ENOENT,
                      "cannot name segment %s: /proc is not mounted any more, as it was when the segment was made, or "
                      "someone has removed the segment",
                      name);
  return failed ? cshm__fail_errno(err, failed, "cannot name segment %s", name) : CSHM_OK;
}

/* Only its own names: that under which it was made may be someone else's meanwhile. */
void cshm__platform_segment_abandon(int segment, const char *name) {
  const char *const ends[] = {"", SEGMENT_NEW};
  char path[SHM_PATH_SIZE];
  int saved = errno;
  for (size_t i = 0; i < sizeof ends / sizeof ends[0] && segment >= 0; i++) {
    cshm__linux_segment_path(name, ends[i], path);
    if (is_at(segment, path)) unlink(path);
  }
  errno = saved;
}

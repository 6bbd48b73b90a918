/* SPDX-License-Identifier: MIT */
/* Linux: leases, which are locks of open files on bytes of a segment, and waiting, which is a futex in it. */
#define _GNU_SOURCE
#include "error.h"
#include "platform.h"
#include "platform_linux.h"
#include "platform_linux_build.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define LEASE_FIRST_BYTE ((off_t)1 << 62) /* far behind any data; a lock needs no byte to be there */

/* ---- leases ---- */

static struct flock lease_lock(enum platform_lease which, short type) {
  struct flock lock;
  memset(&lock, 0, sizeof lock); /* l_pid must be 0 for locks of open files */
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = LEASE_FIRST_BYTE + (off_t)which;
  lock.l_len = 1;
  return lock;
}

/* By a name that it may have, if it is the same file. A descriptor, or -1 and errno. */
static int open_named(int segment, const char *name, const char *end, int flags) {
  char path[SHM_PATH_SIZE];
  struct stat wanted, found;
  cshm__linux_segment_path(name, end, path);
  int fd = cshm__linux_openat(AT_FDCWD, path, flags | O_NOFOLLOW | O_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (fstat(segment, &wanted) == 0 && fstat(fd, &found) == 0 && wanted.st_ino == found.st_ino &&
      wanted.st_dev == found.st_dev)
    return fd;
  cshm__platform_close(fd);
  errno = ENOENT;
  return -1;
}

/* A new open file, where dup would share the old one. */
static int open_again(int segment, const char *name, int flags) {
  char self[40];
  snprintf(self, sizeof self, "/proc/self/fd/%d", segment);
  int fd = cshm__linux_openat(AT_FDCWD, self, flags, 0);
  if (fd < 0 && errno == ENOENT) fd = open_named(segment, name, "", flags);
  if (fd < 0 && errno == ENOENT) fd = open_named(segment, name, SEGMENT_NEW, flags);
  return fd;
}

cshm_status cshm__platform_lease_take(int segment, const char *name, enum platform_lease which, int *lease,
                                      cshm_error *err) {
  bool alone = which != PLATFORM_LEASE_USERS;
  struct flock lock = lease_lock(which, alone ? F_WRLCK : F_RDLCK);
  int fd = open_again(segment, name, (alone ? O_RDWR : O_RDONLY) | O_CLOEXEC); /* a lock held alone wants it writable */
  if (fd < 0 && errno == ENOENT)
    return cshm__fail(err, CSHM_ERR_UNSUPPORTED, ENOENT,
                      "cannot take a lease on segment %s: /proc is not mounted, and it has no name any more", name);
  if (fd < 0) return cshm__fail_errno(err, errno, "cannot open segment %s for a lease", name);
  if (fcntl(fd, F_OFD_SETLK, &lock) < 0) {
    cshm_status status = cshm__fail_errno(err, errno, "cannot take a lease on segment %s", name);
    cshm__platform_close(fd);
    return status;
  }
  *lease = fd;
  return CSHM_OK;
}

cshm_status cshm__platform_lease_join(int segment, bool wait, cshm_error *err) {
  struct flock lock = lease_lock(PLATFORM_LEASE_USERS, F_RDLCK);
  int result;
  do
    result = fcntl(segment, wait ? F_OFD_SETLKW : F_OFD_SETLK, &lock);
  while (result < 0 && errno == EINTR);
  return result < 0 ? cshm__fail_errno(err, errno, "cannot take a lease on the segment") : CSHM_OK;
}

void cshm__platform_lease_leave(int segment, enum platform_lease which) {
  struct flock lock = lease_lock(which, F_UNLCK);
  int saved = errno;
  fcntl(segment, F_OFD_SETLK, &lock);
  errno = saved;
}

bool cshm__platform_lease_seize(int segment, enum platform_lease which) {
  struct flock lock = lease_lock(which, F_WRLCK);
  int saved = errno, result;
  do
    result = fcntl(segment, F_OFD_SETLK, &lock);
  while (result < 0 && errno == EINTR);
  errno = saved;
  return result == 0;
}

bool cshm__platform_lease_is_free(int segment, enum platform_lease which) {
  struct flock lock = lease_lock(which, F_WRLCK);
  return fcntl(segment, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_UNLCK;
}

/* ---- waiting ---- */

/* Not the private kind of futex: the one who waits and the one who wakes have the word at different addresses. */

void cshm__platform_wait(const void *word, uint32_t value, uint64_t timeout_ns) {
  struct timespec timeout = {(time_t)(timeout_ns / 1000000000u), (long)(timeout_ns % 1000000000u)};
  int saved = errno;
  syscall(SYS_futex, word, FUTEX_WAIT, value, &timeout, NULL, 0);
  errno = saved;
}

void cshm__platform_wake(int segment, uint64_t offset) {
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  uint64_t first = offset - offset % page;
  int saved = errno;
  unsigned char *base = mmap(NULL, page, PROT_READ, MAP_SHARED, segment, (off_t)first);
  if (base != MAP_FAILED) {
    syscall(SYS_futex, base + (offset - first), FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    munmap(base, page);
  }
  errno = saved;
}

/* SPDX-License-Identifier: MIT */
/* Linux, kernel 5.4 or later; glibc or musl. Processes, locks and segments; those in the making are in
 * platform_linux_build.c, files in platform_linux_file.c, leases in platform_linux_lease.c, limits in platform_linux_memory.c,
 * sealed segments in platform_linux_sealed.c, who may do what in platform_linux_share.c. */
#define _GNU_SOURCE
#include "platform_linux.h"
#include "error.h"
#include "platform.h"
#include "platform_linux_build.h"
#include "platform_linux_share.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define FIRST_REGULAR_USER 1000        /* systemd-logind spares those below */
#define WRITE_STEP ((uint64_t)1 << 30) /* a single write moves no more than 2 GiB */

/* ---- this process ---- */

uint64_t cshm__platform_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t cshm__platform_boot_ns(void) {
  struct timespec since;
  clock_gettime(CLOCK_BOOTTIME, &since);
  return cshm__platform_now_ns() - ((uint64_t)since.tv_sec * 1000000000u + (uint64_t)since.tv_nsec);
}

bool cshm__platform_removes_at_logout(void) {
  return geteuid() >= FIRST_REGULAR_USER && access("/run/systemd/system", F_OK) == 0;
}

uint64_t cshm__platform_ticks_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint32_t cshm__platform_user(void) { return (uint32_t)geteuid(); }

cshm_status cshm__platform_random(void *buffer, size_t size, cshm_error *err) {
  unsigned char *bytes = buffer;
  while (size > 0) {
    ssize_t got = getrandom(bytes, size, 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cshm__fail_errno(err, errno, "cannot get random bytes");
    bytes += got;
    size -= (size_t)got;
  }
  return CSHM_OK;
}

static pthread_mutex_t locks[PLATFORM_LOCK_COUNT] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER,
                                                     PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
static pthread_once_t fork_once = PTHREAD_ONCE_INIT;
static int fork_errno;
static _Atomic int64_t process; /* asked for often, and a system call each time */
static void (*fork_hook)(void);

static void before_fork(void) {
  for (int i = 0; i < PLATFORM_LOCK_COUNT; i++)
    pthread_mutex_lock(&locks[i]);
}

static void unlock_all(void) {
  for (int i = PLATFORM_LOCK_COUNT - 1; i >= 0; i--)
    pthread_mutex_unlock(&locks[i]);
}

static void in_child(void) {
  atomic_store_explicit(&process, (int64_t)getpid(), memory_order_relaxed);
  unlock_all();
  if (fork_hook) fork_hook();
}

static void watch_forks(void) {
  fork_errno = pthread_atfork(before_fork, unlock_all, in_child);
  if (!fork_errno) atomic_store_explicit(&process, (int64_t)getpid(), memory_order_relaxed);
}

int64_t cshm__platform_process(void) {
  pthread_once(&fork_once, watch_forks);
  return fork_errno ? (int64_t)getpid() : atomic_load_explicit(&process, memory_order_relaxed);
}

/* The first lock ever taken arranges that a fork never copies a held one. */
void cshm__platform_lock(enum platform_lock lock) {
  pthread_once(&fork_once, watch_forks);
  pthread_mutex_lock(&locks[lock]);
}

void cshm__platform_unlock(enum platform_lock lock) { pthread_mutex_unlock(&locks[lock]); }

cshm_status cshm__platform_on_fork(void (*hook)(void), cshm_error *err) {
  pthread_once(&fork_once, watch_forks);
  if (fork_errno) return cshm__fail_errno(err, fork_errno, "cannot watch for forks");
  fork_hook = hook;
  return CSHM_OK;
}

int cshm__linux_openat(int directory, const char *path, int flags, unsigned mode) {
  int fd;
  do
    fd = openat(directory, path, flags, (mode_t)mode);
  while (fd < 0 && errno == EINTR);
  return fd;
}

void cshm__platform_close(int descriptor) {
  int saved = errno;
  if (descriptor >= 0) close(descriptor); /* never repeated: Linux frees the descriptor also when interrupted */
  errno = saved;
}

/* ---- segments ---- */

cshm_status cshm__platform_segment_create(uint64_t size, const char *name, const struct platform_share *share,
                                          int *segment, cshm_error *err) {
  cshm_status status = cshm__platform_memory_check(size, false, err);
  if (status) return status;
  int fd = cshm__linux_build(name);
  if (fd < 0) return cshm__fail_errno(err, errno, "cannot create a segment in " SHM_DIRECTORY);
  int failed = cshm__linux_file_give(fd, share);
  status = failed ? cshm__fail_errno(err, failed, "cannot give a segment to group %lu", (unsigned long)share->group)
                  : cshm__linux_reserve(fd, size, false, err);
  if (status) {
    cshm__platform_segment_abandon(fd, name);
    cshm__platform_close(fd);
    return status;
  }
  *segment = fd;
  return CSHM_OK;
}

cshm_status cshm__platform_segment_open(const char *name, const struct platform_share *share, bool writable,
                                        int *segment, uint64_t *size, cshm_error *err) {
  char path[SHM_PATH_SIZE];
  const struct linux_file wanted = {AT_FDCWD, path, "segment", name, share};
  struct stat info;
  int fd;
  cshm__linux_segment_path(name, "", path);
  cshm_status status = cshm__linux_file_open(&wanted, writable, &fd, &info, err);
  if (status == CSHM_ERR_NOT_FOUND) return cshm__fail_errno(err, ENOENT, "cannot open segment %s", name);
  if (status) return status;
  if (info.st_nlink > 1 && !(info.st_nlink == 2 && cshm__linux_is_half_named(fd, name))) {
    cshm__platform_close(fd);
    return cshm__fail(err, CSHM_ERR_PERMISSION, 0,
                      "segment %s is refused: it has %lu names, and a segment has one; remove the others, which "
                      "`find " SHM_DIRECTORY " -samefile %s` tells",
                      name, (unsigned long)info.st_nlink, path);
  }
  *segment = fd;
  *size = (uint64_t)info.st_size;
  return CSHM_OK;
}

bool cshm__platform_segment_is_named(int segment) {
  struct stat info;
  return fstat(segment, &info) < 0 || info.st_nlink > 0;
}

cshm_status cshm__platform_segment_remove(const char *name, cshm_error *err) {
  char path[SHM_PATH_SIZE];
  cshm__linux_segment_path(name, "", path);
  if (unlink(path) < 0) return cshm__fail_errno(err, errno, "cannot remove segment %s", name);
  return CSHM_OK;
}

cshm_status cshm__platform_segment_each(bool (*each)(void *user, const char *name), void *user, cshm_error *err) {
  int directory = cshm__linux_openat(AT_FDCWD, SHM_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (directory < 0) return cshm__fail_errno(err, errno, "cannot open " SHM_DIRECTORY);
  cshm_status status = cshm__platform_directory_each(directory, each, user, err);
  cshm__platform_close(directory);
  return status;
}

cshm_status cshm__platform_segment_write(int segment, uint64_t offset, const void *data, uint64_t length,
                                         cshm_error *err) {
  const unsigned char *bytes = data;
  while (length > 0) {
    ssize_t put = pwrite(segment, bytes, (size_t)(length < WRITE_STEP ? length : WRITE_STEP), (off_t)offset);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0)
      return cshm__fail_errno(err, errno, "cannot write to the segment at byte %llu", (unsigned long long)offset);
    bytes += put;
    offset += (uint64_t)put;
    length -= (uint64_t)put;
  }
  return CSHM_OK;
}

cshm_status cshm__platform_segment_read(int segment, uint64_t offset, void *buffer, size_t length, cshm_error *err) {
  unsigned char *bytes = buffer;
  while (length > 0) {
    ssize_t got = pread(segment, bytes, length, (off_t)offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return cshm__fail_errno(err, errno, "cannot read the segment at byte %llu", (unsigned long long)offset);
    if (got == 0)
      return cshm__fail(err, CSHM_ERR_CORRUPT, 0, "the segment is truncated: it ends at byte %llu",
                        (unsigned long long)offset);
    bytes += got;
    offset += (uint64_t)got;
    length -= (size_t)got;
  }
  return CSHM_OK;
}

cshm_status cshm__platform_map(int segment, uint64_t size, uint64_t head, uint32_t mode, void **base, cshm_error *err) {
  int protection = mode == CSHM_READ_ONLY ? PROT_READ : PROT_READ | PROT_WRITE;
  int sharing = mode == CSHM_PRIVATE ? MAP_PRIVATE | MAP_NORESERVE : MAP_SHARED;
  uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
  if (size > SIZE_MAX)
    return cshm__fail(err, CSHM_ERR_LIMIT, 0, "cannot map %llu bytes in this process", (unsigned long long)size);
  void *address = mmap(NULL, (size_t)size, protection, sharing, segment, 0);
  if (address == MAP_FAILED) {
    if (errno == ENOMEM)
      return cshm__fail(err, CSHM_ERR_NO_MEMORY, ENOMEM,
                        "cannot map %llu bytes: the address space or the number of mappings of this process is used up",
                        (unsigned long long)size);
    return cshm__fail_errno(err, errno, "cannot map %llu bytes", (unsigned long long)size);
  }
  head -= head % page; /* pages larger than the format's: what shares a page with writable bytes stays writable */
  if (mode != CSHM_READ_ONLY && head > 0 && mprotect(address, (size_t)head, PROT_READ) < 0) {
    int saved = errno;
    munmap(address, (size_t)size);
    return cshm__fail_errno(err, saved, "cannot protect the index of the mapping");
  }
  *base = address;
  return CSHM_OK;
}

cshm_status cshm__platform_map_part(int segment, uint64_t offset, uint64_t size, void **base, cshm_error *err) {
  void *address = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, segment, (off_t)offset);
  if (address == MAP_FAILED)
    return cshm__fail_errno(err, errno, "cannot map %llu bytes of a segment", (unsigned long long)size);
  madvise(address, (size_t)size, MADV_DONTFORK); /* where that fails, a child has it for nothing */
  *base = address;
  return CSHM_OK;
}

void cshm__platform_unmap(void *base, uint64_t size) {
  int saved = errno;
  if (base) munmap(base, (size_t)size);
  errno = saved;
}

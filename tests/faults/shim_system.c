/* SPDX-License-Identifier: MIT */
/* The shim's system calls, by the names that our libraries and HDF5 import; imports.py sees to it that none is forgotten. */
#define _GNU_SOURCE
#include "shim_private.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

void *shim_real(const char *name) {
  char wrapped[64];
  int saved = errno;
  /* where a sanitizer is linked into the program, its own function of that name has lost to ours, but has another one, too */
  snprintf(wrapped, sizeof wrapped, "__interceptor_%s", name);
  void *real = dlsym(RTLD_DEFAULT, wrapped);
  if (!real) real = dlsym(RTLD_NEXT, name);
  if (!real) abort();
  errno = saved;
  return real;
}

/* HDF5 does not repeat what was interrupted: that is not ours to mend. */
static enum shim_verdict enter(enum shim_kind kind, const char *function, const void *caller) {
  return shim_interrupts() && shim_is_hdf5(caller) ? SHIM_PASS : shim_enter(kind, function);
}

/* A function of this kind; `failed` is what it returns beside errno. */
#define SHIM(kind, type, name, failed, parameters, arguments)                                                          \
  type name parameters {                                                                                               \
    static type(*real) parameters;                                                                                     \
    if (!real) *(void **)&real = shim_real(#name);                                                                     \
    enum shim_verdict verdict = enter(kind, #name, __builtin_return_address(0));                                       \
    if (verdict == SHIM_REFUSE) return failed;                                                                         \
    type result = real arguments;                                                                                      \
    shim_leave(verdict);                                                                                               \
    return result;                                                                                                     \
  }

/* One that moves `size` bytes. */
#define SHIM_MOVING(kind, name, parameters, arguments)                                                                 \
  ssize_t name parameters {                                                                                            \
    static ssize_t(*real) parameters;                                                                                  \
    if (!real) *(void **)&real = shim_real(#name);                                                                     \
    enum shim_verdict verdict = enter(kind, #name, __builtin_return_address(0));                                       \
    if (verdict == SHIM_REFUSE) return -1;                                                                             \
    if (verdict == SHIM_CUT && size > 1) size = 1;                                                                     \
    ssize_t result = real arguments;                                                                                   \
    shim_leave(verdict);                                                                                               \
    return result;                                                                                                     \
  }

/* One with an argument more, at times. */
#define SHIM_OPENING(name, parameters, arguments)                                                                      \
  int name parameters {                                                                                                \
    static int(*real) parameters;                                                                                      \
    va_list more;                                                                                                      \
    va_start(more, flags);                                                                                             \
    mode_t mode = flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(more, mode_t) : 0;                      \
    va_end(more);                                                                                                      \
    if (!real) *(void **)&real = shim_real(#name);                                                                     \
    enum shim_verdict verdict = enter(SHIM_OPEN, #name, __builtin_return_address(0));                                  \
    if (verdict == SHIM_REFUSE) return -1;                                                                             \
    int result = real arguments;                                                                                       \
    shim_leave(verdict);                                                                                               \
    return result;                                                                                                     \
  }

SHIM_OPENING(open, (const char *path, int flags, ...), (path, flags, mode))
SHIM_OPENING(openat, (int directory, const char *path, int flags, ...), (directory, path, flags, mode))

SHIM(SHIM_STAT, int, stat, -1, (const char *path, struct stat *info), (path, info))
SHIM(SHIM_STAT, int, lstat, -1, (const char *path, struct stat *info), (path, info))
SHIM(SHIM_STAT, int, fstat, -1, (int file, struct stat *info), (file, info))
SHIM(SHIM_STAT, int, fstatat, -1, (int directory, const char *path, struct stat *info, int flags),
     (directory, path, info, flags))
SHIM(SHIM_ACCESS, int, access, -1, (const char *path, int mode), (path, mode))
SHIM(SHIM_ACCESS, int, faccessat, -1, (int directory, const char *path, int mode, int flags),
     (directory, path, mode, flags))

SHIM(SHIM_FLOCK, int, flock, -1, (int file, int operation), (file, operation))
SHIM(SHIM_MAP, void *, mmap, MAP_FAILED, (void *at, size_t size, int protection, int flags, int file, off_t offset),
     (at, size, protection, flags, file, offset))
SHIM(SHIM_UNMAP, int, munmap, -1, (void *at, size_t size), (at, size))
SHIM(SHIM_PROTECT, int, mprotect, -1, (void *at, size_t size, int protection), (at, size, protection))
SHIM(SHIM_PROTECT, int, madvise, -1, (void *at, size_t size, int advice), (at, size, advice))
SHIM(SHIM_RESERVE, int, fallocate, -1, (int file, int mode, off_t offset, off_t size), (file, mode, offset, size))
SHIM(SHIM_TRUNCATE, int, ftruncate, -1, (int file, off_t size), (file, size))
SHIM(SHIM_SYNC, int, fsync, -1, (int file), (file))
SHIM(SHIM_MEMFD, int, memfd_create, -1, (const char *name, unsigned flags), (name, flags))

SHIM_MOVING(SHIM_READ, read, (int file, void *data, size_t size), (file, data, size))
SHIM_MOVING(SHIM_READ, pread, (int file, void *data, size_t size, off_t offset), (file, data, size, offset))
SHIM_MOVING(SHIM_WRITE, write, (int file, const void *data, size_t size), (file, data, size))
SHIM_MOVING(SHIM_WRITE, pwrite, (int file, const void *data, size_t size, off_t offset), (file, data, size, offset))
SHIM_MOVING(SHIM_WRITE, sendfile, (int file, int from, off_t *offset, size_t size), (file, from, offset, size))
SHIM_MOVING(SHIM_RANDOM, getrandom, (void *data, size_t size, unsigned flags), (data, size, flags))

SHIM(SHIM_LINK, int, link, -1, (const char *path, const char *name), (path, name))
SHIM(SHIM_LINK, int, linkat, -1, (int from, const char *path, int to, const char *name, int flags),
     (from, path, to, name, flags))
SHIM(SHIM_RENAME, int, rename, -1, (const char *path, const char *name), (path, name))
SHIM(SHIM_RENAME, int, renameat, -1, (int from, const char *path, int to, const char *name), (from, path, to, name))
SHIM(SHIM_UNLINK, int, unlink, -1, (const char *path), (path))
SHIM(SHIM_UNLINK, int, unlinkat, -1, (int directory, const char *path, int flags), (directory, path, flags))
SHIM(SHIM_MKDIR, int, mkdir, -1, (const char *path, mode_t mode), (path, mode))
SHIM(SHIM_CHMOD, int, chmod, -1, (const char *path, mode_t mode), (path, mode))
SHIM(SHIM_CHMOD, int, fchmod, -1, (int file, mode_t mode), (file, mode))
SHIM(SHIM_CHMOD, int, fchmodat, -1, (int directory, const char *path, mode_t mode, int flags),
     (directory, path, mode, flags))
SHIM(SHIM_CHOWN, int, fchown, -1, (int file, uid_t user, gid_t group), (file, user, group))
SHIM(SHIM_CHOWN, int, fchownat, -1, (int directory, const char *path, uid_t user, gid_t group, int flags),
     (directory, path, user, group, flags))

SHIM(SHIM_STATVFS, int, statvfs, -1, (const char *path, struct statvfs *info), (path, info))
SHIM(SHIM_DIRECTORY, DIR *, fdopendir, NULL, (int directory), (directory))
SHIM(SHIM_DIRECTORY, struct dirent *, readdir, NULL, (DIR * stream), (stream))
SHIM(SHIM_PATH, char *, getcwd, NULL, (char *path, size_t size), (path, size))
SHIM(SHIM_PATH, char *, realpath, NULL, (const char *path, char *resolved), (path, resolved))
SHIM(SHIM_PATH, ssize_t, readlink, -1, (const char *path, char *target, size_t size), (path, target, size))

/* A close that fails has closed all the same. HDF5 does not know that, and would close again. */
int close(int file) {
  static int (*real)(int);
  if (!real) *(void **)&real = shim_real("close");
  bool spared = shim_is_hdf5(__builtin_return_address(0));
  enum shim_verdict verdict = spared ? SHIM_PASS : shim_enter(SHIM_CLOSE, "close");
  int error = errno, result = real(file);
  if (verdict == SHIM_REFUSE) {
    errno = error;
    return -1;
  }
  shim_leave(verdict);
  return result;
}

int fcntl(int file, int command, ...) {
  static int (*real)(int, int, ...);
  va_list more;
  va_start(more, command);
  void *argument = va_arg(more, void *);
  va_end(more);
  if (!real) *(void **)&real = shim_real("fcntl");
  enum shim_verdict verdict = shim_enter(command == F_OFD_SETLKW ? SHIM_AWAIT : SHIM_FCNTL, "fcntl");
  if (verdict == SHIM_REFUSE) return -1;
  int result = real(file, command, argument);
  shim_leave(verdict);
  return result;
}

/* Futexes are all that we ask of it. */
long syscall(long number, ...) {
  static long (*real)(long, ...);
  long arguments[6];
  va_list more;
  va_start(more, number);
  for (int i = 0; i < 6; i++)
    arguments[i] = va_arg(more, long);
  va_end(more);
  if (!real) *(void **)&real = shim_real("syscall");
  enum shim_verdict verdict = shim_enter(SHIM_FUTEX, "syscall");
  if (verdict == SHIM_REFUSE) return -1;
  long result = real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
  shim_leave(verdict);
  return result;
}

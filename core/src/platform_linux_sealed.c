/* SPDX-License-Identifier: MIT */
/* Linux: sealed segments, which are memfds. */
#define _GNU_SOURCE
#include "error.h"
#include "platform.h"
#include "platform_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008u /* since kernel 6.3 */
#endif
#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

#define SEALED_SIZE (F_SEAL_SHRINK | F_SEAL_GROW)
#define SEALED_BYTES (F_SEAL_WRITE | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL)
#define SEALED_ENOUGH (SEALED_SIZE | F_SEAL_WRITE) /* nobody can change, cut or grow it */
#define BLOCK 512u                                 /* the unit of st_blocks, whatever the file system */
#define SEAL_TURNS 100
#define SEAL_PAUSE_NS 1000000L

/* Newer kernels want to be told that it is no program; where they enforce it, only this flag is allowed. */
static int make_memfd(const char *name) {
  int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);
  return fd < 0 && errno == EINVAL ? memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING) : fd;
}

cshm_status cshm__platform_sealed_create(const char *name, uint64_t size, int *segment, cshm_error *err) {
  cshm_status status = cshm__platform_memory_check(size, true, err);
  if (status) return status;
  int fd = make_memfd(name);
  if (fd < 0) return cshm__fail_errno(err, errno, "cannot create sealed segment %s", name);
  status = cshm__linux_reserve(fd, size, true, err);
  if (!status && fcntl(fd, F_ADD_SEALS, SEALED_SIZE) < 0)
    status = cshm__fail_errno(err, errno, "cannot seal the size of segment %s", name);
  if (status) {
    cshm__platform_close(fd);
    return status;
  }
  *segment = fd;
  return CSHM_OK;
}

/* A child that another thread has forked to run a program has our mappings until it does: that passes. */
cshm_status cshm__platform_sealed_close(int segment, cshm_error *err) {
  const struct timespec pause = {0, SEAL_PAUSE_NS};
  int result = fcntl(segment, F_ADD_SEALS, SEALED_BYTES);
  for (int turn = 0; result < 0 && errno == EBUSY && turn < SEAL_TURNS; turn++) {
    nanosleep(&pause, NULL);
    result = fcntl(segment, F_ADD_SEALS, SEALED_BYTES);
  }
  if (result == 0) return CSHM_OK;
  if (errno == EBUSY)
    return cshm__fail(err, CSHM_ERR_STATE, EBUSY,
                      "it is still mapped to be written to, by a child that was forked while it was filled, or by "
                      "another thread: let that end, and publish again");
  return cshm__fail_errno(err, errno, "cannot seal it");
}

static void identify(const struct stat *info, struct platform_sealed *sealed) {
  sealed->size = (uint64_t)info->st_size;
  sealed->device = (uint64_t)info->st_dev;
  sealed->inode = (uint64_t)info->st_ino;
}

bool cshm__platform_sealed_is_same(const struct platform_sealed *one, const struct platform_sealed *other) {
  return one->device == other->device && one->inode == other->inode;
}

/* A new open file of what a descriptor stands for, which can only be read; -1 and errno. */
static int reopen(int descriptor) {
  char self[40];
  snprintf(self, sizeof self, "/proc/self/fd/%d", descriptor);
  return cshm__linux_openat(AT_FDCWD, self, O_RDONLY | O_NOCTTY | O_CLOEXEC, 0);
}

cshm_status cshm__platform_sealed_reopen(int segment, struct platform_sealed *sealed, cshm_error *err) {
  struct stat info;
  int fd = reopen(segment);
  if (fd < 0 && errno == ENOENT)
    return cshm__fail(err, CSHM_ERR_UNSUPPORTED, ENOENT, "cannot seal the segment: /proc is not mounted");
  if (fd < 0) return cshm__fail_errno(err, errno, "cannot open the segment to be read");
  if (fstat(fd, &info) < 0) {
    cshm_status status = cshm__fail_errno(err, errno, "cannot look at the segment");
    cshm__platform_close(fd);
    return status;
  }
  identify(&info, sealed);
  sealed->segment = fd;
  return CSHM_OK;
}

static cshm_status check_seals(int descriptor, cshm_error *err) {
  int seals = fcntl(descriptor, F_GET_SEALS);
  if (seals < 0 && errno == EBADF)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, EBADF, "descriptor %d is not open to be read", descriptor);
  if (seals < 0 && errno != EINVAL) return cshm__fail_errno(err, errno, "cannot look at descriptor %d", descriptor);
  if (seals < 0)
    return cshm__fail(
        err, CSHM_ERR_PERMISSION, EINVAL,
        "descriptor %d is refused: it is a file that others could cut or change while it is read; take one "
        "that cshm_attachment_export_fd gave",
        descriptor);
  if ((seals & SEALED_ENOUGH) == SEALED_ENOUGH) return CSHM_OK;
  return cshm__fail(
      err, CSHM_ERR_PERMISSION, 0,
      "descriptor %d is refused: it is not sealed, and others could %s it while it is read; take one that "
      "cshm_attachment_export_fd gave",
      descriptor, (seals & SEALED_SIZE) == SEALED_SIZE ? "change" : "cut or change");
}

/* Where memory is missing a read would have to find some, and fault where there is none. */
static cshm_status check_given(int descriptor, struct stat *info, cshm_error *err) {
  int failed = fstat(descriptor, info) < 0 ? errno : 0;
  if (failed == EBADF)
    return cshm__fail(err, CSHM_ERR_INVALID_ARGUMENT, EBADF, "descriptor %d is not open", descriptor);
  if (failed) return cshm__fail_errno(err, failed, "cannot look at descriptor %d", descriptor);
  if (!S_ISREG(info->st_mode))
    return cshm__fail(err, CSHM_ERR_CORRUPT, 0,
                      "descriptor %d is not that of a sealed project: it is a pipe, a socket, a device or a directory",
                      descriptor);
  cshm_status status = check_seals(descriptor, err);
  if (status) return status;
  uint64_t size = (uint64_t)info->st_size, blocks = (uint64_t)info->st_blocks;
  if (blocks >= size / BLOCK) return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_CORRUPT, 0,
                    "descriptor %d is refused: of its %llu bytes only %llu have memory, and a read could fail",
                    descriptor, (unsigned long long)size, (unsigned long long)blocks * BLOCK);
}

/* Another descriptor, read-only if that can be had. Where /proc is missing, or who made it has taken away the right to open
 * it, the same open file will do: the seals count for that, too. */
static cshm_status another(int descriptor, int *fd, cshm_error *err) {
  *fd = reopen(descriptor);
  if (*fd < 0 && errno != EMFILE && errno != ENFILE) *fd = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
  return *fd < 0 ? cshm__fail_errno(err, errno, "cannot get another descriptor of descriptor %d", descriptor) : CSHM_OK;
}

static cshm_status another_same(int descriptor, const struct platform_sealed *wanted, int *fd, cshm_error *err) {
  struct platform_sealed found = {.segment = -1};
  struct stat info;
  cshm_status status = another(descriptor, fd, err);
  if (status) return status;
  if (fstat(*fd, &info) < 0)
    status = cshm__fail_errno(err, errno, "cannot look at descriptor %d", descriptor);
  else
    identify(&info, &found);
  if (!status && !cshm__platform_sealed_is_same(&found, wanted))
    status = cshm__fail(err, CSHM_ERR_STATE, 0,
                        "descriptor %d was closed by this program, and means something else now", descriptor);
  if (status) cshm__platform_close(*fd);
  return status;
}

cshm_status cshm__platform_sealed_open(int given, struct platform_sealed *sealed, cshm_error *err) {
  struct stat info;
  cshm_status status = check_given(given, &info, err);
  if (status) return status;
  identify(&info, sealed);
  return another_same(given, sealed, &sealed->segment, err);
}

cshm_status cshm__platform_sealed_export(const struct platform_sealed *sealed, int *descriptor, cshm_error *err) {
  int fd;
  cshm_status status = another_same(sealed->segment, sealed, &fd, err);
  if (!status) *descriptor = fd;
  return status;
}

void cshm__platform_sealed_release(const struct platform_sealed *sealed) {
  struct platform_sealed found = *sealed;
  struct stat info;
  int saved = errno;
  if (sealed->segment >= 0 && fstat(sealed->segment, &info) == 0) identify(&info, &found);
  if (cshm__platform_sealed_is_same(&found, sealed)) cshm__platform_close(sealed->segment);
  errno = saved;
}

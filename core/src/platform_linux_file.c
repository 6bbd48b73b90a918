/* SPDX-License-Identifier: MIT */
/* Linux: a store's directory and its small files. */
#define _GNU_SOURCE
#include "error.h"
#include "platform.h"
#include "platform_linux.h"
#include "platform_linux_build.h"
#include "platform_linux_share.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

/* ---- directories ---- */

static bool stop_at_entry(void *user, const char *name) {
  bool *empty = user;
  *empty = strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
  return *empty;
}

/* One that is to be shared, and is not yet, must be empty: what is in it was made for its owner alone. Others may be giving it to
 * the group, and filling it, meanwhile: so a look that finds it full is followed by another at whose it is. */
static cshm_status check_emptiness(int directory, const char *path, const struct platform_share *share,
                                   cshm_error *err) {
  struct stat info;
  char group[PLATFORM_GROUP_NAME];
  bool empty = true;
  cshm_status status = cshm__platform_directory_each(directory, stop_at_entry, &empty, err);
  if (status || empty) return status;
  if (fstat(directory, &info) == 0 && cshm__linux_directory_is_shared(&info, share)) return CSHM_OK;
  cshm__platform_group_name(share->group, group);
  return cshm__fail(
      err, CSHM_ERR_PERMISSION, 0,
      "store %s is refused: it is yours alone and not empty, and is not opened to group %s just so: unlink what "
      "it holds, or give the group another directory; or use it without a group (option group \"\")",
      path, group);
}

/* After the check: what is ours, and is to be the group's, is made so. */
static cshm_status check_open(int directory, const char *path, const struct platform_share *share, bool make,
                              cshm_error *err) {
  struct stat info;
  if (fstat(directory, &info) < 0) return cshm__fail_errno(err, errno, "cannot look at store %s", path);
  cshm_status status = cshm__linux_directory_trust(&info, path, share, err);
  if (status || !share || !share->shared) return status;
  bool given = cshm__linux_directory_is_shared(&info, share);
  if (!given) status = check_emptiness(directory, path, share, err);
  if (status || !make || info.st_uid != geteuid() || (given && share->keeps)) return status;
  return cshm__linux_directory_give(directory, path, share, err);
}

cshm_status cshm__platform_directory_check(const char *path, const struct platform_share *share, bool *exists,
                                           cshm_error *err) {
  struct stat info;
  int directory;
  if (lstat(path, &info) < 0) {
    if (errno != ENOENT) return cshm__fail_errno(err, errno, "cannot look at store %s", path);
    *exists = false;
    return CSHM_OK;
  }
  cshm_status status = cshm__linux_directory_trust(&info, path, share, err);
  if (!status && share && share->shared && !cshm__linux_directory_is_shared(&info, share)) {
    status = cshm__platform_directory_open(path, share, false, &directory, err);
    if (!status) cshm__platform_directory_close(directory);
  }
  if (status == CSHM_OK) *exists = true;
  return status;
}

bool cshm__platform_directory_writable(const char *path) {
  return faccessat(AT_FDCWD, path, W_OK | X_OK, AT_EACCESS) == 0;
}

bool cshm__platform_directory_group_writable(const char *path) {
  struct stat info;
  return lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && (info.st_mode & S_IWGRP);
}

bool cshm__platform_directory_is_another(int directory, const char *path) {
  struct stat ours, theirs;
  if (stat(path, &theirs) < 0) return errno != ENOENT && errno != ENOTDIR;
  return fstat(directory, &ours) < 0 || ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino;
}

static cshm_status make_directories(const char *path, cshm_error *err) {
  char *copy = strdup(path);
  if (!copy) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "no memory to make store %s", path);
  int failed = 0;
  for (char *slash = strchr(copy + 1, '/'); slash && !failed; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    if (mkdir(copy, 0777) < 0 && errno != EEXIST) failed = errno; /* parents as the umask wants them */
    *slash = '/';
  }
  if (!failed && mkdir(copy, 0700) < 0 && errno != EEXIST) failed = errno;
  free(copy);
  return failed ? cshm__fail_errno(err, failed, "cannot make store %s", path) : CSHM_OK;
}

static int open_directory(const char *path) {
  return cshm__linux_openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);
}

static cshm_status cannot_open(const char *path, const struct platform_share *share, int failed, cshm_error *err) {
  struct stat info;
  cshm_status status = CSHM_OK;
  if (lstat(path, &info) == 0)
    status = cshm__linux_directory_trust(&info, path, share, err); /* says "symlink" where errno says ENOTDIR */
  return status ? status : cshm__fail_errno(err, failed, "cannot open store %s", path);
}

cshm_status cshm__platform_directory_open(const char *path, const struct platform_share *share, bool make,
                                          int *directory, cshm_error *err) {
  int fd = open_directory(path);
  if (fd < 0 && errno == ENOENT && make) {
    cshm_status status = make_directories(path, err);
    if (status) return status;
    fd = open_directory(path);
  }
  if (fd < 0) return cannot_open(path, share, errno, err);
  cshm_status status = check_open(fd, path, share, make, err);
  if (status) {
    cshm__platform_close(fd);
    return status;
  }
  *directory = fd;
  return CSHM_OK;
}

cshm_status cshm__platform_absolute(const char *path, char *buffer, size_t size, cshm_error *err) {
  size_t used = 0;
  if (path[0] != '/') {
    if (!getcwd(buffer, size)) return cshm__fail_errno(err, errno, "cannot tell the working directory");
    used = strlen(buffer);
    if (used + 1 < size && buffer[used - 1] != '/') buffer[used++] = '/';
  }
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/')
    length--;
  if (used + length >= size)
    return cshm__fail(err, CSHM_ERR_BAD_NAME, 0, "store's path is too long: %zu bytes, at most %zu", used + length,
                      size - 1);
  memcpy(buffer + used, path, length);
  buffer[used + length] = '\0';
  return CSHM_OK;
}

cshm_status cshm__platform_directory_lock(int directory, bool wait, cshm_error *err) {
  int result;
  do
    result = flock(directory, wait ? LOCK_EX : LOCK_EX | LOCK_NB);
  while (result < 0 && errno == EINTR);
  if (result < 0 && errno == EWOULDBLOCK)
    return cshm__fail(err, CSHM_ERR_TIMEOUT, EWOULDBLOCK, "someone else has the store locked");
  return result < 0 ? cshm__fail_errno(err, errno, "cannot lock the store") : CSHM_OK;
}

void cshm__platform_directory_unlock(int directory) {
  int saved = errno;
  flock(directory, LOCK_UN);
  errno = saved;
}

void cshm__platform_directory_close(int directory) {
  cshm__platform_directory_unlock(directory);
  cshm__platform_close(directory);
}

cshm_status cshm__platform_directory_each(int directory, bool (*each)(void *user, const char *name), void *user,
                                          cshm_error *err) {
  /* a descriptor of its own: the stream takes it over, and its position is not shared */
  int fd = cshm__linux_openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  DIR *stream = fd < 0 ? NULL : fdopendir(fd);
  if (!stream) {
    int saved = errno;
    cshm__platform_close(fd);
    return cshm__fail_errno(err, saved, "cannot read the store's directory");
  }
  const struct dirent *entry;
  errno = 0;
  while ((entry = readdir(stream)) != NULL) {
    if (!each(user, entry->d_name)) break;
    errno = 0;
  }
  int saved = entry ? 0 : errno;
  closedir(stream);
  return saved ? cshm__fail_errno(err, saved, "cannot read the store's directory") : CSHM_OK;
}

/* ---- files ---- */

cshm_status cshm__platform_file_open(int directory, const char *name, const struct platform_share *share, int *file,
                                     cshm_error *err) {
  const struct linux_file wanted = {directory, name, "manifest", name, share};
  struct stat info;
  return cshm__linux_file_open(&wanted, false, file, &info, err);
}

cshm_status cshm__platform_file_read(int file, void *buffer, size_t size, size_t *length, cshm_error *err) {
  ssize_t got;
  do
    got = read(file, buffer, size);
  while (got < 0 && errno == EINTR);
  if (got < 0) return cshm__fail_errno(err, errno, "cannot read the manifest");
  *length = (size_t)got;
  return CSHM_OK;
}

static int write_all(int file, const unsigned char *bytes, size_t length) {
  while (length > 0) {
    ssize_t put = write(file, bytes, length);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    bytes += put;
    length -= (size_t)put;
  }
  return 0;
}

/* A write past that limit would end the process by a signal. */
static cshm_status check_file_limit(const char *name, size_t length, cshm_error *err) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY || length <= limit.rlim_cur)
    return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_NO_SPACE, EFBIG,
                    "cannot write manifest %s: wanted %zu bytes, and the file-size limit of the process is %llu; raise "
                    "it (ulimit -f)",
                    name, length, (unsigned long long)limit.rlim_cur);
}

/* An unnamed file gets a name only when it is whole; only a rename can replace, and only a named file be renamed. */
cshm_status cshm__platform_file_replace(int directory, const char *name, const struct platform_share *share,
                                        const void *data, size_t length, cshm_error *err) {
  char temporary[64], self[40];
  uint64_t random;
  cshm_status status = check_file_limit(name, length, err);
  if (!status) status = cshm__platform_random(&random, sizeof random, err);
  if (status) return status;
  snprintf(temporary, sizeof temporary, ".cute-shm.%016llx.tmp", (unsigned long long)random);
  bool named = false;
  int fd = cshm__linux_can_link() ? cshm__linux_openat(directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600) : -1;
  if (fd < 0) { /* a file system without unnamed files, or none that could name them */
    fd = cshm__linux_openat(directory, temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    named = fd >= 0;
  }
  if (fd < 0) return cshm__fail_errno(err, errno, "cannot write manifest %s", name);
  int failed = cshm__linux_file_give(fd, share);
  if (!failed) failed = write_all(fd, data, length);
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  if (!failed && !named) {
    if (linkat(AT_FDCWD, self, directory, temporary, AT_SYMLINK_FOLLOW) < 0) failed = errno;
    named = !failed;
  }
  if (!failed && renameat(directory, temporary, directory, name) < 0) failed = errno;
  if (failed && named) unlinkat(directory, temporary, 0);
  cshm__platform_close(fd);
  return failed ? cshm__fail_errno(err, failed, "cannot write manifest %s", name) : CSHM_OK;
}

cshm_status cshm__platform_file_written(int directory, const char *name, uint64_t *ns, cshm_error *err) {
  struct stat info;
  if (fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
    return cshm__fail_errno(err, errno, "cannot look at manifest %s", name);
  *ns = (uint64_t)info.st_mtim.tv_sec * 1000000000u + (uint64_t)info.st_mtim.tv_nsec;
  return CSHM_OK;
}

cshm_status cshm__platform_file_remove(int directory, const char *name, cshm_error *err) {
  if (unlinkat(directory, name, 0) < 0) return cshm__fail_errno(err, errno, "cannot remove manifest %s", name);
  return CSHM_OK;
}

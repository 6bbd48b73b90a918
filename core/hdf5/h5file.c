/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath, st_mtim */

#include "h5file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIGNATURE_SIZE 8
static const unsigned char signature[SIGNATURE_SIZE] = {0x89, 'H', 'D', 'F', '\r', '\n', 0x1A, '\n'};

/* ---- before HDF5 is asked -------------------------------------------------------------------------- */

static cshm_status look_at(const char *path, struct h5file *file, cshm_error *err) {
  struct stat info;
  if (stat(path, &info) != 0) {
    int saved = errno;
    if (saved == ENOENT || saved == ENOTDIR)
      return cshm__fail(err, CSHM_ERR_NOT_FOUND, saved, "no such file: %s", path);
    return cshm__fail_errno(err, saved, "cannot look at %s", path);
  }
  if (S_ISDIR(info.st_mode)) return cshm__fail(err, CSHM_ERR_HDF5, EISDIR, "%s is a directory, not an HDF5 file", path);
  if (!S_ISREG(info.st_mode))
    return cshm__fail(err, CSHM_ERR_HDF5, 0, "%s is not a regular file, so not an HDF5 file", path);
  if (info.st_size == 0) return cshm__fail(err, CSHM_ERR_HDF5, 0, "%s is empty, so not an HDF5 file", path);
  file->size = (uint64_t)info.st_size;
  file->mtime = info.st_mtim.tv_sec;
  file->mtime_ns = info.st_mtim.tv_nsec;
  return CSHM_OK;
}

/* What files that are often taken for HDF5 begin with. */
static const char *other_format(const unsigned char *head) {
  static const struct {
    const char *magic;
    const char *name;
  } known[] = {{"CDF", "netCDF before version 4"},
               {"\x0E\x03\x13\x01", "HDF4"},
               {"MATLAB 5", "MATLAB before version 7.3"},
               {"PK\x03\x04", "a zip archive, such as .npz"},
               {"\x93NUMPY", "numpy's .npy"},
               {"\x1F\x8B", "compressed by gzip"}};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (memcmp(head, known[i].magic, strlen(known[i].magic)) == 0) return known[i].name;
  return NULL;
}

/* HDF5's signature is at byte 0, or behind a user block of 512, 1024, 2048 ... bytes. */
static int open_file(const char *path) {
  int fd;
  do
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  while (fd < 0 && errno == EINTR);
  return fd;
}

/* As many bytes of a signature as there are; errno is 0, or why there are fewer. */
static size_t read_signature(int fd, uint64_t at, unsigned char bytes[SIGNATURE_SIZE]) {
  size_t length = 0;
  ssize_t got = 1;
  errno = 0;
  while (length < SIGNATURE_SIZE && got != 0) {
    got = pread(fd, bytes + length, SIGNATURE_SIZE - length, (off_t)(at + length));
    if (got < 0 && errno != EINTR) return length;
    if (got > 0) length += (size_t)got;
    errno = 0;
  }
  return length;
}

/* errno as above. */
static bool has_signature(int fd, uint64_t size) {
  unsigned char bytes[SIGNATURE_SIZE];
  errno = 0;
  for (uint64_t at = 0; at < size && errno == 0; at = at ? 2 * at : 512)
    if (read_signature(fd, at, bytes) == sizeof bytes && memcmp(bytes, signature, sizeof bytes) == 0) return true;
  return false;
}

static cshm_status check_signature(const char *path, uint64_t size, cshm_error *err) {
  unsigned char head[SIGNATURE_SIZE] = {0};
  int fd = open_file(path);
  if (fd < 0 && errno == EACCES) return cshm__fail(err, CSHM_ERR_PERMISSION, EACCES, "no permission to read %s", path);
  if (fd < 0) return cshm__fail_errno(err, errno, "cannot open %s", path);
  bool good = has_signature(fd, size);
  int failed = good ? 0 : errno;
  const char *other = !good && read_signature(fd, 0, head) > 0 ? other_format(head) : NULL;
  close(fd);
  if (good) return CSHM_OK;
  if (failed) return cshm__fail_errno(err, failed, "cannot read %s", path);
  if (other) return cshm__fail(err, CSHM_ERR_HDF5, 0, "%s is not an HDF5 file: it looks like %s", path, other);
  return cshm__fail(err, CSHM_ERR_HDF5, 0, "%s is not an HDF5 file: it has no HDF5 signature", path);
}

/* ---- what HDF5 says -------------------------------------------------------------------------------- */

cshm_status cshm__h5_file_newer(const char *path, const char *words, cshm_error *err) {
  return cshm__fail(err, CSHM_ERR_HDF5, 0,
                    "%s was written by a newer HDF5 than %s (%s); write it in an older format (h5py: libver='v110')",
                    path, cshm__h5_version(), words);
}

/* The number behind `name` in HDF5's words. */
static bool find_number(const char *words, const char *name, uint64_t *number) {
  const char *at = strstr(words, name);
  char *end = NULL;
  if (!at) return false;
  *number = strtoull(at + strlen(name), &end, 10);
  return end != at + strlen(name);
}

static cshm_status refused(const char *path, const struct h5file *file, const char *words, cshm_error *err) {
  uint64_t wanted;
  if (strstr(words, "truncated file") && find_number(words, "stored_eof = ", &wanted))
    return cshm__fail(err, CSHM_ERR_HDF5, 0,
                      "%s is truncated: it should have %" PRIu64 " bytes and has %" PRIu64 "; copy it again", path,
                      wanted, file->size);
  if (cshm__h5_words_newer(words)) return cshm__h5_file_newer(path, words, err);
  if (strstr(words, "already open for write"))
    return cshm__fail(
        err, CSHM_ERR_HDF5, 0,
        "%s is open for writing, or was left so by a program that ended too soon (HDF5: %s); if none has it "
        "open, clear the mark: h5clear -s FILE",
        path, words);
  if (strstr(words, "unable to lock file"))
    return cshm__fail(err, CSHM_ERR_HDF5, 0, "%s is being written by another program; try again when it is closed",
                      path);
  return cshm__fail(err, CSHM_ERR_HDF5, 0, "%s is damaged, or not a whole HDF5 file (HDF5: %s)", path, words);
}

/* How a file is opened. A program that has it open already must have opened it in the same way, says HDF5. */
static const struct manner {
  bool strong; /* closing takes along what an error left open */
  bool
      evict; /* else HDF5 keeps what it knows of each object: of 100,000 small datasets that is 400 MB. Few are opened again */
} manners[] = {{true, true}, {true, false}, {false, false}, {false, true}};

static hid_t make_access(const struct manner *manner) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  if (access < 0) return access;
  if (manner->strong) H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
  H5Pset_evict_on_close(access, manner->evict);
  H5Pset_fapl_sec2(access);                /* one file, whose descriptor others read from, too */
  H5Pset_file_locking(access, true, true); /* where a file system has no locks, reading goes on without */
  return access;
}

/* On failure `words` are HDF5's. */
static hid_t open_in_some_manner(const char *path, char *words, size_t size) {
  hid_t file = H5I_INVALID_HID;
  for (size_t i = 0; file < 0 && i < sizeof manners / sizeof manners[0]; i++) {
    if (i > 0 && !strstr(words, "doesn't match")) break;
    hid_t access = make_access(&manners[i]);
    file = access < 0 ? access : H5Fopen(path, H5F_ACC_RDONLY, access);
    if (file < 0) cshm__h5_words(words, size);
    if (access >= 0) H5Pclose(access);
  }
  return file;
}

cshm_status cshm__h5_file_open(const char *path, struct h5file *file, cshm_error *err) {
  cshm_status status = look_at(path, file, err);
  if (status == CSHM_OK) status = check_signature(path, file->size, err);
  if (status != CSHM_OK) return status;
  file->path = realpath(path, NULL);
  if (!file->path) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "out of memory while opening %s", path);
  char words[256];
  file->id = open_in_some_manner(path, words, sizeof words);
  return file->id < 0 ? refused(path, file, words, err) : CSHM_OK;
}

void cshm__h5_file_close(struct h5file *file) {
  if (file->id >= 0) H5Fclose(file->id);
  free(file->path);
  *file = (struct h5file)H5FILE_INIT;
}

/* SPDX-License-Identifier: MIT */
#define _XOPEN_SOURCE 700 /* realpath, pwrite */

#include "h5savefile.h"

#include "h5unnamed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME_TRIES 100
#define NAME_SIZE 48 /* of the temporary file, with its NUL */

/* ---- the driver that HDF5 writes through ----------------------------------------------------------- */

struct driven {
  H5FD_t base; /* HDF5's own; must be first */
  struct h5savefile *file;
  haddr_t end;   /* of what HDF5 has allocated */
  haddr_t bytes; /* of what it has written */
};

static H5FD_t *driver_open(const char *name, unsigned flags, hid_t access, haddr_t most) {
  struct h5savefile *const *info = (struct h5savefile *const *)H5Pget_driver_info(access);
  struct driven *driven = info ? (struct driven *)calloc(1, sizeof *driven) : NULL;
  (void)name, (void)flags, (void)most;
  if (driven) driven->file = *info;
  return (H5FD_t *)driven;
}

static herr_t driver_close(H5FD_t *base) {
  free(base);
  return 0;
}

static herr_t driver_query(const H5FD_t *base, unsigned long *flags) {
  (void)base;
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

static haddr_t driver_end(const H5FD_t *base, H5FD_mem_t kind) {
  (void)kind;
  return ((const struct driven *)base)->end;
}

static herr_t driver_set_end(H5FD_t *base, H5FD_mem_t kind, haddr_t end) {
  (void)kind;
  ((struct driven *)base)->end = end;
  return 0;
}

static haddr_t driver_bytes(const H5FD_t *base, H5FD_mem_t kind) {
  const struct driven *driven = (const struct driven *)base;
  (void)kind;
  return driven->bytes > driven->end ? driven->bytes : driven->end;
}

/* What was never written, and what could not be read, is zero: HDF5 will find out, and say so. */
static herr_t driver_read(H5FD_t *base, H5FD_mem_t kind, hid_t transfer, haddr_t address, size_t size, void *buffer) {
  const struct driven *driven = (const struct driven *)base;
  unsigned char *bytes = (unsigned char *)buffer;
  (void)kind, (void)transfer;
  while (size > 0) {
    ssize_t got = pread(driven->file->fd, bytes, size, (off_t)address);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    bytes += got;
    address += (haddr_t)got;
    size -= (size_t)got;
  }
  memset(bytes, 0, size);
  return 0;
}

static herr_t driver_write(H5FD_t *base, H5FD_mem_t kind, hid_t transfer, haddr_t address, size_t size,
                           const void *buffer) {
  struct driven *driven = (struct driven *)base;
  (void)kind, (void)transfer;
  cshm__h5_savefile_write(driven->file, address, buffer, size);
  if (address + size > driven->bytes) driven->bytes = address + size;
  return 0;
}

static herr_t driver_truncate(H5FD_t *base, hid_t transfer, hbool_t closing) {
  struct driven *driven = (struct driven *)base;
  int result;
  (void)transfer, (void)closing;
  do
    result = ftruncate(driven->file->fd, (off_t)driven->end);
  while (result != 0 && errno == EINTR);
  if (result != 0 && driven->file->failed == 0) driven->file->failed = errno;
  driven->bytes = driven->end;
  return 0;
}

static const H5FD_class_t driver = {
#ifdef H5FD_CLASS_VERSION /* since HDF5 1.14 */
    .version = H5FD_CLASS_VERSION,
    .value = (H5FD_class_value_t)600,
#endif
    .name = "cute-shm",
    .maxaddr = (haddr_t)INT64_MAX,
    .fc_degree = H5F_CLOSE_STRONG,
    .fapl_size = sizeof(struct h5savefile *),
    .open = driver_open,
    .close = driver_close,
    .query = driver_query,
    .get_eoa = driver_end,
    .set_eoa = driver_set_end,
    .get_eof = driver_bytes,
    .read = driver_read,
    .write = driver_write,
    .truncate = driver_truncate,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

void cshm__h5_savefile_write(struct h5savefile *file, uint64_t address, const void *data, uint64_t nbytes) {
  const unsigned char *bytes = (const unsigned char *)data;
  while (nbytes > 0 && file->failed == 0) {
    ssize_t put = pwrite(file->fd, bytes, (size_t)nbytes, (off_t)address);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) {
      file->failed = put < 0 ? errno : EIO;
      return;
    }
    bytes += put;
    address += (uint64_t)put;
    nbytes -= (uint64_t)put;
  }
}

cshm_status cshm__h5_savefile_check(const struct h5savefile *file, cshm_error *err) {
  return file->failed ? cshm__fail_errno(err, file->failed, "cannot write %s", file->path) : CSHM_OK;
}

/* ---- its names ------------------------------------------------------------------------------------- */

static cshm_status no_memory(const char *path, cshm_error *err) {
  return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "out of memory while making %s", path);
}

/* Looks at what is at the path; *mode are the permissions of a file that will be replaced, or 0. */
static cshm_status look_at(struct h5savefile *file, const char *path, mode_t *mode, cshm_error *err) {
  struct stat info;
  *mode = 0;
  if (stat(path, &info) != 0) {
    int saved = errno;
    if (saved != ENOENT) return cshm__fail_errno(err, saved, "cannot look at %s", path);
    file->path = strdup(path);
    return file->path ? CSHM_OK : no_memory(path, err);
  }
  if (!file->overwrite)
    return cshm__fail(err, CSHM_ERR_EXISTS, EEXIST, "%s is there already; choose another name, or overwrite it", path);
  if (!S_ISREG(info.st_mode))
    return cshm__fail(err, CSHM_ERR_EXISTS, 0, "%s is not a regular file, and is not overwritten", path);
  *mode = info.st_mode & 07777;
  file->path = realpath(path, NULL);
  return file->path ? CSHM_OK : cshm__fail_errno(err, errno, "cannot look at %s", path);
}

static cshm_status find_folder(struct h5savefile *file, cshm_error *err) {
  const char *slash = strrchr(file->path, '/');
  size_t length = slash ? (size_t)(slash - file->path) + 1 : 2;
  if (slash ? slash[1] == '\0' : file->path[0] == '\0')
    return cshm__fail(err, CSHM_ERR_BAD_NAME, 0, "\"%s\" is not the name of a file", file->path);
  file->folder = (char *)calloc(length + 1, 1);
  if (!file->folder) return no_memory(file->path, err);
  memcpy(file->folder, slash ? file->path : "./", length);
  return CSHM_OK;
}

static int take_name(int fd, const char *name) {
  return fd >= 0 ? cshm__h5_unnamed_name(fd, name) : open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

/* Finds a name in the folder that nobody has, short, so that it fits wherever the file's own does, for a file that is open, or for
 * a new one (`fd` negative). Returns what that call does. */
static int find_name(struct h5savefile *file, int fd) {
  size_t size = strlen(file->folder) + NAME_SIZE;
  char *name = (char *)malloc(size);
  int made = -1;
  errno = name ? EEXIST : ENOMEM;
  for (int i = 0; name && i < NAME_TRIES && made < 0 && (errno == EEXIST || errno == EINTR); i++) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(name, size, "%s.cute-shm.%lx.%lx.part", file->folder, (unsigned long)getpid(),
             (unsigned long)now.tv_nsec + (unsigned long)i);
    made = take_name(fd, name);
  }
  int saved = errno;
  if (made >= 0) file->temporary = name;
  if (made < 0) free(name);
  errno = saved;
  return made;
}

static cshm_status make_temporary(struct h5savefile *file, mode_t mode, cshm_error *err) {
  file->fd = cshm__h5_unnamed_open(file->folder);
  if (file->fd == H5UNNAMED_NOT_HERE) file->fd = find_name(file, -1);
  if (file->fd < 0) {
    int saved = errno;
    if (saved == ENOMEM) return no_memory(file->path, err);
    if (saved == ENOENT) return cshm__fail(err, CSHM_ERR_NOT_FOUND, saved, "no such folder: %s", file->folder);
    return cshm__fail_errno(err, saved, "cannot make a file in %s", file->folder);
  }
  if (mode != 0 && fchmod(file->fd, mode) != 0)
    return cshm__fail_errno(err, errno, "cannot give the new %s the permissions of the file that it replaces",
                            file->path);
  return CSHM_OK;
}

/* ---- HDF5's side ----------------------------------------------------------------------------------- */

static hid_t create_file(struct h5savefile *file, char *words, size_t size) {
  hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_FILE_CREATE), id = H5I_INVALID_HID;
  file->driver = H5FDregister(&driver);
  /* The oldest format that has attributes of any size and keeps the order of links: HDF5 1.8 reads it. */
  if (file->driver >= 0 && H5Pset_driver(access, file->driver, (const void *)&file) >= 0 &&
      H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_LATEST) >= 0 &&
      H5Pset_fclose_degree(access, H5F_CLOSE_STRONG) >= 0 &&
      H5Pset_link_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0 &&
      H5Pset_attr_creation_order(creation, H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED) >= 0 &&
      H5Pset_obj_track_times(creation, false) >= 0)
    id = H5Fcreate(file->path, H5F_ACC_TRUNC, creation, access);
  if (id < 0) cshm__h5_words(words, size);
  if (access >= 0) H5Pclose(access);
  if (creation >= 0) H5Pclose(creation);
  return id;
}

cshm_status cshm__h5_savefile_begin(struct h5savefile *file, const char *path, bool overwrite, cshm_error *err) {
  mode_t mode;
  file->overwrite = overwrite;
  cshm_status status = look_at(file, path, &mode, err);
  if (!status) status = find_folder(file, err);
  if (!status) status = make_temporary(file, mode, err);
  if (status) return status;
  char words[256] = "";
  file->id = create_file(file, words, sizeof words);
  if (file->id >= 0) return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_HDF5, 0, "%s cannot be made (HDF5: %s)", path, words);
}

static cshm_status not_named(const struct h5savefile *file, int saved, cshm_error *err) {
  return cshm__fail_errno(err, saved, "cannot give the file its name %s", file->path);
}

/* Without leave to overwrite, a file that has come in the meantime wins: a link cannot replace it. */
static cshm_status give_new_name(struct h5savefile *file, cshm_error *err) {
  int result = file->temporary ? link(file->temporary, file->path) : cshm__h5_unnamed_name(file->fd, file->path);
  if (result == 0) return CSHM_OK; /* a second name goes at the end */
  int saved = errno;
  if (saved == EEXIST || access(file->path, F_OK) == 0)
    return cshm__fail(err, CSHM_ERR_EXISTS, EEXIST, "%s has come into being while it was saved; it is untouched",
                      file->path);
  /* A file system without links. */
  if (!file->temporary || rename(file->temporary, file->path) != 0) return not_named(file, saved, err);
  free(file->temporary);
  file->temporary = NULL;
  return CSHM_OK;
}

static cshm_status replace(struct h5savefile *file, cshm_error *err) {
  if (!file->temporary && find_name(file, file->fd) < 0) return not_named(file, errno, err);
  if (rename(file->temporary, file->path) != 0) return not_named(file, errno, err);
  free(file->temporary);
  file->temporary = NULL;
  return CSHM_OK;
}

/* A file that had a name from the beginning has two when it was linked to its own. */
static cshm_status drop_second_name(struct h5savefile *file, cshm_error *err) {
  cshm_status status = CSHM_OK;
  if (file->temporary && unlink(file->temporary) != 0)
    status = cshm__fail_errno(err, errno, "%s is saved, but its other name %s cannot be removed", file->path,
                              file->temporary);
  free(file->temporary);
  file->temporary = NULL;
  return status;
}

static cshm_status give_name(struct h5savefile *file, cshm_error *err) {
  cshm_status status = file->overwrite ? replace(file, err) : give_new_name(file, err);
  return status ? status : drop_second_name(file, err);
}

static int sync_file(int fd) {
  int result;
  do
    result = fsync(fd);
  while (result != 0 && errno == EINTR);
  return result;
}

/* So that the name survives a power cut, too. A file system that cannot do that has done what it can. */
static void sync_folder(const struct h5savefile *file) {
  int fd = open(file->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  sync_file(fd);
  close(fd);
}

static bool close_file(struct h5savefile *file) {
  bool good = file->id < 0 || H5Fclose(file->id) >= 0;
  if (file->driver >= 0) H5FDunregister(file->driver);
  file->id = H5I_INVALID_HID;
  file->driver = H5I_INVALID_HID;
  return good;
}

cshm_status cshm__h5_savefile_commit(struct h5savefile *file, cshm_error *err) {
  bool good = close_file(file);
  cshm_status status = cshm__h5_savefile_check(file, err);
  if (status) return status;
  if (!good) return cshm__fail(err, CSHM_ERR_HDF5, 0, "%s cannot be closed", file->path);
  if (sync_file(file->fd) != 0) return cshm__fail_errno(err, errno, "cannot write %s", file->path);
  status = give_name(file, err);
  if (!status) sync_folder(file);
  return status;
}

void cshm__h5_savefile_end(struct h5savefile *file, cshm_status status, cshm_error *err) {
  close_file(file);
  if (file->fd >= 0) close(file->fd);
  if (file->temporary && unlink(file->temporary) != 0 && errno != ENOENT && status)
    cshm__fail_about(err, status, "%s is left behind (%s)", file->temporary, strerror(errno));
  free(file->temporary);
  free(file->folder);
  free(file->path);
  *file = (struct h5savefile)H5SAVEFILE_INIT;
}

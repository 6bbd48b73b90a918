/* SPDX-License-Identifier: MIT */
/* Linux: who shares a store, who is trusted, and what they are given. */
#define _GNU_SOURCE
#include "platform_linux_share.h"
#include "error.h"
#include "platform_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GROUP_BUFFER_LEAST 1024u
#define GROUP_BUFFER_MOST (1u << 20) /* bytes for a group with all its members' names */
#define NO_GROUP UINT32_MAX

/* ---- groups ---- */

/* Asks by name, or where that is NULL by number. errno, or 0: then *found tells whether there is one, and `name` of
 * PLATFORM_GROUP_NAME bytes is its name. */
static int look_up(const char *by_name, gid_t number, bool *found, gid_t *group, char *name) {
  int failed = ERANGE;
  for (size_t size = GROUP_BUFFER_LEAST; failed == ERANGE && size <= GROUP_BUFFER_MOST; size *= 4) {
    struct group entry, *result = NULL;
    char *buffer = malloc(size);
    if (!buffer) return ENOMEM;
    failed = by_name ? getgrnam_r(by_name, &entry, buffer, size, &result)
                     : getgrgid_r(number, &entry, buffer, size, &result);
    *found = !failed && result;
    if (*found) {
      *group = entry.gr_gid;
      snprintf(name, PLATFORM_GROUP_NAME, "%s", entry.gr_name);
    }
    free(buffer);
  }
  return failed == ERANGE ? 0 : failed;
}

void cshm__platform_group_name(uint32_t group, char name[PLATFORM_GROUP_NAME]) {
  bool found = false;
  gid_t same;
  if (look_up(NULL, group, &found, &same, name) != 0 || !found)
    snprintf(name, PLATFORM_GROUP_NAME, "%lu", (unsigned long)group);
}

/* NO_GROUP: it is no number of a group. */
static uint32_t number_of(const char *text) {
  uint64_t number = 0;
  size_t length = strlen(text);
  if (length == 0 || length > 10 || strspn(text, "0123456789") != length) return NO_GROUP;
  for (const char *digit = text; *digit; digit++)
    number = number * 10 + (uint64_t)(*digit - '0');
  return number < NO_GROUP ? (uint32_t)number : NO_GROUP;
}

cshm_status cshm__platform_group_find(const char *text, uint32_t *group, cshm_error *err) {
  char name[PLATFORM_GROUP_NAME];
  bool found = false;
  gid_t number = 0;
  int failed = look_up(text, 0, &found, &number, name);
  if (!failed && found) {
    *group = (uint32_t)number;
    return CSHM_OK;
  }
  uint32_t given = number_of(text);
  if (given == NO_GROUP)
    return cshm__fail(err, CSHM_ERR_NOT_FOUND, failed,
                      "there is no group \"%.64s\" on this system: name one (`id -Gn` tells yours), or give its number",
                      text);
  *group = given;
  return CSHM_OK;
}

static bool has_group(gid_t group) {
  if (getegid() == group) return true;
  int count = getgroups(0, NULL);
  gid_t *groups = count > 0 ? malloc((size_t)count * sizeof *groups) : NULL;
  bool found = false;
  count = groups ? getgroups(count, groups) : 0;
  for (int i = 0; i < count && !found; i++)
    found = groups[i] == group;
  free(groups);
  return found;
}

cshm_status cshm__platform_group_check(uint32_t group, cshm_error *err) {
  char name[PLATFORM_GROUP_NAME];
  if (geteuid() == 0 || has_group(group)) return CSHM_OK;
  cshm__platform_group_name(group, name);
  return cshm__fail(
      err, CSHM_ERR_PERMISSION, 0,
      "user %lu is not a member of group %s, or was not when this session began: have the user put into it "
      "(usermod -aG %s), and log in again",
      (unsigned long)geteuid(), name, name);
}

/* ---- directories ---- */

static bool is_shared(const struct platform_share *share) { return share && share->shared; }

static bool is_mine(const struct stat *info) { return info->st_uid == geteuid(); }

bool cshm__linux_directory_is_shared(const struct stat *info, const struct platform_share *share) {
  return info->st_gid == share->group && (info->st_mode & S_ISGID) && !(info->st_mode & S_IWOTH);
}

/* As cshm__linux_directory_give leaves them, whatever the group. */
static bool looks_shared(const struct stat *info) {
  return (info->st_mode & S_ISGID) && (info->st_mode & S_IRGRP) && (info->st_mode & S_IXGRP) &&
         !(info->st_mode & S_IRWXO);
}

static cshm_status trust_private(const struct stat *info, const char *path, cshm_error *err) {
  char group[PLATFORM_GROUP_NAME];
  if (looks_shared(info)) {
    cshm__platform_group_name(info->st_gid, group);
    return cshm__fail(
        err, CSHM_ERR_PERMISSION, 0,
        "store %s is refused: it is shared with group %s, and belongs to user %lu: who uses it must name that "
        "group (option group, or CUTE_SHM_GROUP=%s)",
        path, group, (unsigned long)info->st_uid, group);
  }
  if (info->st_uid != 0 && !is_mine(info))
    return cshm__fail(
        err, CSHM_ERR_PERMISSION, 0,
        "store %s is refused: it belongs to user %lu, not to user %lu; set CUTE_SHM_ROOT to a directory of yours", path,
        (unsigned long)info->st_uid, (unsigned long)geteuid());
  if ((info->st_mode & S_IWOTH) && !(info->st_mode & S_ISVTX))
    return cshm__fail(err, CSHM_ERR_PERMISSION, 0,
                      "store %s is refused: everybody can change what is in it (mode %04o); chmod o-w it, or set "
                      "CUTE_SHM_ROOT to another directory",
                      path, (unsigned)(info->st_mode & 07777u));
  return CSHM_OK;
}

static cshm_status trust_shared(const struct stat *info, const char *path, const struct platform_share *share,
                                cshm_error *err) {
  char group[PLATFORM_GROUP_NAME], theirs[PLATFORM_GROUP_NAME];
  if (cshm__linux_directory_is_shared(info, share) || is_mine(info)) return CSHM_OK;
  cshm__platform_group_name(share->group, group);
  cshm__platform_group_name(info->st_gid, theirs);
  return cshm__fail(
      err, CSHM_ERR_PERMISSION, 0,
      "store %s is refused: it is not a store of group %s: it belongs to user %lu and group %s, with mode %04o, "
      "where setgid and nothing writable for others is wanted; have it removed, or set CUTE_SHM_ROOT to "
      "another directory",
      path, group, (unsigned long)info->st_uid, theirs, (unsigned)(info->st_mode & 07777u));
}

cshm_status cshm__linux_directory_trust(const struct stat *info, const char *path, const struct platform_share *share,
                                        cshm_error *err) {
  if (S_ISLNK(info->st_mode))
    return cshm__fail(err, CSHM_ERR_PERMISSION, 0, "store %s is refused: it is a symbolic link; give its target's path",
                      path);
  if (!S_ISDIR(info->st_mode)) return cshm__fail(err, CSHM_ERR_BAD_NAME, 0, "store %s is not a directory", path);
  return is_shared(share) ? trust_shared(info, path, share, err) : trust_private(info, path, err);
}

cshm_status cshm__linux_directory_give(int directory, const char *path, const struct platform_share *share,
                                       cshm_error *err) {
  struct stat info;
  mode_t mode = S_ISGID | (share->writable ? 0770 : 0750);
  if (fchown(directory, (uid_t)-1, share->group) < 0 || fchmod(directory, mode) < 0 || fstat(directory, &info) < 0)
    return cshm__fail_errno(err, errno, "cannot give store %s to group %lu", path, (unsigned long)share->group);
  if (cshm__linux_directory_is_shared(&info, share)) return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_PERMISSION, 0,
                    "cannot give store %s to group %lu: the system has dropped the setgid bit (mode %04o)", path,
                    (unsigned long)share->group, (unsigned)(info.st_mode & 07777u));
}

/* ---- files ---- */

static cshm_status trust_file(const struct stat *info, const struct linux_file *file, cshm_error *err) {
  char group[PLATFORM_GROUP_NAME], theirs[PLATFORM_GROUP_NAME];
  if (is_shared(file->share)) {
    if (info->st_gid == file->share->group && !(info->st_mode & S_IWOTH)) return CSHM_OK;
    cshm__platform_group_name(file->share->group, group);
    cshm__platform_group_name(info->st_gid, theirs);
    return cshm__fail(err, CSHM_ERR_PERMISSION, 0,
                      "%s %s is refused: it is not of group %s: it belongs to user %lu and group %s, with mode %04o",
                      file->kind, file->name, group, (unsigned long)info->st_uid, theirs,
                      (unsigned)(info->st_mode & 07777u));
  }
  if (info->st_uid == 0 || is_mine(info)) return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_PERMISSION, 0, "%s %s is refused: it belongs to user %lu, not to user %lu",
                    file->kind, file->name, (unsigned long)info->st_uid, (unsigned long)geteuid());
}

static const char *type_of(mode_t mode) {
  return S_ISFIFO(mode) ? "a FIFO" : S_ISSOCK(mode) ? "a socket" : S_ISDIR(mode) ? "a directory" : "a device";
}

static cshm_status wrong_type(const struct linux_file *file, mode_t mode, cshm_error *err) {
  if (S_ISLNK(mode))
    return cshm__fail(err, CSHM_ERR_PERMISSION, ELOOP, "%s %s is refused: it is a symbolic link; remove it", file->kind,
                      file->name);
  return cshm__fail(err, CSHM_ERR_CORRUPT, 0, "%s %s is refused: it is %s, not a regular file", file->kind, file->name,
                    type_of(mode));
}

/* What kept a file from being opened, in words. What is no file may have said nearly anything. */
static cshm_status cannot_open(const struct linux_file *file, bool writable, int failed, cshm_error *err) {
  struct stat info;
  if (failed == ENOENT) return CSHM_ERR_NOT_FOUND;
  bool seen = fstatat(file->directory, file->path, &info, AT_SYMLINK_NOFOLLOW) == 0;
  if (seen && !S_ISREG(info.st_mode)) return wrong_type(file, info.st_mode, err);
  if (seen && failed == EACCES && writable && (info.st_mode & S_IRGRP) && is_shared(file->share))
    return cshm__fail(
        err, CSHM_ERR_PERMISSION, failed,
        "%s %s may only be read by user %lu: it belongs to user %lu, who shares it with the group to be read "
        "(access r)",
        file->kind, file->name, (unsigned long)geteuid(), (unsigned long)info.st_uid);
  return cshm__fail_errno(err, failed, "cannot open %s %s", file->kind, file->name);
}

cshm_status cshm__linux_file_open(const struct linux_file *file, bool writable, int *descriptor, struct stat *info,
                                  cshm_error *err) {
  int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  int fd = cshm__linux_openat(file->directory, file->path, flags | (writable ? O_RDWR : O_RDONLY), 0);
  if (fd < 0) return cannot_open(file, writable, errno, err);
  cshm_status status;
  if (fstat(fd, info) < 0)
    status = cshm__fail_errno(err, errno, "cannot look at %s %s", file->kind, file->name);
  else if (!S_ISREG(info->st_mode))
    status = wrong_type(file, info->st_mode, err);
  else
    status = trust_file(info, file, err);
  if (status) {
    cshm__platform_close(fd);
    return status;
  }
  *descriptor = fd;
  return CSHM_OK;
}

cshm_status cshm__platform_path_open(const char *path, int *file, cshm_error *err) {
  struct stat info;
  int fd = cshm__linux_openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
  if (fd < 0 && errno != ENXIO) return cshm__fail_errno(err, errno, "cannot open %s", path);
  bool is_file = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  if (!is_file) {
    cshm__platform_close(fd);
    return cshm__fail(err, CSHM_ERR_CORRUPT, 0, "%s is refused: wanted a regular file", path);
  }
  *file = fd;
  return CSHM_OK;
}

int cshm__linux_file_give(int file, const struct platform_share *share) {
  if (!is_shared(share)) return 0; /* 0600 as it was made: no umask takes that away */
  if (fchown(file, (uid_t)-1, share->group) < 0 || fchmod(file, share->writable ? 0660 : 0640) < 0) return errno;
  return 0;
}

bool cshm__platform_segment_may_join(int segment, int directory, const struct platform_share *share) {
  struct stat made, store;
  if (fstat(segment, &made) < 0) return false;
  if (made.st_uid == 0 || is_mine(&made)) return true;
  if (directory < 0) return is_shared(share) && share->writable;
  return fstat(directory, &store) == 0 &&
         (made.st_uid == store.st_uid || (is_shared(share) && (store.st_mode & S_IWGRP)));
}

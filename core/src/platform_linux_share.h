/* platform_linux_share: what this platform's files ask of each other: who is trusted, and who is given what. */
#ifndef CUTESHM_PLATFORM_LINUX_SHARE_H
#define CUTESHM_PLATFORM_LINUX_SHARE_H

#include "platform.h"

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <sys/stat.h>

/* A file that is to be opened. */
struct linux_file {
  int directory;    /* descriptor that `path` starts from, or AT_FDCWD */
  const char *path; /* in the system's words */
  const char *kind; /* in ours: "manifest" */
  const char *name; /* in ours */
  const struct platform_share *share;
};

/* Opens a regular file of ours and looks at it, *info. Follows no symlink, waits for no FIFO, takes no terminal. CSHM_ERR_NOT_FOUND
 * without words; CSHM_ERR_PERMISSION, CSHM_ERR_CORRUPT: not a regular file. */
cshm_status cshm__linux_file_open(const struct linux_file *file, bool writable, int *descriptor, struct stat *info,
                                  cshm_error *err);

/* Gives an open file to whom it is shared with, before it has a name, whatever the umask: 0640 or 0660. errno, or 0. */
int cshm__linux_file_give(int file, const struct platform_share *share);

/* Whether a directory is of that share's group: such as only a member, or root, can have made, and only they can change. */
bool cshm__linux_directory_is_shared(const struct stat *info, const struct platform_share *share);

/* CSHM_ERR_PERMISSION: a symlink, or another's, or one that everybody can change; CSHM_ERR_BAD_NAME: no directory. One of this
 * user that is to be shared, and is not yet, is trusted. */
cshm_status cshm__linux_directory_trust(const struct stat *info, const char *path, const struct platform_share *share,
                                        cshm_error *err);

/* Makes an open directory of this user the group's: 02750 or 02770. */
cshm_status cshm__linux_directory_give(int directory, const char *path, const struct platform_share *share,
                                       cshm_error *err);

#endif

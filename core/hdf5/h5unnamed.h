/* SPDX-License-Identifier: MIT */
/* h5unnamed: a file that has no name until it is whole: whoever is killed before leaves nothing. The system's side. */
#ifndef CUTESHM_H5UNNAMED_H
#define CUTESHM_H5UNNAMED_H

/* Opens a new file without a name in a folder, which ends in "/", to be read and written, with the permissions of a file that is
 * made there. Negative: errno, or H5UNNAMED_NOT_HERE where system or file system know no such files. */
int cshm__h5_unnamed_open(const char *folder);
#define H5UNNAMED_NOT_HERE (-2)

/* Gives it a name that nobody has. 0, or -1 and errno. */
int cshm__h5_unnamed_name(int fd, const char *path);

#endif

/* SPDX-License-Identifier: MIT */
/* platform_linux: what the files of this system share. */
#ifndef CUTESHM_PLATFORM_LINUX_H
#define CUTESHM_PLATFORM_LINUX_H

/* openat, repeated while it is interrupted: network file systems and those of user programs do that. `mode` counts only with
 * flags that make a file. */
int cshm__linux_openat(int directory, const char *path, int flags, unsigned mode);

#endif

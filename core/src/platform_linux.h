/* SPDX-License-Identifier: MIT */
/* platform_linux: what the files of this system share. */
#ifndef CUTESHM_PLATFORM_LINUX_H
#define CUTESHM_PLATFORM_LINUX_H

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stdint.h>

/* openat, repeated while it is interrupted: network file systems and those of user programs do that. `mode` counts only with
 * flags that make a file. */
int cshm__linux_openat(int directory, const char *path, int flags, unsigned mode);

/* Makes an empty file of shared memory `size` bytes long, all zero, all of them reserved. `sealed`: it lies in the kernel's own
 * file system, and not in /dev/shm. CSHM_ERR_NO_SPACE in words; the file is then empty as before, as far as that can be had. */
cshm_status cshm__linux_reserve(int segment, uint64_t size, bool sealed, cshm_error *err);

#endif

/* SPDX-License-Identifier: MIT */
/* platform_linux_reserve: memory for a new segment, all of it at once. */
#ifndef CUTESHM_PLATFORM_LINUX_RESERVE_H
#define CUTESHM_PLATFORM_LINUX_RESERVE_H

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stdint.h>

/* Makes an empty file of shared memory `size` bytes long, all zero, all of them reserved. `sealed`: it lies in the kernel's own
 * file system, and not in /dev/shm. CSHM_ERR_NO_SPACE in words; the file is then empty as before, as far as that can be had. */
cshm_status cshm__linux_reserve(int segment, uint64_t size, bool sealed, cshm_error *err);

#endif

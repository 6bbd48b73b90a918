/* SPDX-License-Identifier: MIT */
/* Linux: files in the making. Where it can be they have no name; else one that says so. */
#ifndef CUTESHM_PLATFORM_LINUX_BUILD_H
#define CUTESHM_PLATFORM_LINUX_BUILD_H

#include <stdbool.h>

#define SHM_DIRECTORY "/dev/shm"
#define SEGMENT_NEW ".new" /* the end of a name in the making */
#define SHM_PATH_SIZE (sizeof SHM_DIRECTORY + 256)

/* The path of a segment: "/dev/shm/<name><end>". */
void cshm__linux_segment_path(const char *name, const char *end, char path[SHM_PATH_SIZE]);

/* Whether a segment has, of its two names, its own and that of the making: its builder was killed between taking and leaving them. */
bool cshm__linux_is_half_named(int segment, const char *name);

/* Whether an unnamed file can be given a name: by its link in /proc. */
bool cshm__linux_can_link(void);

/* A new file in /dev/shm, empty, for this user alone, the builder's lease taken with it. A descriptor, or -1 and errno. */
int cshm__linux_build(const char *name);

#endif

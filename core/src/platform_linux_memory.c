/* SPDX-License-Identifier: MIT */
/* Linux: how much shared memory can be had, and which limit is the nearest. */
#define _GNU_SOURCE
#include "error.h"
#include "platform.h"
#include "platform_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SMALL ((uint64_t)1 << 20) /* below it only the file system is asked: the rest costs more than it tells */
#define UNKNOWN UINT64_MAX

/* The nearest limit seen so far. */
struct budget {
  uint64_t free;
  const char *limit;
  const char *cure;
};

static void consider(struct budget *budget, uint64_t left, const char *limit, const char *cure) {
  if (left >= budget->free) return;
  budget->free = left;
  budget->limit = limit;
  budget->cure = cure;
}

/* A small file of the kernel's as a string; false where it cannot be read. */
static bool read_text(const char *path, char *text, size_t size) {
  int fd = cshm__linux_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return false;
  ssize_t got;
  do
    got = read(fd, text, size - 1);
  while (got < 0 && errno == EINTR);
  cshm__platform_close(fd);
  if (got < 0) return false;
  text[got] = '\0';
  return true;
}

static uint64_t read_number(const char *directory, const char *name) {
  char path[4400], text[64];
  char *end;
  snprintf(path, sizeof path, "%s/%s", directory, name);
  if (!read_text(path, text, sizeof text)) return UNKNOWN;
  unsigned long long value = strtoull(text, &end, 10); /* "max" is no number, and no limit */
  return end == text ? UNKNOWN : (uint64_t)value;
}

static void consider_filesystem(struct budget *budget) {
  struct statvfs info;
  if (statvfs("/dev/shm", &info) < 0 || info.f_blocks == 0) return;
  consider(budget, (uint64_t)info.f_bavail * info.f_frsize, "free space of /dev/shm",
           "unlink a project, or enlarge /dev/shm (in a container: --shm-size)");
}

static void consider_machine(struct budget *budget) {
  char text[4096];
  if (!read_text("/proc/meminfo", text, sizeof text)) return;
  const char *line = strstr(text, "MemAvailable:");
  if (line)
    consider(budget, (uint64_t)strtoull(line + strlen("MemAvailable:"), NULL, 10) * 1024,
             "memory available on the machine", "unlink a project or end other programs");
}

/* A control group and all above it: each may be the one that is full. */
static void consider_groups(struct budget *budget, const char *mount, char *group, const char *limit,
                            const char *usage) {
  char path[4300];
  for (;;) {
    snprintf(path, sizeof path, "%s%s", mount, group);
    uint64_t most = read_number(path, limit), used = read_number(path, usage);
    if (most != UNKNOWN && used != UNKNOWN)
      consider(budget, most > used ? most - used : 0, "memory limit of the control group",
               "raise it (in a container: --memory)");
    char *slash = strrchr(group, '/');
    if (!slash) break;
    *slash = '\0';
  }
}

/* Lines of /proc/self/cgroup are "number:controllers:path"; version 2 is "0::path". */
static void consider_control_groups(struct budget *budget) {
  char text[4096];
  if (!read_text("/proc/self/cgroup", text, sizeof text)) return;
  char *state = NULL;
  for (char *line = strtok_r(text, "\n", &state); line; line = strtok_r(NULL, "\n", &state)) {
    char *controllers = strchr(line, ':');
    char *group = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!group) continue;
    *group++ = '\0';
    if (controllers[1] == '\0')
      consider_groups(budget, "/sys/fs/cgroup", group, "memory.max", "memory.current");
    else if (strstr(controllers, "memory"))
      consider_groups(budget, "/sys/fs/cgroup/memory", group, "memory.limit_in_bytes", "memory.usage_in_bytes");
  }
}

static void consider_process(struct budget *budget) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) /* else SIGXFSZ would end the process */
    consider(budget, (uint64_t)limit.rlim_cur, "file-size limit of the process", "raise it (ulimit -f)");
  if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
    consider(budget, (uint64_t)limit.rlim_cur, "address-space limit of the process", "raise it (ulimit -v)");
}

cshm_status cshm__platform_memory_check(uint64_t wanted, bool sealed, cshm_error *err) {
  struct budget budget = {UNKNOWN, NULL, NULL};
  if (!sealed) consider_filesystem(&budget);
  consider_process(&budget);
  if (wanted >= SMALL) {
    consider_machine(&budget);
    consider_control_groups(&budget);
  }
  if (wanted <= budget.free) return CSHM_OK;
  return cshm__fail(err, CSHM_ERR_NO_SPACE, ENOSPC,
                    "not enough shared memory: wanted %llu bytes, free %llu bytes (%s); %s", (unsigned long long)wanted,
                    (unsigned long long)budget.free, budget.limit, budget.cure);
}

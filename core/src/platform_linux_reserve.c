/* SPDX-License-Identifier: MIT */
/* Linux: memory for a new segment, all of it at once. */
#define _GNU_SOURCE
#include "error.h"
#include "platform.h"
#include "platform_linux.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define RESERVE_MOST ((uint64_t)128 << 20)
#define RESERVE_LEAST ((uint64_t)64 << 10)

/* fallocate, so that memory that is not there is an error now and not a SIGBUS later. When it is interrupted tmpfs undoes
 * the piece: so pieces become smaller with each signal, and a timer, however fast, does not keep it from getting on. */
static int reserve_pieces(int segment, uint64_t size) {
  uint64_t piece = RESERVE_MOST;
  for (uint64_t done = 0; done < size;) {
    uint64_t step = size - done < piece ? size - done : piece;
    if (fallocate(segment, 0, (off_t)done, (off_t)step) == 0)
      done += step;
    else if (errno != EINTR)
      return errno;
    else if (piece > RESERVE_LEAST)
      piece /= 2;
  }
  return 0;
}

cshm_status cshm__linux_reserve(int segment, uint64_t size, bool sealed, cshm_error *err) {
  int failed = reserve_pieces(segment, size);
  if (failed == 0) return CSHM_OK;
  if (failed == ENOSPC || failed == ENOMEM || failed == EFBIG) {
    cshm_status status = CSHM_OK;
    if (ftruncate(segment, 0) == 0)                            /* what there is of it is not in the way of itself */
      status = cshm__platform_memory_check(size, sealed, err); /* knows more words than errno does */
    if (status) return status;
    return cshm__fail(err, CSHM_ERR_NO_SPACE, failed,
                      "not enough shared memory: wanted %llu bytes, and %s ran out while they were reserved; %s",
                      (unsigned long long)size, sealed ? "the machine" : "/dev/shm",
                      sealed ? "unlink a project or end other programs"
                             : "unlink a project or enlarge /dev/shm (in a container: --shm-size)");
  }
  return cshm__fail_errno(err, failed, "cannot reserve %llu bytes of shared memory", (unsigned long long)size);
}

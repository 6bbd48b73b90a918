/* SPDX-License-Identifier: MIT */
/* builder_window: many small writes that lie near one another go through a piece of the segment that is mapped, since a
 * system call for each costs ten times as much. The piece is small, so the memory of the process stays as it was. */
#ifndef CUTESHM_BUILDER_WINDOW_H
#define CUTESHM_BUILDER_WINDOW_H

#include <cuteshm/cuteshm.h>
#include <stdint.h>

#define BUILDER_SMALL 1024u /* bytes of a small write; from here on the system call is the faster way */

/* Begins as {0}. */
struct builder_window {
  unsigned char *base; /* mapped, or NULL */
  uint64_t offset;     /* of the piece, in the segment */
  uint64_t size;
  uint64_t end;  /* of the last small write that went into the piece unmapped */
  uint32_t hits; /* small writes in the piece, one near the other; only then is it mapped */
};

/* Writes at most BUILDER_SMALL bytes to a segment of `segment_size` bytes. By many threads at once, as cshm_builder_write.
 * Where nothing can be mapped it is an ordinary write. */
cshm_status cshm__builder_window_write(struct builder_window *window, int segment, uint64_t segment_size,
                                       uint64_t offset, const void *data, uint64_t nbytes, cshm_error *err);

/* Closing twice is allowed. */
void cshm__builder_window_close(struct builder_window *window);

#endif

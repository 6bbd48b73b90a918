/* SPDX-License-Identifier: MIT */
#include "builder_window.h"

#include "platform.h"

#include <stdbool.h>
#include <string.h>

#define WINDOW_SIZE ((uint64_t)1 << 20)
#define WINDOW_HITS 8u
/* Rows of a chunk lie further apart: for so few of them in a piece, mapping it costs more than the system calls do. */
#define WINDOW_NEAR ((uint64_t)16384)

void cshm__builder_window_close(struct builder_window *window) {
  cshm__platform_unmap(window->base, window->size);
  window->base = NULL;
}

/* Whether these bytes lie in a piece that is mapped, which a piece is when it was hit often enough. */
static bool is_mapped(struct builder_window *window, int segment, uint64_t segment_size, uint64_t offset,
                      uint64_t nbytes) {
  uint64_t start = offset - offset % WINDOW_SIZE;
  if (start != window->offset || window->hits == 0) {
    cshm__builder_window_close(window);
    window->offset = start;
    window->size = segment_size - start < WINDOW_SIZE ? segment_size - start : WINDOW_SIZE;
    window->hits = 0;
    window->end = offset;
  }
  if (nbytes > window->offset + window->size - offset) return false;
  if (window->base) return true;
  bool near = offset - window->end <= WINDOW_NEAR;
  window->end = offset + nbytes;
  if (!near) window->hits = 1;
  if (++window->hits != WINDOW_HITS) return false;
  void *base;
  if (cshm__platform_map_part(segment, window->offset, window->size, &base, NULL) == CSHM_OK) window->base = base;
  return window->base != NULL;
}

cshm_status cshm__builder_window_write(struct builder_window *window, int segment, uint64_t segment_size,
                                       uint64_t offset, const void *data, uint64_t nbytes, cshm_error *err) {
  if (nbytes == 0) return CSHM_OK;
  cshm__platform_lock(PLATFORM_LOCK_BUILDERS);
  bool mapped = is_mapped(window, segment, segment_size, offset, nbytes);
  if (mapped) memcpy(window->base + (offset - window->offset), data, (size_t)nbytes);
  cshm__platform_unlock(PLATFORM_LOCK_BUILDERS);
  return mapped ? CSHM_OK : cshm__platform_segment_write(segment, offset, data, nbytes, err);
}

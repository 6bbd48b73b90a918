/* SPDX-License-Identifier: MIT */
#define _POSIX_C_SOURCE 200809L /* pread */

#include "h5copy.h"

#include "h5at.h"
#include "h5move.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Small enough to stay in the cache between reading and writing, large enough that calls cost nothing. */
#define PIECE ((size_t)256 << 10)
/* Where the kernel moves it; between two of them the caller may cancel. */
#define MOVED_PIECE ((size_t)1 << 20)
/* Less is not worth looking up where it belongs, and the builder has a faster way for it. */
#define MOVED_LEAST ((size_t)16 << 10)

/* ---- whether ---------------------------------------------------------------------------------------- */

bool cshm__h5_copy_is_same(hid_t file_type, hid_t memory) {
  if (H5Tequal(file_type, memory) > 0) return true;
  if (H5Tget_class(file_type) != H5T_ENUM) return false;
  hid_t base = H5Tget_super(file_type);
  bool same = base >= 0 && H5Tequal(base, memory) > 0;
  if (base >= 0) H5Tclose(base);
  return same;
}

uint64_t cshm__h5_copy_find(const struct h5raw *raw, hid_t dataset, hid_t plist, hid_t file_type, hid_t memory,
                            uint64_t nbytes) {
  if (nbytes == 0 || H5Pget_layout(plist) != H5D_CONTIGUOUS || !cshm__h5_copy_is_same(file_type, memory)) return 0;
  haddr_t offset = H5Dget_offset(dataset); /* of the file, a user block included */
  if (offset == HADDR_UNDEF || H5Dget_storage_size(dataset) != nbytes) return 0;
  if (offset > raw->heap.file_size || nbytes > raw->heap.file_size - offset) return 0;
  return (uint64_t)offset;
}

/* ---- how -------------------------------------------------------------------------------------------- */

struct copying {
  const struct h5hands *hands;
  const struct h5node *node;
  int file;
  unsigned char *buffer;
  int segment; /* where the array lies, or -1: not to be moved into */
  uint64_t place;
  struct h5reason *reason;
  cshm_error *err;
};

static bool read_piece(int file, uint64_t at, unsigned char *buffer, size_t size, struct h5reason *reason) {
  while (size > 0) {
    ssize_t got = pread(file, buffer, size, (off_t)at);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) {
      cshm__h5_reason(reason, "it cannot be read (%s)", got < 0 ? strerror(errno) : "the file has become shorter");
      return false;
    }
    buffer += got;
    at += (uint64_t)got;
    size -= (size_t)got;
  }
  return true;
}

/* What was not moved is read and written: that tells why, where it cannot be done either. */
static cshm_status copy_piece(const struct copying *copying, uint64_t at, size_t size) {
  uint64_t extent = copying->node->extent;
  cshm_status status = CSHM_OK;
  size_t done = 0;
  if (copying->segment >= 0)
    done = cshm__h5_move(copying->file, extent + at, copying->segment, copying->place + at, size);
  while (status == CSHM_OK && done < size) {
    size_t step = size - done < PIECE ? size - done : PIECE;
    if (!read_piece(copying->file, extent + at + done, copying->buffer, step, copying->reason)) return CSHM_OK;
    status = cshm_builder_write(copying->hands->builder, copying->node->array, at + done, copying->buffer, step,
                                copying->err);
    done += step;
  }
  return status;
}

static cshm_status copy_pieces(const struct copying *copying) {
  struct h5progress *progress = copying->hands->progress;
  uint64_t nbytes = copying->node->value.nbytes;
  cshm_status status = CSHM_OK;
  for (uint64_t at = 0; status == CSHM_OK && at < nbytes;) {
    size_t size = nbytes - at < MOVED_PIECE ? (size_t)(nbytes - at) : MOVED_PIECE;
    cshm__h5_leave(progress->guard);
    cshm__h5_at_on();
    status = copy_piece(copying, at, size);
    cshm__h5_enter(progress->guard);
    if (copying->reason->text[0] != '\0') break;
    if (status == CSHM_OK) status = cshm__h5_progress_add(progress, size, copying->err);
    at += size;
  }
  return status;
}

cshm_status cshm__h5_copy(struct h5hands *hands, int file, const struct h5node *node, struct h5reason *reason,
                          cshm_error *err) {
  struct copying copying = {.hands = hands, .node = node, .file = file, .segment = -1, .reason = reason, .err = err};
  uint64_t nbytes = node->value.nbytes;
  copying.buffer = cshm__h5_worker_buffer(hands->alone.workers, nbytes < PIECE ? (size_t)nbytes : PIECE);
  if (!copying.buffer) return cshm__fail(err, CSHM_ERR_NO_MEMORY, 0, "out of memory: reading %s", node->path);
  if (nbytes >= MOVED_LEAST) {
    int32_t segment;
    cshm_status status = cshm_builder_place(hands->builder, node->array, &segment, &copying.place, NULL, err);
    if (status) return status;
    copying.segment = segment;
  }
  return copy_pieces(&copying);
}

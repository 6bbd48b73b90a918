/* SPDX-License-Identifier: MIT */
#include "h5gather.h"

#include <stdbool.h>
#include <string.h>

/* What is copied in one piece, and the line of pieces along one dimension. */
struct line {
  size_t piece; /* bytes */
  uint64_t count;
  int64_t in; /* bytes from one piece to the next */
  size_t out;
};

/* Sizes that are common are told to the compiler. */
static void copy_line(unsigned char *out, const unsigned char *in, const struct line *line) {
  switch (line->piece) {
  case 4:
    for (uint64_t i = 0; i < line->count; i++, in += line->in, out += line->out)
      memcpy(out, in, 4);
    break;
  case 8:
    for (uint64_t i = 0; i < line->count; i++, in += line->in, out += line->out)
      memcpy(out, in, 8);
    break;
  default:
    for (uint64_t i = 0; i < line->count; i++, in += line->in, out += line->out)
      memcpy(out, in, line->piece);
  }
}

/* Dimensions at the end that are contiguous on both sides are one piece of *piece bytes; returns the first of them. */
static uint32_t find_piece(const struct h5gather *gather, size_t *piece) {
  uint32_t first = gather->ndim;
  bool whole = true; /* so far, the box is as long as its room */
  *piece = gather->itemsize;
  while (first > 0 && whole && (gather->strides[first - 1] == (int64_t)*piece || gather->count[first - 1] == 1)) {
    first--;
    *piece *= (size_t)gather->count[first];
    whole = gather->count[first] == gather->lengths[first];
  }
  return first;
}

static void clear_rest(const struct h5gather *gather, unsigned char *out) {
  size_t nbytes = gather->itemsize;
  bool whole = true;
  for (uint32_t i = 0; i < gather->ndim; i++) {
    nbytes *= (size_t)gather->lengths[i];
    whole = whole && gather->count[i] == gather->lengths[i];
  }
  if (!whole) memset(out, 0, nbytes);
}

void cshm__h5_gather(const struct h5gather *gather, unsigned char *out) {
  size_t steps[CSHM_MAX_NDIM + 1];
  uint64_t at[CSHM_MAX_NDIM] = {0};
  const unsigned char *in = gather->data;
  struct line line = {.count = 1};
  uint32_t outer = find_piece(gather, &line.piece);
  clear_rest(gather, out);
  steps[gather->ndim] = gather->itemsize;
  for (uint32_t i = gather->ndim; i-- > 0;) {
    steps[i] = steps[i + 1] * (size_t)gather->lengths[i];
    in += (int64_t)gather->start[i] * gather->strides[i];
  }
  if (outer > 0) { /* the last of the outer dimensions is the line */
    outer--;
    line = (struct line){line.piece, gather->count[outer], gather->strides[outer], steps[outer + 1]};
  }
  for (;;) {
    copy_line(out, in, &line);
    uint32_t i = outer;
    while (i > 0 && ++at[i - 1] == gather->count[i - 1]) {
      i--;
      at[i] = 0;
      in -= (int64_t)(gather->count[i] - 1) * gather->strides[i];
      out -= (gather->count[i] - 1) * steps[i + 1];
    }
    if (i == 0) return;
    in += gather->strides[i - 1];
    out += steps[i];
  }
}

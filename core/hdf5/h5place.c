/* SPDX-License-Identifier: MIT */
#include "h5place.h"

#include <string.h>

static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

static uint64_t chunks_along(const struct h5slab *slab, const uint64_t *chunk, uint32_t i) {
  return (slab->count[i] - 1) / chunk[i] + 1;
}

uint64_t cshm__h5_place_count(const struct h5slab *slab, const uint64_t *chunk) {
  uint64_t count = 1;
  for (uint32_t i = 0; i < slab->ndim; i++)
    count *= chunks_along(slab, chunk, i);
  return count;
}

void cshm__h5_place_start(const struct h5slab *slab, const uint64_t *chunk, uint64_t number, uint64_t *start) {
  for (uint32_t i = slab->ndim; i-- > 0;) {
    uint64_t along = chunks_along(slab, chunk, i);
    start[i] = slab->start[i] + number % along * chunk[i];
    number /= along;
  }
}

bool cshm__h5_place_is_box(const struct h5slab *slab, const uint64_t *chunk) {
  for (uint32_t i = 0; i < slab->ndim; i++)
    if (slab->count[i] != chunk[i]) return false;
  return true;
}

/* A part of a box that is copied run by run, line by line. */
struct part {
  uint32_t outer;     /* dimensions before those of a line */
  uint64_t run;       /* elements */
  uint64_t runs;      /* of a line, which lie equally far apart: */
  uint64_t from_step; /* elements of the chunk, */
  uint64_t to_step;   /* and of the box */
  uint64_t lines;
  uint64_t count[H5SLAB_MAX_NDIM]; /* elements of the chunk that lie in the dataset */
};

/* A run is what is contiguous in both, the chunk and the box. */
static void measure(struct part *part, const struct h5slab *slab, const uint64_t *chunk, const uint64_t *start) {
  bool full = true; /* in all dimensions behind */
  part->run = part->runs = part->lines = part->from_step = part->to_step = 1;
  part->outer = 0;
  for (uint32_t i = slab->ndim; i-- > 0;) {
    part->count[i] = smaller(chunk[i], slab->start[i] + slab->count[i] - start[i]);
    if (full) {
      part->run *= part->count[i];
      part->from_step *= chunk[i];
      part->to_step *= slab->count[i];
      part->outer = i;
    } else {
      part->lines *= part->count[i];
    }
    full = full && part->count[i] == chunk[i] && part->count[i] == slab->count[i];
  }
  if (part->outer == 0) return;
  part->runs = part->count[--part->outer];
  part->lines /= part->runs;
}

/* Goes from line to line. */
struct walk {
  struct part part;
  uint64_t index[H5SLAB_MAX_NDIM];
  uint64_t from; /* elements of the chunk, */
  uint64_t to;   /* and of the box */
};

static void begin(struct walk *walk, const struct h5slab *slab, const uint64_t *chunk, const uint64_t *start) {
  memset(walk, 0, sizeof *walk);
  measure(&walk->part, slab, chunk, start);
  uint64_t stride = 1;
  for (uint32_t i = slab->ndim; i-- > 0;) {
    walk->to += (start[i] - slab->start[i]) * stride;
    stride *= slab->count[i];
  }
}

static void next(struct walk *walk, const struct h5slab *slab, const uint64_t *chunk) {
  uint64_t in_chunk = 1, in_box = 1;
  for (uint32_t i = slab->ndim; i-- > 0;) {
    if (i < walk->part.outer) {
      walk->from += in_chunk;
      walk->to += in_box;
      if (++walk->index[i] < walk->part.count[i]) return;
      walk->from -= walk->part.count[i] * in_chunk;
      walk->to -= walk->part.count[i] * in_box;
      walk->index[i] = 0;
    }
    in_chunk *= chunk[i];
    in_box *= slab->count[i];
  }
}

/* With `nbytes` a constant each run is a move or two. */
static inline void copy_runs(const struct part *part, size_t size, const unsigned char *from, unsigned char *to,
                             size_t nbytes) {
  for (uint64_t i = 0; i < part->runs; i++)
    memcpy(to + i * part->to_step * size, from + i * part->from_step * size, nbytes);
}

static void copy_line(const struct part *part, size_t size, const unsigned char *from, unsigned char *to) {
  switch (part->run * size) {
  case 1:
    copy_runs(part, size, from, to, 1);
    break;
  case 2:
    copy_runs(part, size, from, to, 2);
    break;
  case 4:
    copy_runs(part, size, from, to, 4);
    break;
  case 8:
    copy_runs(part, size, from, to, 8);
    break;
  case 16:
    copy_runs(part, size, from, to, 16);
    break;
  default:
    copy_runs(part, size, from, to, (size_t)part->run * size);
  }
}

void cshm__h5_place(const struct h5slab *slab, const uint64_t *chunk, const uint64_t *start, size_t size,
                    const unsigned char *data, unsigned char *box) {
  struct walk walk;
  begin(&walk, slab, chunk, start);
  for (uint64_t line = 0; line < walk.part.lines; line++, next(&walk, slab, chunk))
    copy_line(&walk.part, size, data + walk.from * size, box + walk.to * size);
}

static void fill_run(unsigned char *to, const unsigned char *value, uint64_t count, size_t size) {
  if (!value) memset(to, 0, (size_t)count * size);
  for (uint64_t i = 0; value && i < count; i++)
    memcpy(to + i * size, value, size);
}

void cshm__h5_place_fill(const struct h5slab *slab, const uint64_t *chunk, const uint64_t *start, size_t size,
                         const unsigned char *value, unsigned char *box) {
  struct walk walk;
  begin(&walk, slab, chunk, start);
  for (uint64_t line = 0; line < walk.part.lines; line++, next(&walk, slab, chunk))
    for (uint64_t run = 0; run < walk.part.runs; run++)
      fill_run(box + (walk.to + run * walk.part.to_step) * size, value, walk.part.run, size);
}

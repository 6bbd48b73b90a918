/* SPDX-License-Identifier: MIT */
#include "h5slab.h"

static uint64_t smaller(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* Grows the box, dimension by dimension, for as long as it is full in those behind. */
static void choose_step(struct h5slab *slab, const uint64_t *chunk, uint64_t budget) {
  slab->box_elements = 1;
  for (uint32_t i = 0; i < slab->ndim; i++) {
    slab->step[i] = chunk ? smaller(chunk[i], slab->lengths[i]) : 1;
    slab->box_elements *= slab->step[i];
  }
  for (uint32_t i = slab->ndim; i-- > 0;) {
    uint64_t rest = slab->box_elements / slab->step[i];
    uint64_t chunks = budget / slab->box_elements;
    uint64_t step = chunks > slab->lengths[i] / slab->step[i] ? slab->lengths[i] : chunks * slab->step[i];
    if (step > slab->step[i]) slab->step[i] = step;
    slab->box_elements = rest * slab->step[i];
    if (slab->step[i] < slab->lengths[i]) break;
  }
}

/* Sizes of the box that begins at `start`. */
static void measure_box(struct h5slab *slab) {
  bool full = true; /* in all dimensions behind */
  slab->run_elements = 1;
  slab->run_count = 1;
  for (uint32_t i = slab->ndim; i-- > 0;) {
    slab->count[i] = smaller(slab->step[i], slab->lengths[i] - slab->start[i]);
    if (full)
      slab->run_elements *= slab->count[i];
    else
      slab->run_count *= slab->count[i];
    full = full && slab->count[i] == slab->lengths[i];
  }
}

void cshm__h5_slab_begin(struct h5slab *slab, uint32_t ndim, const uint64_t *lengths, const uint64_t *chunk,
                         uint64_t budget) {
  slab->ndim = ndim;
  for (uint32_t i = 0; i < ndim; i++) {
    slab->lengths[i] = lengths[i];
    slab->start[i] = 0;
  }
  choose_step(slab, chunk, budget);
  measure_box(slab);
}

bool cshm__h5_slab_next(struct h5slab *slab) {
  for (uint32_t i = slab->ndim; i-- > 0;) {
    slab->start[i] += slab->step[i];
    if (slab->start[i] < slab->lengths[i]) {
      measure_box(slab);
      return true;
    }
    slab->start[i] = 0;
  }
  return false;
}

uint64_t cshm__h5_slab_run(const struct h5slab *slab, uint64_t run) {
  uint64_t element = 0, stride = 1, behind = 1;
  for (uint32_t i = slab->ndim; i-- > 0;) {
    uint64_t at = slab->start[i];
    /* Dimensions that a run spans are 1 here: the run's own start counts. */
    if (behind == slab->run_elements) {
      at += run % slab->count[i];
      run /= slab->count[i];
    } else {
      behind *= slab->count[i];
    }
    element += at * stride;
    stride *= slab->lengths[i];
  }
  return element;
}

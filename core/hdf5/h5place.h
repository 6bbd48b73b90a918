/* SPDX-License-Identifier: MIT */
/* h5place: puts the chunks of a box where they belong in it. Arithmetic and copying only. */
#ifndef CUTESHM_H5PLACE_H
#define CUTESHM_H5PLACE_H

#include "h5slab.h"

/* How many chunks the slab's box has. */
uint64_t cshm__h5_place_count(const struct h5slab *slab, const uint64_t *chunk);

/* Where the number-th of them begins, in C order, in elements of the dataset. */
void cshm__h5_place_start(const struct h5slab *slab, const uint64_t *chunk, uint64_t number, uint64_t *start);

/* Whether the chunk that begins at `start` is the whole box, element by element. */
bool cshm__h5_place_is_box(const struct h5slab *slab, const uint64_t *chunk);

/* Copies a chunk into the box: what of it lies in the dataset. Elements have `size` bytes. */
void cshm__h5_place(const struct h5slab *slab, const uint64_t *chunk, const uint64_t *start, size_t size,
                    const unsigned char *data, unsigned char *box);

/* The same of a chunk that is not there: `value` for each element, or NULL for zeros. */
void cshm__h5_place_fill(const struct h5slab *slab, const uint64_t *chunk, const uint64_t *start, size_t size,
                         const unsigned char *value, unsigned char *box);

#endif

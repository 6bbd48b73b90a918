/* SPDX-License-Identifier: MIT */
#include "h5unfold.h"

#include "h5lzf.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

#define CHECKSUM_SIZE 4

/* Bytes on their way through the filters. */
struct stage {
  unsigned char *data;
  size_t size;
};

void cshm__h5_unfold_end(struct h5unfold *unfold) {
  if (unfold->inflater) libdeflate_free_decompressor(unfold->inflater);
  free(unfold->room[0]);
  free(unfold->room[1]);
  memset(unfold, 0, sizeof *unfold);
}

static bool has_own_length(enum h5filter_kind kind) { return kind == H5FILTER_DEFLATE || kind == H5FILTER_LZF; }

bool cshm__h5_unfold_knows(const struct h5pipeline *pipeline) {
  uint32_t own = 0;
  for (uint32_t i = 0; i < pipeline->count; i++)
    own += has_own_length(pipeline->kinds[i]);
  return own <= 1;
}

/* Memory that does not hold what is being read. NULL: there is none. */
static unsigned char *make_room(struct h5unfold *unfold, const unsigned char *busy, size_t size) {
  if (busy != unfold->spare && unfold->spare_size >= size) return unfold->spare;
  int at = busy == unfold->room[0] ? 1 : 0;
  if (unfold->capacity[at] < size) {
    free(unfold->room[at]);
    unfold->room[at] = (unsigned char *)malloc(size);
    unfold->capacity[at] = unfold->room[at] ? size : 0;
  }
  return unfold->room[at];
}

/* ---- the filters ----------------------------------------------------------------------------------- */

static bool unfold_deflate(struct h5unfold *unfold, struct stage *stage, size_t wanted, struct h5reason *reason) {
  if (!unfold->inflater) unfold->inflater = libdeflate_alloc_decompressor();
  unsigned char *room = make_room(unfold, stage->data, wanted);
  if (!unfold->inflater || !room) return cshm__h5_reason_memory(reason);
  if (libdeflate_zlib_decompress(unfold->inflater, stage->data, stage->size, room, wanted, NULL) !=
      LIBDEFLATE_SUCCESS) {
    cshm__h5_reason(reason, "%zu bytes of deflate do not inflate to %zu", stage->size, wanted);
    return false;
  }
  *stage = (struct stage){room, wanted};
  return true;
}

static bool unfold_lzf(struct h5unfold *unfold, struct stage *stage, size_t wanted, struct h5reason *reason) {
  size_t nbytes = cshm__h5_lzf_nbytes(stage->data, stage->size);
  if (nbytes != wanted) {
    cshm__h5_reason(reason, "%zu bytes of LZF do not unfold to %zu", stage->size, wanted);
    return false;
  }
  unsigned char *room = make_room(unfold, stage->data, wanted);
  if (!room) return cshm__h5_reason_memory(reason);
  cshm__h5_lzf_unfold(stage->data, stage->size, room);
  *stage = (struct stage){room, wanted};
  return true;
}

/* With `size` a constant the compiler makes vectors of it. */
static inline void interleave(const unsigned char *restrict from, unsigned char *restrict to, size_t count,
                              size_t size) {
  for (size_t i = 0; i < count; i++)
    for (size_t k = 0; k < size; k++)
      to[i * size + k] = from[k * count + i];
}

/* First the first byte of each element, then the second of each ...; what is no whole element is at the end, as it is. */
static bool unfold_shuffle(struct h5unfold *unfold, struct stage *stage, size_t element, struct h5reason *reason) {
  size_t count = element > 1 ? stage->size / element : 0;
  if (count <= 1) return true;
  unsigned char *room = make_room(unfold, stage->data, stage->size);
  if (!room) return cshm__h5_reason_memory(reason);
  if (element == 2)
    interleave(stage->data, room, count, 2);
  else if (element == 4)
    interleave(stage->data, room, count, 4);
  else if (element == 8)
    interleave(stage->data, room, count, 8);
  else
    interleave(stage->data, room, count, element);
  memcpy(room + count * element, stage->data + count * element, stage->size - count * element);
  stage->data = room;
  return true;
}

static uint32_t fold(uint32_t sum) { return (sum & 0xFFFF) + (sum >> 16); }

/* As HDF5 has it: over big-endian words of 16 bits, and an odd byte is the upper half of one. */
static uint32_t fletcher32(const unsigned char *data, size_t size) {
  uint32_t first = 0, second = 0;
  for (size_t words = size / 2; words > 0;) {
    size_t step = words < 360 ? words : 360; /* more could overflow */
    words -= step;
    for (; step > 0; step--, data += 2) {
      first += (uint32_t)data[0] << 8 | data[1];
      second += first;
    }
    first = fold(first);
    second = fold(second);
  }
  if (size % 2 != 0) {
    first += (uint32_t)data[0] << 8;
    second += first;
    first = fold(first);
    second = fold(second);
  }
  return fold(second) << 16 | fold(first);
}

static bool unfold_fletcher32(struct stage *stage, struct h5reason *reason) {
  if (stage->size >= CHECKSUM_SIZE) {
    stage->size -= CHECKSUM_SIZE;
    const unsigned char *sum = stage->data + stage->size;
    uint32_t stored = (uint32_t)sum[0] | (uint32_t)sum[1] << 8 | (uint32_t)sum[2] << 16 | (uint32_t)sum[3] << 24;
    uint32_t found = fletcher32(stage->data, stage->size);
    /* HDF5 before 1.6.3 wrote both halves with their bytes swapped. */
    uint32_t swapped = (found & 0x00FF00FF) << 8 | (found >> 8 & 0x00FF00FF);
    if (stored == found || stored == swapped) return true;
  }
  cshm__h5_reason(reason, "its Fletcher32 checksum is wrong");
  return false;
}

/* ---- all of them ----------------------------------------------------------------------------------- */

/* How long a chunk is when the filters before this one have been applied, and it not yet. */
static size_t size_before(const struct h5pipeline *pipeline, uint32_t mask, uint32_t filter, size_t wanted) {
  for (uint32_t i = 0; i < filter; i++)
    if (pipeline->kinds[i] == H5FILTER_FLETCHER32 && (mask >> i & 1) == 0) wanted += CHECKSUM_SIZE;
  return wanted;
}

bool cshm__h5_unfold(struct h5unfold *unfold, const struct h5pipeline *pipeline, uint32_t mask, unsigned char *raw,
                     size_t raw_size, size_t wanted, const unsigned char **chunk, struct h5reason *reason) {
  struct stage stage = {raw, raw_size};
  bool good = true;
  unfold->spare = raw;
  unfold->spare_size = raw_size;
  for (uint32_t i = pipeline->count; good && i-- > 0;) {
    if (mask >> i & 1) continue;
    size_t size = size_before(pipeline, mask, i, wanted);
    if (pipeline->kinds[i] == H5FILTER_DEFLATE)
      good = unfold_deflate(unfold, &stage, size, reason);
    else if (pipeline->kinds[i] == H5FILTER_LZF)
      good = unfold_lzf(unfold, &stage, size, reason);
    else if (pipeline->kinds[i] == H5FILTER_SHUFFLE)
      good = unfold_shuffle(unfold, &stage, pipeline->element, reason);
    else
      good = unfold_fletcher32(&stage, reason);
  }
  *chunk = stage.data;
  if (good && stage.size != wanted) {
    cshm__h5_reason(reason, "%zu bytes instead of %zu", stage.size, wanted);
    return false;
  }
  return good;
}

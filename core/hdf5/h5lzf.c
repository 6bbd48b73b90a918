/* SPDX-License-Identifier: MIT */
#include "h5lzf.h"

#include <string.h>

/*
 * A stream of LZF is a row of runs. The first byte of one says what it is: below 32, that so many bytes and one follow
 * as they are; else its three upper bits are a length, less 2, and 7 means that a byte with more of it follows. Its five
 * lower bits and one more byte are a distance, less 1: the run repeats what lies so far back in what is unfolded.
 */
struct run {
  size_t length;
  size_t back;                  /* how far back it begins */
  const unsigned char *literal; /* where it is in the stream; NULL: it repeats */
};

/* Takes the next run off the stream. False if the stream ends within it. */
static bool next_run(const unsigned char **from, const unsigned char *end, struct run *run) {
  const unsigned char *at = *from;
  unsigned control = *at++;
  if (control < 32) {
    *run = (struct run){control + 1U, 0, at};
    *from = at + run->length;
    return run->length <= (size_t)(end - at);
  }
  size_t length = (control >> 5) + 2U;
  if (length == 9 && at < end) length += *at++;
  if (at == end) return false;
  *run = (struct run){length, ((size_t)(control & 31U) << 8) + *at++ + 1U, NULL};
  *from = at;
  return true;
}

size_t cshm__h5_lzf_nbytes(const unsigned char *from, size_t count) {
  const unsigned char *end = from + count;
  size_t nbytes = 0;
  struct run run;
  while (from != end) {
    if (!next_run(&from, end, &run) || run.back > nbytes) return 0;
    nbytes += run.length;
  }
  return nbytes;
}

void cshm__h5_lzf_unfold(const unsigned char *from, size_t count, unsigned char *to) {
  const unsigned char *end = from + count;
  struct run run;
  while (from != end && next_run(&from, end, &run)) {
    if (run.literal) {
      memcpy(to, run.literal, run.length);
      to += run.length;
      continue;
    }
    /* Byte by byte: it may repeat what it has just written. */
    for (size_t i = 0; i < run.length; i++, to++)
      *to = *(to - run.back);
  }
}

/* As HDF5 calls it. What cannot be done is told by 0, and leaves the buffer as it is. */
static size_t filter(unsigned flags, size_t value_count, const unsigned values[], size_t nbytes, size_t *room,
                     void **buffer) {
  (void)value_count;
  (void)values;
  size_t unfolded = (flags & H5Z_FLAG_REVERSE) != 0 ? cshm__h5_lzf_nbytes(*buffer, nbytes) : 0;
  void *result = unfolded > 0 ? H5allocate_memory(unfolded, false) : NULL;
  if (!result) return 0;
  cshm__h5_lzf_unfold(*buffer, nbytes, result);
  H5free_memory(*buffer);
  *buffer = result;
  *room = unfolded;
  return unfolded;
}

bool cshm__h5_lzf_register(void) {
  static const H5Z_class2_t lzf = {H5Z_CLASS_T_VERS, H5LZF_FILTER, 0, 1, "lzf", NULL, NULL, filter};
  return H5Zregister(&lzf) >= 0;
}

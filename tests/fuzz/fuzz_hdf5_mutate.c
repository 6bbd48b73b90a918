/* SPDX-License-Identifier: MIT */
/* How libFuzzer changes an HDF5 file: half of the time as it changes anything; else a number in it, of 1, 2, 4 or 8 bytes, becomes
 * another one that means something: an address of the file, a limit, one more or less. */
#include "fuzz.h"

#include <string.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

static uint32_t next(uint32_t *state) {
  *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
  return *state >> 8;
}

static uint64_t number(const uint8_t *data, size_t width) {
  uint64_t value = 0;
  memcpy(&value, data, width);
  return value;
}

/* Where in the file a number is that may be an address of it; or any place. */
static size_t place_of_address(const uint8_t *data, size_t size, uint32_t *state) {
  size_t at = next(state) % (size - 8);
  for (size_t tried = 0; tried < size; tried++, at = (at + 1) % (size - 8)) {
    uint64_t value = number(data + at, 8);
    if ((value >= 48 && value < size) || value == UINT64_MAX) break;
  }
  return at;
}

static uint64_t another(const uint8_t *data, size_t size, uint64_t now, uint32_t *state) {
  static const uint64_t limits[] = {0,        1,          0x7F,       0x80,       0xFF,           0x7FFF,
                                    0xFFFF,   0x7FFFFFFF, 0xFFFFFFFF, UINT64_MAX, UINT64_MAX / 2, UINT64_MAX - 7,
                                    1u << 20, 4096};
  switch (next(state) % 6) {
  case 0:
    return now + 1 + next(state) % 8;
  case 1:
    return now - 1 - next(state) % 8;
  case 2:
    return limits[next(state) % (sizeof limits / sizeof *limits)];
  case 3:
    return next(state) % size / 8 * 8;
  default:
    return number(data + place_of_address(data, size, state), 8);
  }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed) {
  uint32_t state = seed;
  if (size < 64 || next(&state) % 2) return LLVMFuzzerMutate(data, size, max_size);
  for (uint32_t left = 1 + next(&state) % 3; left > 0; left--) {
    size_t width = (size_t)1 << next(&state) % 4;
    size_t at = next(&state) % 2 ? place_of_address(data, size, &state) : next(&state) % (size - 8);
    uint64_t value = another(data, size, number(data + at, width), &state);
    memcpy(data + at, &value, width);
  }
  return size;
}

/* SPDX-License-Identifier: MIT */
/* h5move: bytes go from one file into another within the kernel, which copies them once; reading and writing copies twice. */
#ifndef CUTESHM_H5MOVE_H
#define CUTESHM_H5MOVE_H

#include <stddef.h>
#include <stdint.h>

/* Moves `size` bytes, and returns how many it were. Fewer, or none, where the kernel does not do it for these files, where one
 * ends too early, or something fails: to read and write the rest tells which, and why. The position of `to` is used: by one
 * thread at a time. */
size_t cshm__h5_move(int from, uint64_t from_offset, int to, uint64_t to_offset, size_t size);

#endif

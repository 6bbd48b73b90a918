/* SPDX-License-Identifier: MIT */
/* h5scalar: HDF5 types that are neither compounds nor arrays, mapped as h5py maps them. */
#ifndef CUTESHM_H5SCALAR_H
#define CUTESHM_H5SCALAR_H

#include "h5words.h"

/*
 *     integers      <i4 >u2 ...   of 3, 5, 6 and 7 bytes: the next longer one; of fewer bits than bytes: all bits of it
 *     floats        <f2 <f4 <f8   in another layout: the shortest of these that holds every value; <f8 where none does
 *     enum          its integers; {FALSE = 0, TRUE = 1}: |b1
 *     bitfield      <u4
 *     fixed string  |S12          padded with NULs, whatever the padding in the file
 *     opaque        |V8           with h5py's tag "NUMPY:<M8[ns]": what the tag says
 *
 * Byte order is kept, or made that of the machine.
 */
struct h5scalar {
  char dtype[64];
  hid_t memory; /* to read with; the caller closes it */
};

/* `native`: in the byte order of the machine. False: it cannot be represented, see `reason`. */
bool cshm__h5_scalar(hid_t type, bool native, struct h5scalar *scalar, struct h5reason *reason);

#endif

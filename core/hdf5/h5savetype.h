/* SPDX-License-Identifier: MIT */
/* h5savetype: from a dtype to an HDF5 type, as h5py maps them, and such that h5type maps it back. */
#ifndef CUTESHM_H5SAVETYPE_H
#define CUTESHM_H5SAVETYPE_H

#include "h5savemark.h"

/*
 *     b1              the enum {FALSE = 0, TRUE = 1} of a byte
 *     i u f           standard types of the same byte order; half precision as h5py makes it
 *     c               compound {r, i}
 *     S               fixed string, padded with NULs
 *     U M m           opaque, with numpy's name for it as the tag: "NUMPY:<U8"
 *     V               opaque
 *     structured      compound with the same offsets and size; a sub-array is an array
 */

/* The type of one element. Its bytes are those of the dtype. With marks (or NULL) integers are what these say. The caller closes
 * it. Negative: see `reason`. */
hid_t cshm__h5_savetype(const char *dtype, struct h5savemarks *marks, struct h5reason *reason);

/* Takes `type` and returns an array of it; `type` itself where there are no dimensions. Negative: see `reason`. */
hid_t cshm__h5_savetype_array(hid_t type, uint32_t ndim, const int64_t *shape, struct h5reason *reason);

/* A dataspace of a shape, and in *type, which is replaced, what of it a dataspace has no room for: HDF5 has 32 dimensions, so
 * the last ones become an array type. *rank are the dataspace's. Negative: see `reason`. */
hid_t cshm__h5_savetype_space(uint32_t ndim, const int64_t *shape, hid_t *type, uint32_t *rank,
                              struct h5reason *reason);

/* The same of a null dataspace, whose shape is 0 and the lengths of an array type. */
hid_t cshm__h5_savetype_null(uint32_t ndim, const int64_t *shape, hid_t *type, struct h5reason *reason);

/* The types of strings of one size: any bytes, UTF-8. */
hid_t cshm__h5_savetype_bytes(uint64_t size);
hid_t cshm__h5_savetype_utf8(uint64_t size);

/* The type of strings of any length, UTF-8 or any bytes. */
hid_t cshm__h5_savetype_string(bool is_utf8);

#endif

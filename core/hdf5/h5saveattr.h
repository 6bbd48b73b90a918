/* SPDX-License-Identifier: MIT */
/* h5saveattr: attributes of a project into an HDF5 file. */
#ifndef CUTESHM_H5SAVEATTR_H
#define CUTESHM_H5SAVEATTR_H

#include "h5words.h"

/* HDF5 has no attribute without a name: one that has none is given this. */
#define H5SAVE_NAMELESS "cute_shm.nameless"

/* Writes the attributes of a node from number `first` on to an object. False: see `reason`. */
bool cshm__h5_saveattr(cshm_attachment attachment, const cshm_node *node, uint32_t first, hid_t object,
                       struct h5reason *reason);

/* Whether the strings of a `<U` array are those that h5text would make of strings of any length: well-formed, without NULs inside,
 * and none shorter would do. */
bool cshm__h5_saveattr_is_text(const char *dtype, const void *data, uint64_t nbytes);

/* Writes such strings as strings of any length, to an attribute or to a dataset. */
bool cshm__h5_saveattr_put_text(hid_t object, bool is_attribute, hid_t type, const char *dtype, const void *data,
                                uint64_t nbytes, struct h5reason *reason);

#endif

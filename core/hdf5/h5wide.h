/* SPDX-License-Identifier: MIT */
/* h5wide: arrays of `<U`, for which HDF5 has no type: strings of one size in UTF-8, and their dtype in an attribute. */
#ifndef CUTESHM_H5WIDE_H
#define CUTESHM_H5WIDE_H

#include "h5type.h"

/* Of a dataset: "<U8". It is not loaded as an attribute. */
#define H5WIDE_DTYPE "cute_shm.dtype"
#define H5WIDE_MAX (UINT64_C(64) << 20) /* bytes of one: a short string of a file can declare any dtype */

/* Whether a dataset is such. */
bool cshm__h5_wide_is(hid_t dataset);

/* Makes of a type that was begun for the dataset the one that its attribute says, where it is such. False: no memory; see `reason`. */
bool cshm__h5_wide_type(hid_t dataset, hid_t file_type, struct h5type *type, struct h5reason *reason);

/* HDF5 converts such strings by this as long as it is registered. */
bool cshm__h5_wide_register(void);
void cshm__h5_wide_unregister(void);

#endif

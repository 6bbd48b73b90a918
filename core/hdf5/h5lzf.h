/* SPDX-License-Identifier: MIT */
/* h5lzf: the filter "lzf", which h5py brings along and HDF5 itself does not have; it only unfolds. */
#ifndef CUTESHM_H5LZF_H
#define CUTESHM_H5LZF_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

#define H5LZF_FILTER ((H5Z_filter_t)32000)

/* Gives HDF5 the filter. To be called between cshm__h5_enter and cshm__h5_leave. */
bool cshm__h5_lzf_register(void);

/* The bytes that `count` bytes of LZF unfold to; 0 if they are damaged. */
size_t cshm__h5_lzf_nbytes(const unsigned char *from, size_t count);

/* Unfolds them to `to`, which has room for all. Only for what has such a number of bytes. */
void cshm__h5_lzf_unfold(const unsigned char *from, size_t count, unsigned char *to);

#endif

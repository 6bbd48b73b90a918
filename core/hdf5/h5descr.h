/* SPDX-License-Identifier: MIT */
/* h5descr: the text of a dtype, as it is written down from an HDF5 type. */
#ifndef CUTESHM_H5DESCR_H
#define CUTESHM_H5DESCR_H

#include <cuteshm/cuteshm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Room for any dtype. What does not fit is not written, and sets `full`. */
struct h5descr {
  size_t length;
  bool full;
  char text[CSHM_MAX_DTYPE + 1];
};

void cshm__h5_descr_begin(struct h5descr *descr);
void cshm__h5_descr_put(struct h5descr *descr, const char *text);

/* A JSON string, quotes included. */
void cshm__h5_descr_put_string(struct h5descr *descr, const char *text);

/* ["","|V4"] */
void cshm__h5_descr_put_padding(struct h5descr *descr, size_t size);

/* ,[2,3] : what follows the format of a sub-array. */
void cshm__h5_descr_put_shape(struct h5descr *descr, uint32_t ndim, const int64_t *shape);

#endif

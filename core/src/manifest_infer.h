/* SPDX-License-Identifier: MIT */
/* manifest_infer: what a value that tells neither dtype nor shape is, as an attribute in a layout may be. */
#ifndef CUTESHM_MANIFEST_INFER_H
#define CUTESHM_MANIFEST_INFER_H

#include "document.h"

#define INFER_DTYPE_SIZE 24

struct inferred {
  char dtype[INFER_DTYPE_SIZE];
  uint64_t itemsize;
  uint32_t ndim;
  int64_t shape[CSHM_MAX_NDIM];
};

/* true and false are |b1; whole numbers <i8, or <u8 where one is above 2^63 - 1; numbers of which one is not whole <f8, and so is
 * an empty list; strings <U of the longest. Lists must be regular, and of one kind. CSHM_ERR_CORRUPT, with line and column. */
cshm_status cshm__manifest_infer(const struct document *document, uint32_t node, struct inferred *inferred,
                                 cshm_error *err);

/* The lengths of nested lists, from the first value of each. */
cshm_status cshm__manifest_infer_shape(const struct document *document, uint32_t node, uint32_t *ndim, int64_t *shape,
                                       cshm_error *err);

#endif

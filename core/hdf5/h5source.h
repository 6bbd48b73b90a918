/* SPDX-License-Identifier: MIT */
/* h5source: an attribute, or a small dataset, that is read as a whole. */
#ifndef CUTESHM_H5SOURCE_H
#define CUTESHM_H5SOURCE_H

#include "h5words.h"

#include <stdint.h>

struct h5source {
  hid_t object; /* borrowed */
  hid_t type;
  hid_t space;
};

/* The caller ends it with cshm__h5_source_end, whatever this returns. False: see `reason`. */
bool cshm__h5_source_begin(struct h5source *source, hid_t object, struct h5reason *reason);
void cshm__h5_source_end(struct h5source *source);

/* Reads all elements as `memory`. False: see `reason`. */
bool cshm__h5_source_read(const struct h5source *source, hid_t memory, void *data, struct h5reason *reason);

#endif

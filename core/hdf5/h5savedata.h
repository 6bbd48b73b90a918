/* SPDX-License-Identifier: MIT */
/* h5savedata: an array into a dataset. */
#ifndef CUTESHM_H5SAVEDATA_H
#define CUTESHM_H5SAVEDATA_H

#include "h5deflate.h"
#include "h5progress.h"
#include "h5savefile.h"
#include "h5savemark.h"

/* How arrays are stored. */
struct h5savestyle {
  uint32_t deflate; /* level, or 0 */
  bool shuffle;
  uint64_t chunk; /* bytes; 0: of those that are deflated H5SAVE_CHUNK, the others have no chunks */
  struct h5deflate *workers;
};

#define H5SAVE_CHUNK (UINT64_C(1) << 20)
#define H5SAVE_MIN_CHUNKED 1024 /* bytes: what is smaller gains nothing by chunks */

/* Where to. */
struct h5savetarget {
  hid_t group;
  const char *name;
  hid_t link;     /* property lists */
  hid_t creation; /* of the dataset; its layout is chosen here */
  bool may_pack;  /* no attribute has the name that strings of one size need: see h5wide.h */
  struct h5savefile *file;
  struct h5progress *progress;
};

/* Makes the dataset of an array and writes it. `marks` may be NULL; *taken of them, the last attributes of the node, are not to be
 * saved. The caller closes *dataset where it is not negative. CSHM_ERR_HDF5 where `reason` tells, CSHM_ERR_NO_MEMORY,
 * CSHM_ERR_CANCELLED, and what a failed write means. */
cshm_status cshm__h5_savedata(const struct h5savetarget *target, const struct h5savestyle *style,
                              const cshm_array_view *view, struct h5savemarks *marks, uint32_t *taken, hid_t *dataset,
                              struct h5reason *reason, cshm_error *err);

#endif

/* SPDX-License-Identifier: MIT */
#include "h5box.h"

bool cshm__h5_box_read(hid_t dataset, hid_t memory, hid_t space, const struct h5slab *slab, void *data,
                       struct h5reason *reason) {
  hsize_t start[H5SLAB_MAX_NDIM], count[H5SLAB_MAX_NDIM];
  hid_t box = H5S_ALL, file = H5S_ALL;
  if (slab->ndim > 0) {
    for (uint32_t i = 0; i < slab->ndim; i++) {
      start[i] = slab->start[i];
      count[i] = slab->count[i];
    }
    file = space;
    box = H5Screate_simple((int)slab->ndim, count, NULL);
  }
  bool good = box >= 0 &&
              (slab->ndim == 0 || H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, count, NULL) >= 0) &&
              H5Dread(dataset, memory, box, file, H5P_DEFAULT, data) >= 0;
  if (!good) cshm__h5_reason_words(reason, "it cannot be read");
  if (box > 0 && box != H5S_ALL) H5Sclose(box);
  return good;
}

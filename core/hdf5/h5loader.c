/* SPDX-License-Identifier: MIT */
/* cuteshm-hdf5-load: reads an HDF5 file for the process that started it. No program to be called by hand. */
#include "h5stand.h"

#include <stdlib.h>

int main(void) {
  struct h5order order;
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store = {0};
  if (!cshm__h5_stand_begin(&order)) return EXIT_FAILURE;
  cshm_status status = cshm_hdf5_load(store, order.project, order.file, &order.options, NULL, &err);
  cshm__h5_stand_end(status, &err);
  return EXIT_SUCCESS;
}

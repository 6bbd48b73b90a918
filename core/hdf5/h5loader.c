/* SPDX-License-Identifier: MIT */
/* cuteshm-hdf5-load: reads an HDF5 file for the process that started it. No program to be called by hand. */
#include "h5stand.h"

#include <hdf5.h>
#include <stdlib.h>

static cshm_status measure(const struct h5order *order, cshm_error *err) {
  uint64_t nbytes = 0;
  cshm_status status = cshm_hdf5_nbytes(order->file, &order->options, &nbytes, err);
  if (status == CSHM_OK) cshm__h5_stand_measured(nbytes);
  return status;
}

int main(void) {
  struct h5order order;
  cshm_error err = CSHM_ERROR_INIT;
  cshm_store store = {0};
  H5dont_atexit(); /* what a damaged file has left open it cannot close, and says so at length */
  if (!cshm__h5_stand_begin(&order)) return EXIT_FAILURE;
  cshm_status status = order.measure ? measure(&order, &err)
                                     : cshm_hdf5_load(store, order.project, order.file, &order.options, NULL, &err);
  cshm__h5_stand_end(status, &err);
  return EXIT_SUCCESS;
}

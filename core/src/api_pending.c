/* SPDX-License-Identifier: MIT */
/* Declared, and being built: each goes where it belongs as it is. */
#include "error.h"

#include <cuteshm/cuteshm.h>

static cshm_status pending(cshm_error *err) { return cshm__fail(err, CSHM_ERR_UNSUPPORTED, 0, "not built yet"); }

cshm_status cshm_store_collect(cshm_store store, const cshm_collect_options *options, cshm_listing *leftovers,
                               cshm_error *err) {
  (void)store;
  (void)options;
  (void)leftovers;
  return pending(err);
}

cshm_status cshm_store_repair(cshm_store store, const char *project, cshm_listing *repaired, cshm_error *err) {
  (void)store;
  (void)project;
  (void)repaired;
  return pending(err);
}
